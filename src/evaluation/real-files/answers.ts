import type { TokenEdit } from '../../processing/encoding/encode';
import { UNCALIBRATED } from '../../repair/calibration';
import type { RepairModel } from '../../repair/model-folder';
import { mergeProposals, type Candidate } from '../../repair/proposals';
import type { LikelyStart, Prediction, PredictWindow } from '../../trm/predict';
import type { FrequencyRanker } from '../frequency-ranker';
import type { View } from './fix-kinds';
import { encodeFunction, type FunctionView, type FunctionWindow } from './function-view';
import {
  isOnLines,
  mends,
  startsOnLines,
  type AskedFix,
  type FixFacts,
  type LostReason,
  type Question,
} from './questions';

/** Answers windows in their order; `predict` of a model, or what a test puts in its place. */
export type AskModel = (windows: readonly PredictWindow[]) => Promise<Prediction[]>;

/** A model's answer to one fix in one view. */
export interface FixAnswer {
  facts: FixFacts;
  view: View;
  /** Why nothing was asked, or why the model cannot write the fix (it is asked all the same); null otherwise. */
  lost: LostReason | null;
  /** Log-odds of the best edit against "no bug", nats; null when nothing was proposed or asked. */
  score: number | null;
  /** The same of the fixed function; null as before, too. */
  fixedScore: number | null;
  /** Whether the fixed function was asked about. */
  fixedAsked: boolean;
  /** Place of the right edit among the proposals, from 1; null when it is not there. */
  exactRank: number | null;
  /** Place of the fix's start token among the likeliest start tokens, and of its line among their lines. */
  startRank: number | null;
  lineRank: number | null;
  /** Place of the right edit among the proposals that start on the fix's lines. */
  givenRank: number | null;
  /** The best edit told nothing, and told the lines. */
  proposed: TokenEdit | null;
  proposedGiven: TokenEdit | null;
  question: Question | null;
}

/** Windows of all questions of some fixes, and what becomes of their answers. */
interface Asked {
  windows: FunctionWindow[];
  from: number;
}

/**
 * Asks a model about fixes: each function in its file and alone, told nothing and told the lines, and the fixed form told
 * nothing. All windows go to the model in one call.
 */
export async function answerFixes(
  fixes: readonly AskedFix[],
  views: readonly View[],
  parts: Pick<RepairModel, 'tokenizer' | 'vocabulary'>,
  ask: AskModel,
): Promise<FixAnswer[]> {
  const all: FunctionWindow[] = [];
  const add = (windows: FunctionWindow[]): Asked => {
    all.push(...windows);
    return { windows, from: all.length - windows.length };
  };
  const open = fixes.flatMap((fix) => views.map((view) => encodeQuestion(fix, view, parts, add)));
  const predictions = await ask(all);
  const of = ({ windows, from }: Asked): Answered[] =>
    windows.map((window, i) => ({ window, prediction: predictions[from + i] }));
  return open.map(({ facts, view, lost, question, asked }) =>
    question === null || asked === null
      ? { ...NOTHING, facts, view, lost }
      : {
          ...judge(question, {
            edits: rankEdits(question.buggy, of(asked.free)),
            // Told that there is a bug on these lines, "no bug" says nothing.
            told: rankEdits(question.buggy, of(asked.given)).sort((a, b) => b.probability - a.probability),
            starts: rankStarts(of(asked.free)),
          }),
          ...{ facts, view, lost, question },
          fixedScore: scoreOf(rankEdits(question.fixed, of(asked.fixed))),
          fixedAsked: asked.fixed.windows.length > 0,
        },
  );
}

/** Edits of a baseline that are looked at. */
const BASELINE_EDITS = 8;

/** A counting baseline's answer to a fix, asked as a model is, in the function: it reads no file. */
export function answerByCounts({ facts, questions, notAsked }: AskedFix, ranker: FrequencyRanker): FixAnswer {
  if (questions === null) return { ...NOTHING, facts, view: 'file', lost: notAsked };
  const question = questions.file;
  const rank = (view: FunctionView, mayStart?: (token: number) => boolean): RankedEdit[] => {
    const { firstToken, endToken } = view.span;
    const own = view.program.tokens.slice(firstToken, endToken);
    return ranker
      .rank(own, BASELINE_EDITS, mayStart && ((token) => mayStart(firstToken + token)))
      .map(({ tokenSpan: [start, end], replacement, score }) => ({
        edit: { tokenSpan: [firstToken + start, firstToken + end], replacement },
        probability: score,
        odds: Math.log(score),
      }));
  };
  const allowed = new Set(startsOnLines(question));
  const edits = rank(question.buggy);
  return {
    ...judge(question, {
      edits,
      told: rank(question.buggy, (token) => allowed.has(token)),
      starts: [...new Set(edits.map(({ edit }) => edit.tokenSpan[0]))],
    }),
    ...{ facts, view: 'file', lost: null, question },
    fixedScore: scoreOf(rank(question.fixed)),
    fixedAsked: true,
  };
}

const NOTHING = {
  ...{ score: null, fixedScore: null, fixedAsked: false, question: null },
  ...{ exactRank: null, startRank: null, lineRank: null, givenRank: null },
  ...{ proposed: null, proposedGiven: null },
};

interface OpenQuestion {
  facts: FixFacts;
  view: View;
  lost: LostReason | null;
  question: Question | null;
  asked: Record<'free' | 'given' | 'fixed', Asked> | null;
}

function encodeQuestion(
  { facts, questions, notAsked }: AskedFix,
  view: View,
  parts: Pick<RepairModel, 'tokenizer' | 'vocabulary'>,
  add: (windows: FunctionWindow[]) => Asked,
): OpenQuestion {
  if (questions === null) return { facts, view, lost: notAsked, question: null, asked: null };
  const question = questions[view];
  const { windows, unwritable } = encodeFunction(question.buggy, parts, question.edit);
  const starts = startsOnLines(question);
  const given = windows.flatMap((window) => {
    const length = window.tokens.length;
    const own = starts.map((start) => start - window.firstToken);
    const allowedStarts = own.filter((start) => start >= 0 && start < length);
    return allowedStarts.length > 0 ? [{ ...window, allowedStarts }] : [];
  });
  const fixed = encodeFunction(question.fixed, parts).windows;
  return {
    ...{ facts, view, question },
    lost: unwritable,
    asked: { free: add(windows), given: add(given), fixed: add(fixed) },
  };
}

/** A window with what the model says of it. */
interface Answered {
  window: FunctionWindow;
  prediction: Prediction;
}

/** An edit of the program, with its log-odds against "no bug" in the window that it comes from. */
interface RankedEdit extends Pick<Candidate, 'probability'> {
  edit: TokenEdit;
  odds: number;
}

type Judged = Pick<
  FixAnswer,
  'score' | 'exactRank' | 'startRank' | 'lineRank' | 'givenRank' | 'proposed' | 'proposedGiven'
>;

/** Ranked answers to a question: edits told nothing, edits told the lines, and tokens at which an edit starts. */
interface Ranked {
  edits: readonly RankedEdit[];
  told: readonly RankedEdit[];
  starts: readonly number[];
}

function judge(question: Question, { edits, told, starts }: Ranked): Judged {
  const isRight = ({ edit }: RankedEdit): boolean => mends(question, edit);
  return {
    score: scoreOf(edits),
    exactRank: rankOf(edits, isRight),
    startRank: rankOf(starts, (start) => start === question.edit.tokenSpan[0]),
    lineRank: rankOfLine(question, starts),
    givenRank: rankOf(told, isRight),
    proposed: edits.at(0)?.edit ?? null,
    proposedGiven: told.at(0)?.edit ?? null,
  };
}

/** Edits of all windows, each once, the surest against "no bug" first. */
function rankEdits({ program }: FunctionView, answered: readonly Answered[]): RankedEdit[] {
  const predictions = answered.map(({ window: { window }, prediction }) => ({ window, prediction }));
  const noBug = new Map(predictions.map(({ window, prediction }) => [window, prediction.noBug]));
  return mergeProposals(program, predictions, UNCALIBRATED)
    .map(({ edit, probability, window }) => ({
      ...{ edit, probability },
      odds: logOdds(probability, noBug.get(window) ?? 1),
    }))
    .sort((a, b) => b.odds - a.odds);
}

/** Tokens of the program at which an edit may start, of all windows, each once, the surest against "no bug" first. */
function rankStarts(answered: readonly Answered[]): number[] {
  const best = new Map<number, number>();
  const put = ({ firstToken }: FunctionWindow, { start, probability }: LikelyStart, noBug: number): void => {
    const odds = logOdds(probability, noBug);
    const token = firstToken + start;
    best.set(token, Math.max(best.get(token) ?? -Infinity, odds));
  };
  for (const { window, prediction } of answered)
    for (const start of prediction.starts) put(window, start, prediction.noBug);
  return [...best].sort(([a, x], [b, y]) => y - x || a - b).map(([token]) => token);
}

function logOdds(probability: number, noBug: number): number {
  return Math.log(Math.max(probability, Number.MIN_VALUE)) - Math.log(Math.max(noBug, Number.MIN_VALUE));
}

function scoreOf(edits: readonly RankedEdit[]): number | null {
  return edits.at(0)?.odds ?? null;
}

function rankOf<T>(ranked: readonly T[], isRight: (one: T) => boolean): number | null {
  const at = ranked.findIndex(isRight);
  return at < 0 ? null : at + 1;
}

/** Place of the fix's line among the lines of the likeliest start tokens, each line once. */
function rankOfLine(question: Question, starts: readonly number[]): number | null {
  const { program } = question.buggy;
  const lines = new Set<number>();
  for (const token of starts) {
    if (isOnLines(question, token)) return lines.size + 1;
    lines.add(question.map.at(program.tokens[token]?.start ?? program.source.length).line);
  }
  return null;
}
