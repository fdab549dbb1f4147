import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySet } from '../core/keys/key-set';
import { sha256 } from '../core/hash';
import { seedStream } from '../core/rng';
import { Critic } from '../python/critic/critic';
import { diffTokens, sampleId } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import { makeSample } from '../python/edits/sample-testing';
import type { Edit, Sample } from '../records/sample';
import { Contexts } from '../shards/context-shard';
import { collectAll } from '../storage/testing';
import { generateConfigSchema } from './config';
import type { Drawn, DrawnMutant } from './drawing/draw';
import { generateSamples } from './samples';
import { emptyTally, type Tally } from './tally';

const CLEAN = 'def f(a):\n    b = 2 * 3\n    return a + b\n';

const SAMPLE = makeSample(CLEAN);

function mutant(before: string, bugType: string): DrawnMutant {
  const fix = diffTokens(lex(before), lex(CLEAN)) as Edit;
  return { bugType, before, edits: [fix], alone: [], id: sampleId(before, CLEAN), key: sha256(before) };
}

/** What becomes of mutants that a pool says it has drawn. */
async function judge(mutants: DrawnMutant[]): Promise<{ samples: Sample[]; tally: Tally }> {
  const critic = await Critic.start();
  const tally = emptyTally();
  const drawn: Drawn = { key: sha256(CLEAN), mutants, dropped: [] };
  try {
    const samples = await collectAll(
      generateSamples(
        (async function* () {
          yield await Promise.resolve(SAMPLE);
        })(),
        {
          config: generateConfigSchema.parse({}),
          rng: seedStream(1),
          pool: { run: () => Promise.resolve([drawn]) },
          critic,
          contexts: new Contexts(),
          isAllowed: () => true,
          seen: { functions: new KeySet(), programs: new KeySet() },
          tally,
        },
      ),
    );
    return { samples, tally };
  } finally {
    await critic.close();
  }
}

const FATES: [fate: string, from: string, to: string, bugType: string][] = [
  ['same_tree', 'a + b', '(a) + b', 'wrong-name'],
  ['same_bytecode', '2 * 3', '6', 'off-by-one-literal'],
  ['same_bytecode', '2 * 3', '3 * 2', 'swapped-arguments'],
  ['mutant_compiles', 'a + b', 'a - b', 'missing-colon'],
  ['mutant_does_not_compile', 'a + b', 'a +', 'wrong-name'],
  ['kept', 'a + b', 'a - b', 'wrong-arithmetic-operator'],
  ['kept', 'f(a):', 'f(a)', 'missing-colon'],
];

for (const [fate, from, to, bugType] of FATES)
  test(`${bugType} that makes ${from} into ${to}: ${fate}`, async () => {
    const { samples, tally } = await judge([mutant(CLEAN.replace(from, to), bugType)]);
    assert.equal(tally.dropped, fate === 'kept' ? {} : { [fate]: 1 });
    assert.is(samples.length, fate === 'kept' ? 1 : 0);
  });

test('several bugs are kept when each is a bug by itself and makes a difference beside the others', async () => {
  const alone = (from: string, to: string, bugType: string): DrawnMutant['alone'][number] => ({
    bugType,
    before: CLEAN.replace(from, to),
  });
  const both = (...bugs: DrawnMutant['alone']): DrawnMutant => ({
    ...mutant(CLEAN.replace('2 * 3', '2 - 3').replace('a + b', 'a - b'), 'wrong-arithmetic-operator'),
    alone: bugs,
  });
  const minus = alone('2 * 3', '2 - 3', 'wrong-arithmetic-operator');
  const less = alone('a + b', 'a - b', 'wrong-arithmetic-operator');
  assert.is((await judge([both(minus, less)])).samples.length, 1);
  const equal = await judge([both(alone('2 * 3', '6', 'off-by-one-literal'), less)]);
  assert.equal(equal.tally.dropped, { same_bytecode: 1 });
  const broken = await judge([both(alone('a + b', 'a +', 'no-such-type'), less)]).catch((e: Error) => e);
  assert.ok(broken instanceof Error, 'a type that the taxonomy does not know is an error');
  const syntax = await judge([both(alone('f(a):', 'f(a)', 'missing-colon'), less)]);
  assert.equal(syntax.tally.dropped, { bugs_interact: 1 });
});

test.run();
