import type { Rng } from '../core/rng';
import type { Sample } from '../records/sample';
import { sampleId } from '../python/edits';
import { LEXER_VERSION } from '../python/lexer';
import type { Critic } from '../python/critic';
import { compilesWithBug } from '../taxonomy/bug-type';
import { bugType } from '../taxonomy/table';
import { mapAhead } from './ahead';
import { isAllowed, type GenerateConfig } from './config';
import { drawMutants, type Draws, type FamilyMixture } from './sampling';
import type { PlantedBugs } from './several-bugs';
import { count, drop, type Reject, type Tally } from './tally';
import { createTarget } from './target';

/** What {@link generateSamples} works with. */
export interface GenerateOptions {
  config: GenerateConfig;
  mixture: readonly FamilyMixture[];
  /** Forked by the id of each clean function, so that order and neighbours do not matter. */
  rng: Rng;
  critic: Pick<Critic, 'check' | 'fingerprint'>;
  /** Clean functions used so far; a second copy is dropped. Added to. */
  seen: Set<string>;
  /** Counts everything that is read, written and dropped. Added to. */
  tally: Tally;
  /** Samples that may still be written. Default: no limit. */
  limit?: number;
}

/** Flag of samples with more than one bug: `bugType` is that of the leftmost edit. */
export const SEVERAL_BUGS = 'several_bugs';

/** Batches that the critic may have in hand at a time. */
const BATCHES_AHEAD = 3;

/** A clean function with the mutants drawn from it, or the reason why there are none. */
type Candidate = { sample: Sample } & ({ draws: Draws } | { reason: string });

/** What the critic says of a source: digest of its bytecode, null when it does not compile; and its complaint. */
interface Judgement {
  fingerprint: string | null;
  complaint: string | null;
}

/** A candidate with the critic's judgement of the clean source, then of each mutant. */
type Judged = { candidate: Candidate; judgements: readonly Judgement[] };

/**
 * Turns clean functions into validated bug-fix samples, streaming and in order. Mutants of syntax types must not
 * compile, all others must, and must not compile to the same bytecode as the clean function. Samples that are no
 * clean functions (mined fixes) are passed over.
 */
export async function* generateSamples(
  samples: AsyncIterable<Sample>,
  options: GenerateOptions,
): AsyncGenerator<Sample> {
  const { tally, limit = Infinity } = options;
  if (limit <= 0) return;
  const batches = batchCandidates(samples, options);
  for await (const batch of mapAhead(batches, (candidates) => judge(candidates, options), BATCHES_AHEAD))
    for (const judged of batch)
      for (const sample of settle(judged, options)) {
        yield sample;
        tally.written += 1;
        if (sample.bugType) count(tally.kept, sample.bugType);
        else tally.clean += 1;
        count(tally.licences, sample.licence);
        if (tally.written >= limit) return;
      }
}

async function* batchCandidates(
  samples: AsyncIterable<Sample>,
  options: GenerateOptions,
): AsyncGenerator<Candidate[]> {
  let batch: Candidate[] = [];
  let sources = 0;
  for await (const sample of samples) {
    const candidate = draw(sample, options);
    batch.push(candidate);
    sources += 'draws' in candidate ? 1 + candidate.draws.mutants.length : 0;
    if (sources < options.config.batchSize) continue;
    yield batch;
    batch = [];
    sources = 0;
  }
  if (batch.length > 0) yield batch;
}

function draw(sample: Sample, { config, mixture, rng, seen }: GenerateOptions): Candidate {
  const reason = refuse(sample, config, seen);
  if (reason) return { sample, reason };
  seen.add(sample.id);
  const target = createTarget(sample.after, sample.context);
  if (target.tokens.length > config.maxTokens) return { sample, reason: 'function_too_long' };
  const { mutantsPerFunction, bugsPerMutant } = config;
  const options = { count: mutantsPerFunction, bugsPerMutant };
  return { sample, draws: drawMutants(target, mixture, options, rng.fork(sample.id)) };
}

function refuse(sample: Sample, config: GenerateConfig, seen: ReadonlySet<string>): string | undefined {
  if (sample.edits.length > 0) return 'not_clean';
  if (!isAllowed(sample.group, config.allowedGroups)) return 'group_not_allowed';
  return seen.has(sample.id) ? 'duplicate_function' : undefined;
}

async function judge(candidates: readonly Candidate[], { critic }: GenerateOptions): Promise<Judged[]> {
  const sources = candidates.map((candidate) =>
    'draws' in candidate ? [candidate.sample.after, ...candidate.draws.mutants.flatMap(sourcesOf)] : [],
  );
  const all = sources.flat();
  const fingerprints = await critic.fingerprint(all);
  const broken = all.filter((_, i) => fingerprints[i] === null);
  const verdicts = await critic.check(broken);
  const complaints = verdicts.map(({ error }) => (error ? `${error.type}: ${error.message}` : null));
  const judgements = fingerprints.map((fingerprint): Judgement => {
    const complaint = fingerprint === null ? (complaints.shift() ?? null) : null;
    return { fingerprint, complaint };
  });
  return candidates.map((candidate, i) => ({
    candidate,
    judgements: judgements.splice(0, sources[i].length),
  }));
}

/** What the critic must see of a mutant: itself, and each of several bugs alone. */
function sourcesOf({ before, alone }: PlantedBugs): string[] {
  return [before, ...alone.map((bug) => bug.before)];
}

/** Counts what a function gave and yields its samples. */
function* settle({ candidate, judgements }: Judged, options: GenerateOptions): Generator<Sample> {
  const { tally, config } = options;
  const { sample } = candidate;
  const reject = (reason: string, more: Partial<Reject>): void => {
    const { path, function: name } = sample.origin;
    const where = { group: sample.group, path, function: name };
    const entry = { reason, bugType: null, ...where, source: null, detail: null, ...more };
    drop(tally, entry, config.maxRejectsPerReason);
  };
  tally.read += 1;
  if ('reason' in candidate) return reject(candidate.reason, { source: sample.after });
  const [clean, ...judged] = judgements;
  if (clean.fingerprint === null)
    return reject('clean_does_not_compile', { source: sample.after, detail: clean.complaint });
  tally.functions += 1;
  for (const { reason, bugType, before } of candidate.draws.dropped) {
    count(tally.drawn, bugType);
    reject(reason, { bugType, source: before ?? null });
  }
  let kept = 0;
  for (const mutant of candidate.draws.mutants) {
    count(tally.drawn, mutant.bugType);
    const own = judged.splice(0, 1 + mutant.alone.length);
    const reason = objection(mutant, own, clean);
    if (reason) {
      const { bugType, before } = mutant;
      reject(reason, { bugType, source: before, detail: own[0].complaint });
    } else {
      kept += 1;
      yield toSample(sample, mutant);
    }
  }
  const share = options.rng.fork(sample.id, 'clean').next();
  if (share < kept * config.cleanPerMutant) yield sample;
}

type Objection = 'mutant_compiles' | 'mutant_does_not_compile' | 'same_bytecode' | 'bugs_interact';

/** Why the critic's judgements of a mutant and of its single bugs speak against it. */
function objection(
  { bugType, alone }: PlantedBugs,
  [whole, ...parts]: readonly Judgement[],
  clean: Judgement,
): Objection | undefined {
  if (alone.length === 0) return objectionToOne(bugType, whole, clean);
  for (const [i, bug] of alone.entries()) {
    const reason = objectionToOne(bug.bugType, parts[i], clean);
    if (reason) return reason;
  }
  const compile = parts.every(({ fingerprint }) => fingerprint !== null);
  if ((whole.fingerprint !== null) !== compile) return 'bugs_interact';
  // Equal to one of its bugs alone: the others make no difference beside it.
  const same = [clean, ...parts].some(({ fingerprint }) => fingerprint === whole.fingerprint);
  return compile && same ? 'same_bytecode' : undefined;
}

function objectionToOne(id: string, { fingerprint }: Judgement, clean: Judgement): Objection | undefined {
  const compiles = fingerprint !== null;
  if (compilesWithBug(bugType(id)) !== compiles)
    return compiles ? 'mutant_compiles' : 'mutant_does_not_compile';
  return compiles && fingerprint === clean.fingerprint ? 'same_bytecode' : undefined;
}

function toSample(clean: Sample, { bugType: id, before, edits, alone }: PlantedBugs): Sample {
  const types = [id, ...alone.map((bug) => bug.bugType)].map(bugType);
  return {
    ...clean,
    id: sampleId(before, clean.after),
    parentId: clean.id,
    source: 'synthetic',
    bugType: id,
    family: types[0].family,
    before,
    edits,
    lexerVersion: LEXER_VERSION,
    difficulty: Math.max(...types.map(({ difficulty }) => difficulty)),
    quality: { ...clean.quality, critic: 1 },
    flags: edits.length > 1 ? [SEVERAL_BUGS] : [],
    split: null,
  };
}
