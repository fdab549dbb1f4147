import type { ProjectClues } from '../core/keys/groups';
import type { KeySet } from '../core/keys/key-set';
import type { Rng } from '../core/rng';
import { placeOf, type Evidence, type Sample } from '../records/sample';
import type { Contexts } from '../shards/context-shard';
import { lex, LEXER_VERSION } from '../python/tokens/lexer';
import type { Judge } from '../python/critic/critic';
import { compilesWithBug } from '../taxonomy/bug-type';
import { bugType } from '../taxonomy/table';
import { mapAhead } from '../core/processes/ahead';
import type { GenerateConfig } from './config';
import type { DrawnMutant, DrawRequest } from './drawing/draw';
import type { DrawPool } from './drawing/draw-pool';
import type { Breaker, LearnedBug, LearnedBugs } from './drawing/learned-bugs';
import { judge, judgementDrop, learnedDrop, type Judgement, type JudgedFunction } from './judge';
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
  /** Proposes further bugs. Default: nobody does. */
  breaker?: Breaker;
  /** Ends what the breaker is at. Default: never. */
  signal?: AbortSignal;
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

/** Flag of samples whose bug a breaker proposed; type and evidence are empty where no mutator makes that bug. */
export const LEARNED = 'learned_bug';

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
        if (sample.flags.includes(LEARNED)) {
          tally.learned.kept += 1;
          count(tally.learned.types, sample.bugType ?? 'none');
        } else if (sample.bugType) count(tally.kept, sample.bugType);
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
    if (reason === null) sources += 1 + config.mutantsPerFunction + (config.breaker?.bugsPerFunction ?? 0);
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

/** Has a batch's bugs proposed and drawn in a thread, and the critic judge them. */
async function work(candidates: readonly Candidate[], options: GenerateOptions): Promise<Judged[]> {
  const used = candidates.filter(({ reason }) => reason === null);
  const proposed = await proposeBugs(used, options);
  const requests = used.map(({ sample }, i): DrawRequest => {
    // The function's own stream, in a form that can be sent to a thread, and as little else as mutators ask for.
    const seed = options.rng.fork(sample.id).int(2 ** 32);
    const { imports, names } = options.contexts.around(sample);
    return { source: sample.after, context: { imports, names }, seed, proposed: proposed?.[i] };
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

/** Buggy versions of each function by the breaker; undefined where there is none. One after another: it is one model. */
async function proposeBugs(
  candidates: readonly Candidate[],
  { breaker, config, contexts, rng, signal = new AbortController().signal }: GenerateOptions,
): Promise<string[][] | undefined> {
  if (!breaker) return undefined;
  const stream = `breaker ${config.breaker?.seed ?? 0}`;
  const proposed: string[][] = [];
  for (const { sample } of candidates) {
    const seed = rng.fork(sample.id, stream).int(2 ** 32);
    const isTooLong = lex(sample.after).length > config.maxTokens;
    const request = { source: sample.after, surroundings: contexts.around(sample), seed };
    proposed.push(isTooLong ? [] : await breaker.propose(request, signal));
  }
  return proposed;
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
  for (const bug of settleLearned(drawn.learned, rest, { clean, isNew, drop, tally })) {
    kept += 1;
    yield toLearnedSample(sample, bug);
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

interface SettleTools {
  clean: Judgement;
  isNew: (key: string) => boolean;
  drop: (reason: string, more: Partial<Dropped>) => void;
  tally: Tally;
}

/** Counts what a breaker proposed for a function and yields the bugs that stay, each with whether it compiles. */
function* settleLearned(
  learned: LearnedBugs | undefined,
  judgements: readonly Judgement[],
  { clean, isNew, drop, tally }: SettleTools,
): Generator<LearnedBug & { compiles: boolean }> {
  const refuse = (reason: string, source: string): void => {
    count(tally.learned.dropped, reason);
    drop(reason, { source });
  };
  const { bugs, dropped } = learned ?? { bugs: [], dropped: [] };
  tally.learned.proposed += bugs.length + dropped.length;
  for (const { reason, before } of dropped) refuse(reason, before);
  for (const [i, bug] of bugs.entries()) {
    const reason = learnedDrop(judgements[i], clean) ?? (isNew(bug.key) ? null : 'duplicate_mutant');
    if (reason) refuse(reason, bug.before);
    else yield { ...bug, compiles: judgements[i].fingerprint !== null };
  }
}

function toLearnedSample(
  clean: Sample,
  { id, before, edit, compiles, ...bug }: LearnedBug & { compiles: boolean },
): Sample {
  // A mutator may plant by a text what CPython takes otherwise here: then it is another bug.
  const type =
    bug.bugType !== null && compilesWithBug(bugType(bug.bugType)) === compiles ? bug.bugType : null;
  const size = Math.max(edit.tokenSpan[1] - edit.tokenSpan[0], edit.replacement.length);
  return {
    ...clean,
    id,
    parentId: clean.id,
    source: 'synthetic',
    bugType: type,
    family: type !== null ? bugType(type).family : compiles ? null : 'syntax',
    before,
    edits: [edit],
    lexerVersion: LEXER_VERSION,
    // Without a type as a mined fix: what the parser reports; one token; more.
    difficulty: type !== null ? bugType(type).difficulty : !compiles ? 1 : size <= 1 ? 3 : 4,
    quality: { ...clean.quality, critic: 1 },
    evidence: type === null ? [] : [planted(type)],
    flags: [LEARNED],
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
