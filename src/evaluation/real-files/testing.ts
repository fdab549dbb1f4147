/** Helpers of tests; nothing else imports this file. The code in them was written for this project, under its licence. */
import { fileRecord } from '../../collection/pairs/testing';
import { buildClosedVocabulary } from '../../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../../processing/tokenizer/tokenizer';
import type { TokenText } from '../../records/sample';
import type { Prediction, PredictWindow } from '../../trm/predict';
import { questionsOf, type AskedFix } from './questions';
import type { RealFix } from './real-fixes';

/** A record of a fix in `Ring.area` (see `fileRecord`). @param more fields of other values */
export function ringFix(more: Record<string, unknown> = {}): RealFix {
  return { ...fileRecord(more) } as RealFix;
}

/** A record of a fix that replaces some lines of a file. @param at line of the function, and of the edit */
export function fixOf(
  before: string,
  [from, to]: [string, string],
  at: { func: string; line: number; edit: [number, number] },
  more: Record<string, unknown> = {},
): RealFix {
  const old = before.split('\n');
  const now = before.replace(from, to).split('\n');
  const diff = [
    `@@ -1,${old.length} +1,${now.length} @@`,
    ...old.map((l) => `-${l}`),
    ...now.map((l) => `+${l}`),
  ];
  return ringFix({
    ...{ func: at.func, line: at.line, edit_line: at.edit[0], edit_line_end: at.edit[1] },
    ...{ file_before: before, file_after_diff: diff.join('\n'), ...more },
  });
}

/** Vocabularies that know nothing but pieces of letters, and what stands in windows. */
export const LETTERS = {
  tokenizer: trainTokenizer([['self', 9]], { vocabularySize: 264 }),
  vocabulary: buildClosedVocabulary([], { size: 0 }),
};

/** An edit as a fake model proposes it: the first of the tokens with this text becomes others. */
export interface FakeEdit {
  text: string;
  write: string[];
  probability: number;
}

/** A model's answer to a window: some edits of its tokens, as far as it holds them and they may start there. */
export function fakePrediction(
  { tokens, allowedStarts }: PredictWindow,
  noBug: number,
  edits: readonly FakeEdit[],
): Prediction {
  const proposals = edits.flatMap(({ text, write, probability }) => {
    const location = tokens.findIndex((token) => token.text === text);
    if (location < 0 || (allowedStarts && !allowedStarts.includes(location))) return [];
    const replacement = write.map((one): TokenText => ({ kind: 'name', text: one }));
    return [{ location, spanLength: 1, replacement, bugType: 0, probability }];
  });
  return {
    ...{ noBug, answersNoBug: false, halt: 0.5, steps: 1, proposals },
    starts: proposals.map(({ location: start, probability }) => ({ start, probability })),
  };
}

/** What a model of windows of 128 tokens is asked of a fix. */
export function questionsAbout(fix: RealFix): AskedFix {
  return questionsOf(fix, { maxTokens: 128 });
}
