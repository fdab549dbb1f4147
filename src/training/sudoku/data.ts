import { DataError } from '../../core/errors';
import { sha256 } from '../../core/hash';
import type { Rng } from '../../core/rng';
import type { SudokuDataConfig } from './config';
import { digPuzzle, randomSolution, solutions, sideOf, type Cells } from './solver';
import { symmetryClass } from './symmetry';

/** A puzzle with its one solution. */
export interface SudokuRow {
  puzzle: Cells;
  solution: Cells;
}

/** Puzzles by what they are for. No filled grid has puzzles in two of them. */
export interface SudokuData {
  train: SudokuRow[];
  validation: SudokuRow[];
  test: SudokuRow[];
}

/** Given cells of a puzzle. */
export const clueCount = (puzzle: Cells): number => puzzle.reduce((sum, digit) => sum + Number(digit > 0), 0);

/** A grid as text, row by row; `.` is an empty cell. */
export const formatCells = (cells: Cells): string => Array.from(cells, (digit) => digit || '.').join('');

/**
 * Makes all puzzles of a config, the same for the same seed on every machine. The filled grids are split first, then
 * puzzles are dug. 9 x 9: no grid is a symmetric image of another one, so that none of the splits can be learnt by way
 * of another. 4 x 4: all 288 grids belong to 2 classes under symmetry, so the splits are disjoint by grid only.
 */
export function makeSudokuData(config: SudokuDataConfig, rng: Rng): SudokuData {
  const { box, trainGrids, validationGrids, testGrids } = config;
  const grids = makeGrids(box, trainGrids + validationGrids + testGrids, rng.fork('grids'));
  const rows = (split: string, from: number, count: number, perGrid: number): SudokuRow[] =>
    grids
      .slice(from, from + count)
      .flatMap((solution) => digAll(solution, perGrid, config, rng.fork(split, formatCells(solution))));
  const held = config.heldOutPuzzlesPerGrid;
  return {
    train: rows('train', 0, trainGrids, config.puzzlesPerGrid),
    // Mixed, so that the first `evaluateExamples` come from all grids.
    validation: rng.fork('order').shuffle(rows('validation', trainGrids, validationGrids, held)),
    test: rows('test', trainGrids + validationGrids, testGrids, held),
  };
}

/** Filled grids, none twice and none the image of another one. */
function makeGrids(box: number, count: number, rng: Rng): Cells[] {
  if (box === 2) return rng.shuffle(solutions(new Uint8Array(sideOf(box) ** 2), box)).slice(0, count);
  const classes = new Set<string>();
  const out: Cells[] = [];
  while (out.length < count) {
    const grid = randomSolution(box, rng);
    const name = symmetryClass(grid, box);
    if (classes.has(name)) continue;
    classes.add(name);
    out.push(grid);
  }
  return out;
}

function digAll(
  solution: Cells,
  count: number,
  { box, clues: [least, most] }: SudokuDataConfig,
  rng: Rng,
): SudokuRow[] {
  const puzzles = new Map<string, Cells>();
  for (let i = 0; i < count; i++) {
    const puzzle = digPuzzle(solution, box, least + rng.int(most - least + 1), rng);
    puzzles.set(formatCells(puzzle), puzzle);
  }
  return [...puzzles.values()].map((puzzle) => ({ puzzle, solution }));
}

/** Hash of all puzzles: what a checkpoint says it was trained on. */
export function hashData({ train, validation, test }: SudokuData): string {
  const text = (rows: readonly SudokuRow[]): string =>
    rows.map(({ puzzle }) => formatCells(puzzle)).join('\n');
  return sha256([train, validation, test].map(text).join('\n\n'));
}

/** Checks that no filled grid is in two splits. @throws DataError naming one that is */
export function checkDisjoint({ train, validation, test }: SudokuData): void {
  const owner = new Map<string, string>();
  for (const [split, rows] of Object.entries({ train, validation, test }))
    for (const { solution } of rows) {
      const grid = formatCells(solution);
      const other = owner.get(grid) ?? split;
      if (other !== split)
        throw new DataError(`expected disjoint splits, got grid ${grid} in ${other} and ${split}`);
      owner.set(grid, split);
    }
}
