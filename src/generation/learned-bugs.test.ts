import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySet } from '../core/keys/key-set';
import { seedStream } from '../core/rng';
import { Critic } from '../python/critic/critic';
import { applyEdit } from '../python/edits/edits';
import { makeSample } from '../python/edits/sample-testing';
import { lex } from '../python/tokens/lexer';
import type { Sample } from '../records/sample';
import { Contexts } from '../shards/context-shard';
import { collectAll } from '../storage/testing';
import { generateConfigSchema } from './config';
import { drawFunction } from './drawing/draw';
import type { BreakRequest } from './drawing/learned-bugs';
import { generateSamples } from './samples';
import { addTallies, emptyTally, type Tally } from './tally';

const CLEAN = [
  'def f(a):',
  '    b = 2 * 3',
  '    if a > b:',
  '        return a + b',
  '    return None',
  '    a.b = 1',
  '',
].join('\n');

/** What becomes of buggy versions of {@link CLEAN} that somebody proposes, where no mutator plants anything. */
async function settle(
  proposed: string[],
): Promise<{ samples: Sample[]; tally: Tally; asked: BreakRequest[] }> {
  const critic = await Critic.start();
  const tally = emptyTally();
  const asked: BreakRequest[] = [];
  const config = generateConfigSchema.parse({ breaker: { model: 'm', alone: true } });
  try {
    const samples = await collectAll(
      generateSamples(
        (async function* () {
          yield await Promise.resolve(makeSample(CLEAN));
        })(),
        {
          config,
          rng: seedStream(1),
          pool: {
            run: (requests) =>
              Promise.resolve(
                requests.map((request) => drawFunction(request, [], { ...config, mutantsPerFunction: 0 })),
              ),
          },
          breaker: {
            revision: 'r',
            propose: (request) => {
              asked.push(request);
              return Promise.resolve(proposed);
            },
          },
          critic,
          contexts: new Contexts(),
          isAllowed: () => true,
          seen: { functions: new KeySet(), programs: new KeySet() },
          tally,
        },
      ),
    );
    return { samples, tally, asked };
  } finally {
    await critic.close();
  }
}

const DROPS: [reason: string, from: string, to: string][] = [
  ['same_tokens', 'a + b', 'a  +  b  # sum'],
  ['same_tree', 'a + b', '(a) + b'],
  ['same_bytecode', '2 * 3', '6'],
  ['dead_code', 'a.b = 1', 'a.c = 1'],
  ['edit_too_long', '    return None', '    a = [1, 2, 3, 4]\n    return None'],
];

for (const [reason, from, to] of DROPS)
  test(`a proposal that makes ${from} into ${JSON.stringify(to)} is dropped: ${reason}`, async () => {
    const { samples, tally } = await settle([CLEAN.replace(from, to)]);
    assert.equal(samples, []);
    assert.equal(tally.learned, { proposed: 1, kept: 0, dropped: { [reason]: 1 }, types: {} });
    assert.equal(tally.dropped, { [reason]: 1 });
    assert.is(tally.examples[0].source, CLEAN.replace(from, to));
  });

const KEPT: [type: string | null, family: string | null, from: string, to: string][] = [
  ['wrong-arithmetic-operator', 'logic', 'a + b', 'a - b'],
  ['missing-colon', 'syntax', 'f(a):', 'f(a)'],
  // No mutator makes these.
  [null, null, 'a + b', 'a.x.y + b'],
  [null, 'syntax', 'a + b', 'a + b lambda'],
];

for (const [type, family, from, to] of KEPT)
  test(`a proposal that makes ${from} into ${to} is a bug of type ${type}`, async () => {
    const before = CLEAN.replace(from, to);
    const { samples, tally } = await settle([before]);
    const [sample] = samples;
    assert.equal([sample.bugType, sample.family, sample.before], [type, family, before]);
    assert.is(applyEdit(before, lex(before), sample.edits[0]), CLEAN);
    assert.equal([sample.flags, sample.source], [['learned_bug'], 'synthetic']);
    assert.equal(sample.evidence, type === null ? [] : [{ kind: 'planted', bugType: type }]);
    assert.equal(tally.learned, { proposed: 1, kept: 1, dropped: {}, types: { [type ?? 'none']: 1 } });
    assert.equal([tally.written, tally.kept, tally.drawn], [1, {}, {}], 'mutators planted nothing');
  });

test('equal proposals come once, and tallies add up', async () => {
  const before = CLEAN.replace('a + b', 'a - b');
  const { samples, tally, asked } = await settle([before, `${before}# again`]);
  assert.is(samples.length, 1);
  assert.equal(tally.learned.dropped, { duplicate_mutant: 1 });
  assert.is(asked[0].source, CLEAN);
  const sum = addTallies([tally, tally], 1);
  assert.equal(sum.learned, {
    proposed: 4,
    kept: 2,
    dropped: { duplicate_mutant: 2 },
    types: { 'wrong-arithmetic-operator': 2 },
  });
});

test.run();
