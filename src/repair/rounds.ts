import { throwIfAborted } from '../core/errors';
import { collide } from './changes';
import { currentSpan, editText, holdsWritten, originalSpan, type EditedText } from './edited-text';
import { analyse } from './program';
import type { Edit } from '../records/sample';
import type { Proposer } from './proposals';
import { windowsTouching } from './window-predictor';
import { judge, dropReason, type Checker, type Judgement, type DropReason } from './evidence/verifier';

/** An edit that was applied, with its place in the original file. */
export interface AppliedEdit {
  judgement: Judgement;
  /** UTF-16 offsets in the original text. */
  start: number;
  end: number;
}

/** Settings of {@link repairInRounds}. */
export interface RoundsOptions {
  propose: Proposer;
  /** Most tokens of a window, END included, of the model that proposes. */
  maxTokens: number;
  critic: Checker;
  /** Edits at or below this confidence are not looked at. */
  threshold: number;
  maxRounds: number;
  /** True when the text parses; then every edited text must. */
  fileParses: boolean;
  /** Which edits to apply, of those that no verifier objects to. */
  accept: (judgement: Judgement) => boolean;
  /** Edits that a verifier dropped, by {@link dropKey}: filled here, and not looked at again. */
  dropped: Map<string, DropReason>;
  /** UTF-16 offsets [start, end) of the original text: only windows that touch it are looked at. Default: all. */
  within?: readonly [number, number];
  signal?: AbortSignal;
}

/** Edits judged in one round at most: a bound for files full of proposals. */
const MOST_PER_ROUND = 64;

/**
 * Applies edits in rounds until none is left above the threshold: in each, the most confident of every window and
 * none that touch each other. Text that an edit wrote is not edited again, so the rounds end.
 */
export async function repairInRounds(
  start: EditedText,
  options: RoundsOptions,
): Promise<{ text: EditedText; applied: AppliedEdit[] }> {
  const { propose, critic, threshold, maxRounds, fileParses, accept, dropped, within, signal } = options;
  let text = start;
  const applied: AppliedEdit[] = [];
  for (let round = 0; round < maxRounds; round++) {
    throwIfAborted(signal, 'the repair');
    const program = analyse(text.current, options);
    const windows = within && windowsTouching(program, currentSpan(text, ...within));
    const candidates = (await propose({ program, windows }))
      .filter(({ confidence, edit }) => confidence > threshold && !holdsWritten(text, ...edit.charSpan))
      .filter(({ edit }) => !dropped.has(dropKey(text, edit)))
      .slice(0, MOST_PER_ROUND);
    const judged = await judge(program, candidates, critic, fileParses, signal);
    for (const judgement of judged) {
      const reason = dropReason(judgement);
      if (reason) dropped.set(dropKey(text, judgement.candidate.edit), reason);
    }
    const wanted = choose(judged.filter((one) => dropReason(one) === null && accept(one)));
    const { chosen, refused } = fileParses
      ? await compatible(text, wanted, critic, signal)
      : { chosen: wanted, refused: [] };
    for (const { candidate } of refused) dropped.set(dropKey(text, candidate.edit), 'does_not_parse');
    if (chosen.length === 0 && refused.length === 0) break;
    // From the right, so that the offsets of those still to come stay true.
    for (const judgement of [...chosen].sort((a, b) => b.change.start - a.change.start)) {
      const { start: from, end: to, text: put } = judgement.change;
      applied.push({ judgement, ...originalSpan(text, from, to) });
      text = editText(text, from, to, put);
    }
  }
  return { text, applied };
}

/** Names an edit by its place in the original text and what it writes. */
function dropKey(text: EditedText, { charSpan: [start, end], replacement }: Edit): string {
  return JSON.stringify([originalSpan(text, start, end), replacement]);
}

/** The most confident of each window, without collisions; `judged` comes most confident first. */
function choose(judged: readonly Judgement[]): Judgement[] {
  const chosen: Judgement[] = [];
  for (const judgement of judged) {
    const clash = chosen.some(
      ({ candidate, change }) =>
        candidate.window === judgement.candidate.window || collide(change, judgement.change),
    );
    if (!clash) chosen.push(judgement);
  }
  return chosen;
}

/** All of the edits when the file parses with them together, else the most confident with which it does. */
async function compatible(
  text: EditedText,
  wanted: readonly Judgement[],
  critic: Checker,
  signal: AbortSignal | undefined,
): Promise<{ chosen: readonly Judgement[]; refused: readonly Judgement[] }> {
  if (wanted.length === 0) return { chosen: [], refused: [] };
  const parses = async (edits: readonly Judgement[]): Promise<boolean> => {
    const together = [...edits]
      .sort((a, b) => b.change.start - a.change.start)
      .reduce((state, { change }) => editText(state, change.start, change.end, change.text), text);
    return (await critic.check([together.current], signal))[0].valid;
  };
  if (await parses(wanted)) return { chosen: wanted, refused: [] };
  const rest = wanted.length > 1 ? wanted : [];
  for (const [i, one] of rest.entries())
    if (await parses([one])) return { chosen: [one], refused: wanted.slice(0, i) };
  return { chosen: [], refused: wanted };
}
