import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { findTool } from '../../core/processes/find-tool';
import { runProcess } from '../../core/processes/subprocess';
import { WITNESSES } from '../../records/witness';
import { bugType } from '../../taxonomy/table';
import {
  isReported,
  mappedRules,
  meaningOf,
  ruffSeverity,
  RUFF_IGNORE,
  RUFF_SELECT,
  SYNTAX_TYPES,
} from './rules';

test('every bug type that a rule stands for is in the taxonomy, and every CWE is one', () => {
  for (const witness of WITNESSES)
    for (const rule of mappedRules(witness)) {
      const { bugType: id, cwe } = meaningOf(witness, rule, '');
      if (id !== null) assert.is(bugType(id).id, id);
      if (cwe !== null) assert.match(cwe, /^CWE-\d+$/);
    }
  for (const id of SYNTAX_TYPES) assert.is(bugType(id).id, id);
});

test("a rule has its own CWE, else its bug type's, and none where nothing is known of it", () => {
  assert.equal(meaningOf('bandit', 'B602', ''), { bugType: 'shell-injection', cwe: 'CWE-78' });
  assert.equal(meaningOf('ruff', 'S602', ''), { bugType: 'shell-injection', cwe: 'CWE-78' });
  assert.equal(meaningOf('ruff', 'S502', ''), { bugType: 'inadequate-encryption', cwe: 'CWE-327' });
  assert.equal(meaningOf('ruff', 'F999', ''), { bugType: null, cwe: null });
  assert.equal(meaningOf('parser', 'SyntaxError', "expected ':'").bugType, 'missing-colon');
  assert.not.ok(isReported('bandit', 'B101'));
  assert.ok(isReported('bandit', 'B602'));
  assert.equal(['F821', 'S602', 'F401'].map(ruffSeverity), ['error', 'warning', 'info']);
});

test('every rule of ruff that is mapped, chosen or left out exists in the ruff of this project', async () => {
  const ruff = findTool('ruff');
  if (ruff === undefined) throw new Error('ruff is pinned in requirements.txt and missing');
  const { stdout } = await runProcess(ruff, ['rule', '--all', '--output-format', 'json']);
  const codes = (JSON.parse(stdout) as { code: string | null }[]).flatMap(({ code }) => code ?? []);
  const known = (selector: string): boolean => codes.some((code) => code.startsWith(selector));
  // S614 to S703 are bandit's alone.
  const ofBandit = new Set(['S613', 'S614', 'S615', 'S703']);
  const named = [...mappedRules('ruff').filter((rule) => !ofBandit.has(rule)), ...RUFF_SELECT];
  assert.equal(
    named.filter((rule) => !known(rule)),
    [],
  );
  // Rules that are gone in one version and in preview in another do no harm in the list of those left out.
  assert.ok(RUFF_IGNORE.filter(known).length > 20);
});

test('every rule of ty that is mapped exists in the ty of this project', async () => {
  const ty = findTool('ty');
  if (ty === undefined) throw new Error('ty is pinned in requirements.txt and missing');
  const { stdout } = await runProcess(ty, ['explain', 'rule']);
  const known = new Set([...stdout.matchAll(/^# ([a-z-]+)$/gm)].map(([, name]) => name));
  assert.equal(
    mappedRules('ty').filter((rule) => !known.has(rule)),
    [],
  );
});

test('the tools that are pinned are those that are documented', () => {
  const pinned = readFileSync(join(projectRoot(), 'requirements.txt'), 'utf8');
  const page = readFileSync(join(projectRoot(), 'docs', 'WITNESSES.md'), 'utf8');
  for (const tool of ['ruff', 'ty', 'bandit']) {
    const version = new RegExp(`^${tool}==(\\S+)$`, 'm').exec(pinned)?.[1];
    if (version === undefined) throw new Error(`${tool} is not pinned`);
    assert.match(page, version, `docs/WITNESSES.md names ${tool} ${version}`);
  }
});

test.run();
