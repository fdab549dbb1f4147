import type { SudokuRow } from '../../training/sudoku/data';

/** One puzzle and what the model answers after every supervision step. */
export interface SolvedStepwise extends SudokuRow {
  /** Answers and halting probabilities, first step first. */
  steps: { answer: Uint8Array; halt: number }[];
  /** First step whose answer is right in every cell; null when none is. */
  rightAt: number | null;
}

/** Boards of a puzzle and of the answers after these steps, for `boards`. */
export function stepBoards({ puzzle, solution, steps }: SolvedStepwise, shown: readonly number[]) {
  const box = Math.round(puzzle.length ** 0.25);
  const text = (cells: Uint8Array): string[] =>
    Array.from(cells, (digit) => (digit === 0 ? '' : String(digit)));
  const mark = (answer: Uint8Array) =>
    Array.from(answer, (digit, at) =>
      digit !== solution[at] ? ('wrong' as const) : puzzle[at] > 0 ? ('given' as const) : ('right' as const),
    );
  const given = Array.from(puzzle, (digit) => (digit > 0 ? ('given' as const) : ('plain' as const)));
  return [
    { title: 'puzzle', cells: text(puzzle), marks: given, box },
    ...shown.map((step) => {
      const { answer, halt } = steps[step - 1];
      return { title: `step ${step}, q ${halt.toFixed(2)}`, cells: text(answer), marks: mark(answer), box };
    }),
  ];
}
