/**
 * Candidates at a marked place, measured on planted bugs: is the fix among them, is it the first, and does a second look help?
 * Bugs of all types are planted in clean functions of `synthetic-9`, of packages that training never reads, one a function, the
 * type drawn evenly. The model is told the statement, as a tool would.
 *
 *   make bench BENCH=candidates ARGS='--bugs 400 --seed 1'
 *
 * --compiling  only bugs with which the code compiles (default: of all types)
 * --looked-at  first candidates that are read again after the edit (default 8)
 *
 * The second look ranks by P(edit) P(no bug afterwards). The last line is JSON of all figures.
 */
import { parseArgs } from 'node:util';
import { requireNativeEngine } from '../src/core/engine';
import { projectRoot } from '../src/core/paths';
import { seedStream } from '../src/core/rng';
import { join } from 'node:path';
import { benchmarkFolder, openBenchmark, readBenchmark } from '../src/evaluation/benchmarks/benchmark';
import { makeMutant, type Mutant } from '../src/generation/mutation/mutant';
import { createTarget } from '../src/generation/mutation/target';
import { MUTATORS } from '../src/generation/mutators';
import { wilsonInterval } from '../src/metrics/intervals';
import { percentile } from '../src/metrics/percentile';
import { Critic } from '../src/python/critic/critic';
import { applyEdit } from '../src/python/edits/edits';
import { tokenOfError } from '../src/python/tokens/positions';
import { candidatesAt, type PlacedCandidate } from '../src/repair/candidates/candidates';
import { editKey, smallestEdit } from '../src/repair/candidates/undo/undo';
import { loadRepairModel, type RepairModel } from '../src/repair/model-folder';
import { analyse, type Program } from '../src/repair/program';
import { createWindowPredictor } from '../src/repair/window-predictor';
import { compilesWithBug } from '../src/taxonomy/bug-type';
import { bugType } from '../src/taxonomy/table';

/** What came of one planted bug. */
interface Outcome {
  family: string;
  /** Place of the fix among the candidates from 1; 0 = not among them. */
  rank: number;
  /** The same after the second look. */
  second: number;
  /** The same of the model's own proposals alone. */
  alone: number;
  milliseconds: number;
  candidates: number;
}

async function plant(count: number, seed: number, compiling: boolean): Promise<Mutant[]> {
  const mutators = MUTATORS.filter(({ bugType: id }) => !compiling || compilesWithBug(bugType(id)));
  const samples = await readBenchmark(await openBenchmark(benchmarkFolder('synthetic-9')));
  const rng = seedStream(seed, 'candidates-bench');
  const out: Mutant[] = [];
  for (const { after } of rng.shuffle(samples.filter(({ bugType: id }) => id === null))) {
    if (out.length === count) break;
    const target = createTarget(after, { imports: {}, names: [] });
    if (target.tokens.length > 240) continue;
    for (const mutator of rng.shuffle([...mutators])) {
      const sites = mutator.sites(target);
      const mutant = sites.length > 0 ? makeMutant(target, mutator, rng.pick(sites), rng) : null;
      if (!mutant || 'dropped' in mutant) continue;
      out.push(mutant);
      break;
    }
  }
  return out;
}

const rankOf = (candidates: readonly PlacedCandidate[], wanted: string): number =>
  1 + candidates.findIndex(({ edit }) => editKey(edit) === wanted);

async function secondLook(
  parts: RepairModel,
  program: Program,
  candidates: readonly PlacedCandidate[],
): Promise<PlacedCandidate[]> {
  const predictWindows = createWindowPredictor(parts);
  const { maxTokens } = parts.model.config;
  const scored: { one: PlacedCandidate; value: number }[] = [];
  for (const one of candidates) {
    const after = analyse(applyEdit(program.source, program.tokens, one.edit), { maxTokens });
    const answers = await predictWindows({ program: after, topK: 1 });
    const clean = answers.reduce((product, { prediction }) => product * prediction.noBug, 1);
    scored.push({ one, value: one.probability * clean });
  }
  return scored.sort((a, b) => b.value - a.value).map(({ one }) => one);
}

async function judge(parts: RepairModel, critic: Critic, mutant: Mutant, most: number): Promise<Outcome> {
  const program = analyse(mutant.before, { maxTokens: parts.model.config.maxTokens });
  const type = bugType(mutant.bugType);
  const parses = compilesWithBug(type);
  const [verdict] = parses ? [] : await critic.check([mutant.before]);
  const stoppedAt = verdict ? (tokenOfError(program.source, program.tokens, verdict.error) ?? null) : null;
  const { start, end } = program.tokens[mutant.fix.tokenSpan[0]];
  const started = performance.now();
  const places = [{ span: [start, end] as const }];
  const [candidates] = await candidatesAt(parts, program, places, { parses, stoppedAt });
  const milliseconds = performance.now() - started;
  const [own] = await candidatesAt(parts, program, places, { parses, stoppedAt, sources: ['model'] });
  const wanted = editKey(smallestEdit(program.tokens, mutant.fix) ?? mutant.fix);
  const again = await secondLook(parts, program, candidates.slice(0, most));
  return {
    family: type.family,
    rank: rankOf(candidates, wanted),
    second: rankOf([...again, ...candidates.slice(most)], wanted),
    alone: rankOf(own, wanted),
    milliseconds,
    candidates: candidates.length,
  };
}

function share(outcomes: readonly Outcome[], fits: (outcome: Outcome) => boolean): string {
  const count = outcomes.filter(fits).length;
  const { low, high } = wilsonInterval(count, outcomes.length);
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `${percent(count / outcomes.length)} % (${percent(low)} to ${percent(high)})`;
}

function report(outcomes: readonly Outcome[]): Record<string, string | number> {
  const times = outcomes.map(({ milliseconds }) => milliseconds);
  return {
    bugs: outcomes.length,
    'fix among them': share(outcomes, ({ rank }) => rank > 0),
    'fix among the model alone': share(outcomes, ({ alone }) => alone > 0),
    first: share(outcomes, ({ rank }) => rank === 1),
    'first of the model alone': share(outcomes, ({ alone }) => alone === 1),
    'first after a second look': share(outcomes, ({ second }) => second === 1),
    'only with a second look': outcomes.filter(({ rank, second }) => rank !== 1 && second === 1).length,
    'only without it': outcomes.filter(({ rank, second }) => rank === 1 && second !== 1).length,
    'among the first five': share(outcomes, ({ rank }) => rank > 0 && rank <= 5),
    'five after a second look': share(outcomes, ({ second }) => second > 0 && second <= 5),
    candidates: outcomes.reduce((sum, one) => sum + one.candidates, 0) / outcomes.length,
    p50Ms: percentile(times, 50),
    p95Ms: percentile(times, 95),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bugs: { type: 'string', default: '400' },
      seed: { type: 'string', default: '1' },
      compiling: { type: 'boolean', default: false },
      'looked-at': { type: 'string', default: '8' },
      model: { type: 'string', default: join(projectRoot(), 'models', 'trm-code-repair') },
    },
  });
  await requireNativeEngine();
  const parts = await loadRepairModel(values.model);
  const critic = await Critic.start({ workers: 1 });
  try {
    const outcomes: Outcome[] = [];
    for (const mutant of await plant(Number(values.bugs), Number(values.seed), values.compiling))
      outcomes.push(await judge(parts, critic, mutant, Number(values['looked-at'])));
    const families = [...new Set(outcomes.map(({ family }) => family))].sort();
    const table = Object.fromEntries(
      families.map((family) => [family, report(outcomes.filter((one) => one.family === family))]),
    );
    console.table(report(outcomes));
    console.table(table);
    console.log(JSON.stringify({ all: report(outcomes), families: table }));
  } finally {
    await critic.close();
    parts.model.dispose();
  }
}

void main();
