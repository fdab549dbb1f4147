import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadEngine } from '../../core/engine';
import { Critic } from '../../python/critic/critic';
import { loadRepairModel, type RepairModel } from '../model-folder';
import { writeRandomModel } from '../testing';
import type { Witness } from '../witnesses/witness';
import { repairAtWitnesses, type WitnessedRepair } from './repair-at-witnesses';
import { findingAt, namesOfFiles, parserOf } from './testing';

const CODE = `import os


class Store:
    def __init__(self, folder, limit=10):
        self.folder = folder
        self.limit = limit

    def paths(self, names):
        found = []
        for name in names:
            if len(found) < self.limit:
                found.append(os.path.join(self.folder, name))
        return found
`;

let critic: Critic;
let folder: string;
// Its weights are random: what is verified here is so whatever a model finds likely.
let parts: RepairModel;

test.before(async () => {
  await loadEngine();
  folder = await mkdtemp(join(tmpdir(), 'trm-at-witness-'));
  await writeRandomModel(folder, { code: CODE });
  parts = await loadRepairModel(folder);
  critic = await Critic.start();
});

test.after(async () => {
  parts.model.dispose();
  await critic.close();
  await rm(folder, { recursive: true, force: true });
});

async function repair(source: string, more: readonly Witness[] = []): Promise<WitnessedRepair[]> {
  const witnesses = [parserOf(critic), namesOfFiles(), ...more];
  return repairAtWitnesses(source, { parts, witnesses, path: 'store.py', topK: 8 });
}

const broken = (from: string, to: string): string => {
  assert.ok(CODE.includes(from));
  return CODE.replace(from, to);
};

const verified = ({ fixes }: WitnessedRepair): string[] =>
  fixes.flatMap(({ tier, change }) => (tier === 'verified' ? [change.result] : []));

test('nothing is repaired where nobody sees a fault', async () => {
  assert.equal(await repair(CODE), []);
});

test('a misspelt name becomes the only name near it', async () => {
  const [one, ...more] = await repair(broken('return found', 'return fuond'));
  assert.is(more.length, 0);
  assert.is(one.finding.rule, 'undefined-name');
  assert.equal(verified(one), [CODE]);
  assert.is(one.fixes[0].change.result, CODE, 'verified edits come first');
  assert.ok(one.fixes.length > 1, 'other names make the finding go away, too');
});

test('a missing mark is verified where the parser asks for it', async () => {
  const [one] = await repair(broken('in names:', 'in names'));
  assert.equal(verified(one), [CODE]);
});

test('of two marks that would do neither is verified', async () => {
  const [one] = await repair(broken('return found', 'return found[1; 2]'));
  const wanted = ['[1, 2]', '[1:2]', '[1: 2]'].map((index) =>
    CODE.replace('return found', `return found${index}`),
  );
  assert.ok(
    one.fixes.filter(({ change }) => wanted.includes(change.result)).length > 1,
    'a pair and a slice',
  );
  assert.equal(verified(one), []);
});

test('what an empty block held is not for layout to say', async () => {
  const source = CODE.replace(
    '            if len(found) < self.limit:\n    ',
    '            if len(found) < self.limit:\n',
  );
  assert.not.equal(source, CODE);
  const [one] = await repair(source);
  assert.ok(one.fixes.length > 0 && one.finding.message.startsWith('expected an indented block'));
  assert.equal(verified(one), []);
});

test('a missing import is plausible: which module was meant is for its author to say', async () => {
  const [one] = await repair(broken('import os\n', 'import re\n'));
  assert.equal(verified(one), []);
  assert.ok(one.fixes.some(({ change }) => change.result.startsWith('import os\nimport re\n')));
});

/** Says that a string in place of a number is no limit, wherever it stands. */
function typeChecker(rule: (source: string) => [number, number] | null, suggestion?: string): Witness {
  return {
    name: 'ty',
    version: '1',
    find: (files) =>
      Promise.resolve(
        files.map(({ source }) => {
          const span = rule(source);
          const told = {
            witness: 'ty',
            rule: 'unresolved-attribute',
            message: 'no such member',
            span,
          } as const;
          return span ? [findingAt(source, { ...told, span, suggestion })] : [];
        }),
      ),
    close: () => Promise.resolve(),
  };
}

test('of names that only a tool knows, the only near one that it accepts is verified', async () => {
  // Members of `found` are a list's: what a type checker knows.
  const members = /found\.(\w+)\(/;
  const lists = ['append', 'extend', 'insert', 'remove', 'clear'];
  const checker = typeChecker((source) => {
    const match = members.exec(source);
    if (!match || lists.includes(match[1])) return null;
    return [match.index + 6, match.index + 6 + match[1].length];
  });
  const [one] = await repair(broken('found.append(', 'found.apend('), [checker]);
  assert.is(one.finding.witness, 'ty');
  assert.equal(verified(one), [CODE]);
});

test('an edit that brings a new finding is refused, by whichever witness', async () => {
  const source = broken('return found', 'return fuond');
  const picky = typeChecker((text) => (text.includes('return found') ? [0, 6] : null));
  const [one] = await repair(source, [picky]);
  assert.equal(verified(one), []);
  assert.ok(one.fixes.every(({ change }) => !change.result.includes('return found')));
});

test('what a tool suggests is tried though the model cannot write it', async () => {
  const source = broken('self.limit:', 'self.lmt:');
  const checker = typeChecker((text) => {
    const at = text.indexOf('self.lmt');
    return at < 0 ? null : [at + 5, at + 8];
  }, 'unheardOfName');
  const [one] = await repair(source, [checker]);
  assert.ok(one.fixes.some(({ change }) => change.result.includes('self.unheardOfName:')));
});

test.run();
