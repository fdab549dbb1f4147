import { seedStream } from '../../core/rng';
import { drawFunction, type DrawnMutant } from '../../generation/drawing/draw';
import { difficultyOf } from '../../generation/samples';
import { judge, judgementDrop, type JudgedFunction } from '../../generation/judge';
import { aimedShares, normalised } from '../../generation/mixture/aims';
import type { MixturePart } from '../../generation/drawing/mixture-part';
import { isDropped } from '../../processing/encoding/encode';
import { encodeFill } from '../../processing/encoding/encode-fill';
import { encodeSample, type EncodableSample } from '../../processing/encoding/encode-sample';
import type { ClosedVocabulary } from '../../processing/vocabulary/closed-vocabulary';
import type { Tokenizer } from '../../processing/tokenizer/tokenizer';
import type { Judge, Verdict } from '../../python/critic/critic';
import { lex } from '../../python/tokens/lexer';
import { tokenOfError } from '../../python/tokens/positions';
import type { Example } from '../../records/example';
import type { Surroundings } from '../../records/file-context';
import { ROW_ORIGINS } from '../../records/mined-fix';
import { bugType } from '../../taxonomy/table';
import type { CleanFunction, MutantDrop } from './clean-functions';
import type { FeedConfig } from './config';
import type { Mixture } from './feed';
import { mixtureWeight, PLANTED } from './mixture';

/** What {@link mutateFunctions} works with. */
export interface MutateOptions {
  settings: FeedConfig['mutations'];
  /** Weights that give the shares of {@link scaledAims} in the code at hand. */
  mixture: readonly MixturePart[];
  critic: Omit<Judge, 'pythonVersion'>;
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
  /** Most tokens of a window. */
  maxTokens: number;
  /** Seed and epoch: with the function's id they decide its mutants and windows. */
  seed: number;
  epoch: number;
  /** Why a mutant may not stand in the train split; undefined when it may. See `Admission`. */
  admissionDrop: (mutant: DrawnMutant) => MutantDrop | undefined;
}

/** Rows of some functions, and what was dropped on the way, by reason. */
export interface Mutated {
  examples: Example[];
  dropped: string[];
}

/**
 * The shares that the generate stage would aim at, by taxonomy id, multiplied by the weights of a curriculum's mixture;
 * together 1, or all 0 where no bug is left.
 */
export function scaledAims(
  config: Pick<FeedConfig['mutations'], 'families' | 'types'>,
  mixture: Partial<Mixture>,
): Record<string, number> {
  const scaled = Object.entries(aimedShares(config)).map(([id, share]) => {
    const { code, difficulty } = bugType(id);
    return [id, share * mixtureWeight({ ...PLANTED, bugType: code, difficulty }, mixture)];
  });
  return normalised(Object.fromEntries(scaled) as Record<string, number>);
}

/**
 * Draws, judges and encodes the mutants of some clean functions, each followed by the function itself. CPython judges as
 * it does in the generate stage, and says where the parser stops in syntax bugs, which is one of the model's inputs.
 */
export async function mutateFunctions(
  functions: readonly CleanFunction[],
  options: MutateOptions,
): Promise<Mutated> {
  const { mixture, settings, seed, epoch, critic } = options;
  const judged = functions.map(({ id, after, surroundings }): JudgedFunction => {
    const request = {
      source: after,
      context: surroundings,
      seed: seedStream(seed, 'mutants', epoch, id).int(2 ** 32),
    };
    return { source: after, drawn: drawFunction(request, mixture, settings), judgements: [] };
  });
  await judge(judged, critic);
  const dropped: string[] = [];
  const kept = judged.map((item) => keptMutants(item, options, dropped));
  const verdicts = await verdictsOf(kept.flat(), critic);
  const examples = functions.flatMap((clean, i) => {
    const judgedMutants = kept[i].filter(({ before }) => {
      const unknown = verdicts.get(before)?.unknown === true;
      if (unknown) dropped.push('not_judged');
      return !unknown;
    });
    const { id, after, surroundings } = clean;
    const samples = judgedMutants.map((mutant) => toSample(clean, mutant));
    const all = [...samples, { id, before: after, after, edits: [], bugType: null, difficulty: 1 }];
    return [
      ...all.map((sample) => encode(sample, surroundings, verdicts.get(sample.before), options)),
      ...fillsOf(clean, options),
    ].flatMap((example) => {
      if (!isDropped(example)) return [example];
      dropped.push(example.dropped);
      return [];
    });
  });
  return { examples, dropped };
}

/** Rows of a function in which some of its tokens are hidden or replaced. */
function fillsOf(
  clean: CleanFunction,
  { settings, tokenizer, vocabulary, maxTokens, seed, epoch }: MutateOptions,
): ReturnType<typeof encodeFill>[] {
  const { surroundings } = clean;
  const origin = ROW_ORIGINS.indexOf('code');
  return Array.from({ length: settings.fillsPerFunction }, (_, i) => {
    const rng = seedStream(seed, 'fills', epoch, clean.id, i);
    const { replacedShare } = settings;
    return encodeFill(clean, { tokenizer, vocabulary, surroundings, maxTokens, origin, replacedShare, rng });
  });
}

/** The mutants that are not dropped. */
function keptMutants(
  { drawn, judgements: [clean, ...rest] }: JudgedFunction,
  { admissionDrop }: MutateOptions,
  dropped: string[],
): DrawnMutant[] {
  if (!drawn || 'reason' in drawn) {
    if (drawn) dropped.push(drawn.reason);
    return [];
  }
  dropped.push(...drawn.dropped.map(({ reason }) => reason));
  return drawn.mutants.filter((mutant) => {
    const own = rest.splice(0, 1 + mutant.alone.length);
    const reason = judgementDrop(mutant, own, clean) ?? admissionDrop(mutant);
    if (reason) dropped.push(reason);
    return !reason;
  });
}

/** Verdicts on the mutants that do not compile, by their source. */
async function verdictsOf(
  mutants: readonly DrawnMutant[],
  critic: MutateOptions['critic'],
): Promise<Map<string, Verdict>> {
  const broken = mutants.filter((mutant) => bugType(mutant.bugType).family === 'syntax');
  const verdicts = await critic.check(broken.map(({ before }) => before));
  return new Map(broken.map(({ before }, i) => [before, verdicts[i]]));
}

function toSample({ after }: CleanFunction, mutant: DrawnMutant): EncodableSample {
  const { id, before, edits, bugType } = mutant;
  return { id, before, after, edits, bugType, difficulty: difficultyOf(mutant) };
}

function encode(
  sample: EncodableSample,
  surroundings: Surroundings,
  verdict: Verdict | undefined,
  { tokenizer, vocabulary, maxTokens, seed, epoch }: MutateOptions,
): ReturnType<typeof encodeSample> {
  const rng = seedStream(seed, 'window', epoch, sample.id);
  const stoppedAt = tokenOfError(sample.before, lex(sample.before), verdict?.error ?? null);
  const origin = ROW_ORIGINS.indexOf(sample.edits.length > 0 ? 'planted' : 'code');
  return encodeSample(sample, { tokenizer, vocabulary, surroundings, maxTokens, rng, stoppedAt, origin });
}
