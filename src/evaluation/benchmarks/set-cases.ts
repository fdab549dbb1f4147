import { breathe } from '../../core/processes/breathe';
import type { Judge } from '../../python/critic/critic';
import { lex } from '../../python/tokens/lexer';
import { tokenOfError } from '../../python/tokens/positions';
import { encodeSample, type EncodeSampleOptions } from '../../processing/encoding/encode-sample';
import { isDropped } from '../../processing/encoding/encode';
import { bugType } from '../../taxonomy/table';
import type { Sample } from '../../records/sample';
import type { Contexts } from '../../shards/context-shard';
import type { RepairModel } from '../../repair/model-folder';
import { INTERRUPTED } from '../measure';
import { createCase, type Case } from '../outcome';

/** The samples of a set as a model reads them. */
export interface SetCases {
  cases: Case[];
  /** Bugs whose fix the model cannot write at all (a name it has no token for): asked all the same, and counted as missed. */
  unrenderable: number;
  /** Samples left out, by reason: the encoder's when they do not fit the model's window, `not_judged` without a verdict. */
  dropped: Record<string, number>;
}

/**
 * Token at which CPython's parser stops, by sample id; samples that parse are not in it. Null: CPython hung or died over
 * the sample, so that nobody knows.
 */
export type ParserStops = ReadonlyMap<string, number | null>;

/** Asks CPython where it stops in each sample, as the process stage and repair do before they ask a model. */
export async function findParserStops(
  samples: readonly Sample[],
  critic: Pick<Judge, 'check'>,
): Promise<ParserStops> {
  const stops = new Map<string, number | null>();
  const verdicts = await critic.check(samples.map(({ before }) => before));
  samples.forEach(({ id, before }, i) => {
    const at = tokenOfError(before, lex(before), verdicts[i].error);
    if (at !== null || verdicts[i].unknown) stops.set(id, at);
  });
  return stops;
}

/** Samples to encode, with what is known of them. */
export interface EncodableSet {
  samples: readonly Sample[];
  /** Of the samples' files. */
  contexts: Contexts;
  stops: ParserStops;
}

/** Encodes samples with a model's own tokenizer, vocabulary and window. A set has the same n for every model of the same window. */
export async function encodeSet(
  { samples, contexts, stops }: EncodableSet,
  { model, tokenizer, vocabulary }: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>,
  signal?: AbortSignal,
): Promise<SetCases> {
  const cases: Case[] = [];
  const dropped: Record<string, number> = {};
  let unrenderable = 0;
  for (const sample of samples) {
    await breathe(signal, INTERRUPTED);
    if (stops.get(sample.id) === null) {
      dropped.not_judged = (dropped.not_judged ?? 0) + 1;
      continue;
    }
    const surroundings = contexts.around(sample);
    const stoppedAt = stops.get(sample.id) ?? null;
    const { maxTokens } = model.config;
    const options = { tokenizer, vocabulary, surroundings, withNames: true, stoppedAt, maxTokens };
    const example = encodeSample(sample, options);
    if (!isDropped(example)) {
      cases.push(createCase(sample, example));
      continue;
    }
    const asked = example.dropped === 'unrenderable_token' ? unrenderableCase(sample, options) : null;
    if (asked) {
      unrenderable++;
      cases.push(asked);
    } else dropped[example.dropped] = (dropped[example.dropped] ?? 0) + 1;
  }
  return { cases, unrenderable, dropped };
}

/** The whole function as a window, with the place and length of the fix as its target but no content. */
function unrenderableCase(sample: Sample, options: EncodeSampleOptions): Case | null {
  // Without a fix the encoder has nothing to refuse; it would cut a long function anywhere, though.
  const example = encodeSample({ ...sample, after: sample.before, edits: [] }, options);
  const item = isDropped(example) ? null : createCase(sample, example);
  if (item === null || item.before.length > item.example.length) return null;
  const [start, end] = item.right[0].tokenSpan;
  const code = sample.bugType === null ? 0 : bugType(sample.bugType).code;
  const target = { location: 1 + start, spanLength: end - start, slots: [], bugType: code };
  return { ...item, example: { ...item.example, target } };
}
