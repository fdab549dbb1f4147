import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { Critic } from '../../python/critic/critic';
import { functionsInContext } from '../../python/names/file-context';
import { lex } from '../../python/tokens/lexer';
import { compilesWithBug } from '../../taxonomy/bug-type';
import { bugType } from '../../taxonomy/table';
import { makeMutant } from '../mutation/mutant';
import { createTarget, type MutationTarget } from '../mutation/target';
import { MUTATORS } from './index';
import { testMachine } from '../../stages/testing';

const MODULES = [
  'argparse.py',
  'json/decoder.py',
  'subprocess.py',
  'asyncio/streams.py',
  'tempfile.py',
  'csv.py',
];

async function realFunctions(): Promise<MutationTarget[]> {
  const { stdlib } = await testMachine.pythonFacts();
  return MODULES.flatMap((module) => {
    const source = readFileSync(join(stdlib, module), 'utf8');
    return functionsInContext(source, lex(source)).map(({ span, surroundings }) =>
      createTarget(span.source, surroundings),
    );
  });
}

test('on the standard library, CPython confirms nearly every mutant', async () => {
  const drawn = (await realFunctions()).flatMap((target, f) =>
    MUTATORS.flatMap((mutator) => {
      const rng = seedStream(f, mutator.bugType);
      const sites = mutator.sites(target);
      const mutant = sites.length > 0 ? makeMutant(target, mutator, rng.pick(sites), rng) : undefined;
      return mutant && !('dropped' in mutant) ? [{ ...mutant, clean: target.source }] : [];
    }),
  );
  assert.ok(drawn.length > 4000, `${drawn.length}`);
  const critic = await Critic.start({ workers: 2 });
  const ask = (sources: readonly string[]): ReturnType<Critic['fingerprint']> => critic.fingerprint(sources);
  const [buggy, clean] = await Promise.all([
    ask(drawn.map(({ before }) => before)),
    ask(drawn.map(({ clean }) => clean)),
  ]).finally(() => critic.close());
  const byType = new Map<string, { n: number; refused: string[] }>();
  drawn.forEach(({ bugType: id, before }, i) => {
    const entry = byType.get(id) ?? { n: 0, refused: [] };
    byType.set(id, entry);
    entry.n += 1;
    const confirmed = compilesWithBug(bugType(id))
      ? buggy[i] !== null && buggy[i] !== clean[i]
      : buggy[i] === null;
    if (!confirmed) entry.refused.push(before);
  });
  const refused = [...byType.values()].reduce((sum, entry) => sum + entry.refused.length, 0);
  assert.ok(refused / drawn.length < 0.01, `${refused} of ${drawn.length} refused`);
  // Types must not hide behind the others; rare ones have too few to judge.
  for (const [id, entry] of byType)
    if (entry.n >= 20) assert.ok(entry.refused.length / entry.n <= 0.1, `${id}: ${entry.refused[0]}`);
  assert.ok(byType.size >= 45, `${byType.size} types have a place in these modules`);
});

test.run();
