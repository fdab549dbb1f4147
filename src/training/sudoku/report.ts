import { z } from 'zod';
import { wilsonInterval, type Proportion } from '../../metrics/intervals';
import { answerGrids, type GridModelData, type GridStep } from '../../trm/grid/model';
import { clueCount, type SudokuRow } from './data';
import { countRight } from './loss';
import { exactRows } from './task';

const share = z.strictObject({
  count: z.int(),
  total: z.int(),
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});

/** `report.json` of a Sudoku training: the best weights on the test puzzles. Intervals are Wilson's, 95 %. */
export const sudokuReportSchema = z.strictObject({
  /** Test puzzles, and the filled grids they were dug from. */
  puzzles: z.int(),
  grids: z.int(),
  /** Supervision steps that the shares below, but for `steps`, are of: the model's. */
  supervisionSteps: z.int(),
  /** Puzzles with every cell right, and cells right, after so many supervision steps. */
  steps: z.array(z.strictObject({ supervisionSteps: z.int(), exact: share, cellsRight: z.number() })),
  /** Each puzzle's answer at the first step whose q is above 0, the last step where none is; mean steps taken. */
  halted: z.strictObject({ exact: share, meanSteps: z.number() }),
  /** Exact puzzles by their number of clues. */
  clues: z.array(z.strictObject({ clues: z.int(), exact: share })),
  /** Puzzles by the first step whose q was above 0, `step: null` where none was; how many of them were then right. */
  halting: z.array(z.strictObject({ step: z.int().nullable(), puzzles: z.int(), right: z.int() })),
});
/** A value of {@link sudokuReportSchema}. */
export type SudokuReport = z.output<typeof sudokuReportSchema>;

/** Puzzles answered at once. */
const AT_ONCE = 256;

/** Judges a model on puzzles it was not trained on. */
export function judgeSudoku(
  model: GridModelData,
  rows: readonly SudokuRow[],
  evaluateSteps: readonly number[],
): SudokuReport {
  const own = model.config.supervisionSteps;
  const most = Math.max(own, ...evaluateSteps);
  const steps = answerAll(model, rows, most);
  const solutions = rows.map(({ solution }) => solution);
  const exact = steps.map(({ answers }) => exactRows(answers, solutions));
  const rate = (right: readonly boolean[]): Proportion =>
    wilsonInterval(right.filter(Boolean).length, right.length);
  const clues = rows.map(({ puzzle }) => clueCount(puzzle));
  const halts = firstHalts(steps.slice(0, own));
  const stops = halts.map((step) => step ?? own);
  const atHalt = stops.map((step, row) => exact[step - 1][row]);
  return {
    puzzles: rows.length,
    grids: new Set(solutions.map(String)).size,
    supervisionSteps: own,
    steps: evaluateSteps.map((count) => ({
      supervisionSteps: count,
      exact: rate(exact[count - 1]),
      cellsRight: shareOfCells(steps[count - 1].answers, solutions),
    })),
    clues: [...new Set(clues)]
      .sort((a, b) => a - b)
      .map((count) => ({ clues: count, exact: rate(exact[own - 1].filter((_, i) => clues[i] === count)) })),
    halted: { exact: rate(atHalt), meanSteps: stops.reduce((sum, step) => sum + step, 0) / stops.length },
    halting: countHalts(halts, atHalt),
  };
}

/** Answers in parts that fit in memory. */
function answerAll(model: GridModelData, rows: readonly SudokuRow[], supervisionSteps: number): GridStep[] {
  const out: GridStep[] = Array.from({ length: supervisionSteps }, () => ({
    answers: [],
    halt: new Float32Array(),
  }));
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const puzzles = rows.slice(at, at + AT_ONCE).map(({ puzzle }) => puzzle);
    answerGrids(model, puzzles, { supervisionSteps }).forEach(({ answers, halt }, step) => {
      out[step].answers.push(...answers);
      out[step].halt = Float32Array.from([...out[step].halt, ...halt]);
    });
  }
  return out;
}

function shareOfCells(answers: readonly Uint8Array[], solutions: readonly Uint8Array[]): number {
  const right = answers.reduce((sum, answer, row) => sum + countRight(answer, [solutions[row]])[0], 0);
  return right / (answers.length * solutions[0].length);
}

/** Each row's first step with q > 0, counted from 1; null where there is none. */
function firstHalts(steps: readonly GridStep[]): (number | null)[] {
  return Array.from(steps[0].halt, (_, row) => {
    const first = steps.findIndex(({ halt }) => halt[row] > 0);
    return first < 0 ? null : first + 1;
  });
}

function countHalts(halts: readonly (number | null)[], right: readonly boolean[]): SudokuReport['halting'] {
  const groups = new Map<number | null, { puzzles: number; right: number }>();
  halts.forEach((step, row) => {
    const group = groups.get(step) ?? { puzzles: 0, right: 0 };
    group.puzzles++;
    group.right += Number(right[row]);
    groups.set(step, group);
  });
  return [...groups]
    .sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity))
    .map(([step, group]) => ({ step, ...group }));
}
