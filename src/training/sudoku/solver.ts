import type { Rng } from '../../core/rng';

/** Cells of a Sudoku row by row: 0 is empty, 1..side a digit; `side = box * box`, `side * side` cells. */
export type Cells = Uint8Array;

/** Digits of a row: 4 for boxes of 2 x 2, 9 for boxes of 3 x 3. */
export function sideOf(box: number): number {
  return box * box;
}

/** Index of the box that holds cell (row, column), row by row. */
function boxAt(row: number, column: number, box: number): number {
  return Math.floor(row / box) * box + Math.floor(column / box);
}

/** Digits used in each row, column and box, as bit sets (bit d - 1 for digit d). */
interface Used {
  rows: Int32Array;
  columns: Int32Array;
  boxes: Int32Array;
}

/** Backtracking over the emptiest choice first; `order` says in which order a cell's digits are tried. */
class Search {
  private readonly side: number;
  private readonly used: Used;
  private readonly cells: Cells;

  constructor(
    cells: Cells,
    private readonly box: number,
  ) {
    this.side = sideOf(box);
    this.cells = Uint8Array.from(cells);
    const sets = (): Int32Array => new Int32Array(this.side);
    this.used = { rows: sets(), columns: sets(), boxes: sets() };
  }

  /** Marks the given digits; false when two of them clash. */
  begin(): boolean {
    for (let at = 0; at < this.cells.length; at++) {
      const digit = this.cells[at];
      if (digit === 0) continue;
      if (this.free(at) & (1 << (digit - 1))) this.toggle(at, 1 << (digit - 1));
      else return false;
    }
    return true;
  }

  /** Calls `found` with each solution until it answers false; false when it did. */
  run(order: (digits: number[]) => number[], found: (solution: Cells) => boolean): boolean {
    const at = this.narrowest();
    if (at < 0) return found(this.cells);
    const free = this.free(at);
    const digits: number[] = [];
    for (let digit = 1; digit <= this.side; digit++) if (free & (1 << (digit - 1))) digits.push(digit);
    for (const digit of order(digits)) {
      this.cells[at] = digit;
      this.toggle(at, 1 << (digit - 1));
      const goOn = this.run(order, found);
      this.toggle(at, 1 << (digit - 1));
      this.cells[at] = 0;
      if (!goOn) return false;
    }
    return true;
  }

  /** The empty cell with the fewest digits left, -1 when none is empty. */
  private narrowest(): number {
    let [best, fewest] = [-1, this.side + 1];
    for (let at = 0; at < this.cells.length; at++) {
      if (this.cells[at] !== 0) continue;
      const count = bits(this.free(at));
      if (count < fewest) [best, fewest] = [at, count];
      if (fewest < 2) break;
    }
    return best;
  }

  private free(at: number): number {
    const [row, column] = [Math.floor(at / this.side), at % this.side];
    const { rows, columns, boxes } = this.used;
    return ((1 << this.side) - 1) & ~(rows[row] | columns[column] | boxes[boxAt(row, column, this.box)]);
  }

  private toggle(at: number, bit: number): void {
    const [row, column] = [Math.floor(at / this.side), at % this.side];
    this.used.rows[row] ^= bit;
    this.used.columns[column] ^= bit;
    this.used.boxes[boxAt(row, column, this.box)] ^= bit;
  }
}

function bits(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count++;
  return count;
}

const ascending = (digits: number[]): number[] => digits;

/** Solutions of a puzzle, at most `most` (default all), in ascending order of their cells where none is given. */
export function solutions(cells: Cells, box: number, most = Infinity): Cells[] {
  const out: Cells[] = [];
  const search = new Search(cells, box);
  if (search.begin())
    search.run(ascending, (solution) => {
      out.push(Uint8Array.from(solution));
      return out.length < most;
    });
  return out;
}

/** True when exactly one solution exists. */
export function isUnique(cells: Cells, box: number): boolean {
  return solutions(cells, box, 2).length === 1;
}

/** True for a filled grid that has every digit once in each row, column and box. */
export function isSolution(cells: Cells, box: number): boolean {
  return cells.every((digit) => digit > 0) && new Search(cells, box).begin();
}

/** A random filled grid (every one can come, not all equally often). */
export function randomSolution(box: number, rng: Rng): Cells {
  const empty = new Uint8Array(sideOf(box) ** 2);
  let solution: Cells = empty;
  new Search(empty, box).run(
    (digits) => rng.shuffle(digits),
    (found) => {
      solution = Uint8Array.from(found);
      return false;
    },
  );
  return solution;
}

/**
 * A puzzle of this solution and no other: clues are taken away in random order, each for good unless a second
 * solution appears, until `clues` are left or none can go (so that more than `clues` may be left).
 */
export function digPuzzle(solution: Cells, box: number, clues: number, rng: Rng): Cells {
  const puzzle = Uint8Array.from(solution);
  let left = solution.length;
  for (const at of rng.shuffle(Array.from(puzzle.keys()))) {
    if (left <= clues) break;
    puzzle[at] = 0;
    if (isUnique(puzzle, box)) left--;
    else puzzle[at] = solution[at];
  }
  return puzzle;
}
