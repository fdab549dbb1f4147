import { breathe } from '../core/processes/breathe';
import { KeySet } from '../core/keys/key-set';
import { sha256 } from '../core/hash';
import { targetEdit } from '../processing/encoding/target-edit';
import type { Judge } from '../python/critic/critic';
import { normalText } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import type { Token } from '../python/tokens/token';
import { tokenOfError } from '../python/tokens/positions';
import type { Edit } from '../records/sample';
import { readSamples } from '../shards/sample-shard';
import type { ObjectStore } from '../storage/object-store';
import { INTERRUPTED } from './measure';
import { frequencyCounter, type FrequencyRanker } from './frequency-ranker';
import { guidedCounter, type GuidedRanker } from './parser-guided-ranker';

/** What the training split of a processed dataset tells, beside the model. */
export interface TrainingFacts {
  ranker: FrequencyRanker;
  guided: GuidedRanker;
  /** Hashes of all fixed functions, as `programKey` makes them: what training has seen. */
  programs: KeySet;
}

/** Buggy rows compiled at once. */
const BATCH = 1024;

/** A buggy row whose place of the parser's stop is still to be asked for. */
interface Waiting {
  before: string;
  tokens: readonly Token[];
  edit: Edit;
}

/**
 * Reads the training split once, as a stream: counts its edits, asks CPython where it stops in its bugs, and notes its
 * functions.
 */
export async function readTrainingFacts(
  store: ObjectStore,
  { critic, signal }: { critic: Pick<Judge, 'check'>; signal?: AbortSignal },
): Promise<TrainingFacts> {
  const counter = frequencyCounter();
  const guided = guidedCounter();
  const programs = new KeySet();
  const parents = new KeySet();
  const countStops = async (rows: readonly Waiting[]): Promise<void> => {
    const verdicts = await critic.check(rows.map(({ before }) => before));
    rows.forEach(({ before, tokens, edit }, i) => {
      const stoppedAt = tokenOfError(before, tokens, verdicts[i].error);
      if (stoppedAt !== null) guided.add({ tokens, stoppedAt, edit });
    });
  };
  let waiting: Waiting[] = [];
  for await (const { id, parentId, before, after, edits } of readSamples(store, 'samples/train')) {
    await breathe(signal, INTERRUPTED);
    const tokens = lex(before);
    const fixed = before === after ? tokens : lex(after);
    const edit = before === after ? null : targetEdit(edits, tokens, fixed);
    counter.add({ tokens, edit });
    if (edit) waiting.push({ before, tokens, edit });
    // All mutants of a function have the same fixed form.
    if (parents.add(parentId ?? id)) programs.add(sha256(normalText(fixed)));
    if (waiting.length < BATCH) continue;
    await countStops(waiting);
    waiting = [];
  }
  await countStops(waiting);
  return { ranker: counter.ranker(), guided: guided.ranker(), programs };
}
