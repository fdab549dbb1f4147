import type { ProjectClues } from '../core/keys/groups';
import type { KeySet } from '../core/keys/key-set';
import type { Rng } from '../core/rng';
import { placeOf, type Evidence, type Sample } from '../records/sample';
import type { Contexts } from '../shards/context-shard';
import { LEXER_VERSION } from '../python/tokens/lexer';
import type { Judge } from '../python/critic/critic';
import { bugType } from '../taxonomy/table';
import { mapAhead } from '../core/processes/ahead';
import type { GenerateConfig } from './config';
import type { DrawnMutant, DrawRequest } from './drawing/draw';
import type { DrawPool } from './drawing/draw-pool';
import { judge, judgementDrop, type JudgedFunction } from './judge';
import { count, drop as countDrop, type Dropped, type Tally } from './tally';

/** What was used or written so far, so that nothing comes twice. */
export interface Seen {
  /** Ids of clean functions. */
  functions: KeySet;
  /** Programs of clean functions and of mutants, without their layout. */
  programs: KeySet;
}

/** What {@link generateSamples} works with. */
export interface GenerateOptions {
  config: GenerateConfig;
  /** Forked by the id of each clean function, so that order and neighbours do not matter. */
  rng: Rng;
  /** Draws the mutants. */
  pool: Pick<DrawPool, 'run'>;
  critic: Omit<Judge, 'pythonVersion'>;
  /** Of the samples' files. */
  contexts: Contexts;
  /** Whether a sample's code may be used. */
  isAllowed: (clues: ProjectClues) => boolean;
  /** Added to. */
  seen: Seen;
  /** Counts everything that is read, written and dropped. Added to. */
  tally: Tally;
  /** Told the key of every program added to `seen.programs`, for the journal. */
  onProgram?: (key: string) => void;
  /** Told of every sample that was written. */
  onWritten?: () => void;
  /** Samples that may still be written. Default: no limit. */
  limit?: number;
  /** Batches that may be under way at a time. Default 4. */
  ahead?: number;
}

/** Flag of samples with more than one bug: `bugType` is that of the leftmost edit. */
export const SEVERAL_BUGS = 'several_bugs';

/** A clean function, or one that is dropped before anything is drawn. */
interface Candidate {
  sample: Sample;
  /** Why it is dropped. */
  reason: InputDrop | null;
}

/** A function with its mutants and the critic's judgements: of the clean source, then of each source of each mutant. */
type Judged = Candidate & JudgedFunction;

/**
 * Turns clean functions into validated bug-fix samples, streaming and in order. Mutants of syntax types must not
 * compile, all others must, and must not compile to the same bytecode as the clean function. Samples that are no
 * clean functions (mined fixes) are passed over. Results depend on the samples, config and seed alone.
 */
export async function* generateSamples(
  samples: AsyncIterable<Sample>,
  options: GenerateOptions,
): AsyncGenerator<Sample> {
  const { tally, limit = Infinity, ahead = 4 } = options;
  if (limit <= 0) return;
  const batches = batchCandidates(samples, options);
  for await (const batch of mapAhead(batches, (candidates) => work(candidates, options), ahead))
    for (const judged of batch)
      for (const sample of settle(judged, options)) {
        yield sample;
        tally.written += 1;
        if (sample.bugType) count(tally.kept, sample.bugType);
        else tally.clean += 1;
        count(tally.licences, sample.licence);
        options.onWritten?.();
        if (tally.written >= limit) return;
      }
}

async function* batchCandidates(
  samples: AsyncIterable<Sample>,
  { config, isAllowed, seen }: GenerateOptions,
): AsyncGenerator<Candidate[]> {
  let batch: Candidate[] = [];
  let sources = 0;
  for await (const sample of samples) {
    const reason = dropInput(sample, isAllowed, seen);
    batch.push({ sample, reason });
    if (reason === null) sources += 1 + config.mutantsPerFunction;
    if (sources < config.batchSize) continue;
    yield batch;
    batch = [];
    sources = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Why a sample is not looked at: it has a bug, its project may not be used, its function came before. */
export type InputDrop = 'not_clean' | 'group_not_allowed' | 'duplicate_function';

/** Why no mutants are drawn from a sample; null when they are, and its function counts as seen from then on. */
export function dropInput(
  sample: Sample,
  isAllowed: GenerateOptions['isAllowed'],
  { functions }: Seen,
): InputDrop | null {
  if (sample.edits.length > 0) return 'not_clean';
  if (!isAllowed(sample)) return 'group_not_allowed';
  return functions.add(sample.id) ? null : 'duplicate_function';
}

/** Draws a batch's mutants in a thread and has the critic judge them. */
async function work(candidates: readonly Candidate[], options: GenerateOptions): Promise<Judged[]> {
  const used = candidates.filter(({ reason }) => reason === null);
  const requests = used.map(({ sample }): DrawRequest => {
    // The function's own stream, in a form that can be sent to a thread, and as little else as mutators ask for.
    const seed = options.rng.fork(sample.id).int(2 ** 32);
    const { imports, names } = options.contexts.around(sample);
    return { source: sample.after, context: { imports, names }, seed };
  });
  const drawn = requests.length > 0 ? await options.pool.run(requests) : [];
  const ofSample = new Map(used.map(({ sample }, i) => [sample, drawn[i]]));
  const items = candidates.map((candidate): Judged => ({
    ...candidate,
    source: candidate.sample.after,
    drawn: ofSample.get(candidate.sample) ?? null,
    judgements: [],
  }));
  await judge(items, options.critic);
  return items;
}

/** Counts what a function gave and yields its samples. */
function* settle(judged: Judged, options: GenerateOptions): Generator<Sample> {
  const { tally, config, seen, onProgram } = options;
  const { sample, drawn } = judged;
  const drop = (reason: string, more: Partial<Dropped>): void => {
    const where = { group: sample.group, ...placeOf(sample.origin) };
    const entry = { reason, bugType: null, ...where, source: null, detail: null, ...more };
    countDrop(tally, entry, config.maxDropsPerReason);
  };
  const isNew = (key: string): boolean => {
    const fresh = seen.programs.add(key);
    if (fresh) onProgram?.(key);
    return fresh;
  };
  tally.read += 1;
  if (!drawn || 'reason' in drawn)
    return drop(drawn?.reason ?? judged.reason ?? 'not_clean', { source: sample.after });
  const [clean, ...rest] = judged.judgements;
  if (clean.fingerprint === null)
    return drop('clean_does_not_compile', { source: sample.after, detail: clean.complaint });
  tally.functions += 1;
  isNew(drawn.key);
  for (const { reason, bugType, before, detail } of drawn.dropped) {
    count(tally.drawn, bugType);
    drop(reason, { bugType, source: before ?? null, detail: detail ?? null });
  }
  let kept = 0;
  for (const mutant of drawn.mutants) {
    count(tally.drawn, mutant.bugType);
    const own = rest.splice(0, 1 + mutant.alone.length);
    const reason = judgementDrop(mutant, own, clean) ?? (isNew(mutant.key) ? null : 'duplicate_mutant');
    if (reason) {
      const { bugType, before } = mutant;
      drop(reason, { bugType, source: before, detail: own[0].complaint });
    } else {
      kept += 1;
      yield toSample(sample, mutant);
    }
  }
  const share = options.rng.fork(sample.id, 'clean').next();
  if (share < kept * config.cleanPerMutant) yield sample;
}

function toSample(clean: Sample, { id, bugType: type, before, edits, alone }: DrawnMutant): Sample {
  return {
    ...clean,
    id,
    parentId: clean.id,
    source: 'synthetic',
    bugType: type,
    family: bugType(type).family,
    before,
    edits,
    lexerVersion: LEXER_VERSION,
    difficulty: difficultyOf({ bugType: type, alone }),
    quality: { ...clean.quality, critic: 1 },
    evidence: (alone.length > 0 ? alone.map((bug) => bug.bugType) : [type]).map(planted),
    flags: edits.length > 1 ? [SEVERAL_BUGS] : [],
    split: null,
  };
}

function planted(id: string): Evidence {
  return { kind: 'planted', bugType: id };
}

/** How hard a mutant is to mend: as its hardest bug. */
export function difficultyOf({ bugType: type, alone }: Pick<DrawnMutant, 'bugType' | 'alone'>): number {
  return Math.max(...[type, ...alone.map((bug) => bug.bugType)].map((id) => bugType(id).difficulty));
}
