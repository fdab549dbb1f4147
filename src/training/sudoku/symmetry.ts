import type { Rng } from '../../core/rng';
import { sideOf, type Cells } from './solver';

/** A symmetry of Sudoku: where each row and column comes from, what becomes of each digit, and whether it is mirrored. */
export interface Symmetry {
  rows: readonly number[];
  columns: readonly number[];
  /** `digits[d]` replaces digit d; `digits[0]` is 0, empty cells stay empty. */
  digits: readonly number[];
  /** True: rows and columns change places first. */
  transposed: boolean;
}

/** A random symmetry: bands, rows in bands, stacks, columns in stacks, digits and the diagonal. */
export function randomSymmetry(box: number, rng: Rng): Symmetry {
  const side = sideOf(box);
  const lines = (): number[] => {
    const within = Array.from({ length: box }, (_, i) => i);
    return rng.shuffle(within).flatMap((band) => rng.shuffle(within).map((line) => band * box + line));
  };
  return {
    rows: lines(),
    columns: lines(),
    digits: [0, ...rng.shuffle(Array.from({ length: side }, (_, i) => i + 1))],
    transposed: rng.next() < 0.5,
  };
}

/** The image of a puzzle or solution; the image of a puzzle's solution solves the image. */
export function applySymmetry(cells: Cells, { rows, columns, digits, transposed }: Symmetry): Cells {
  const side = rows.length;
  const out = new Uint8Array(cells.length);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [r, c] = [rows[row], columns[column]];
      out[row * side + column] = digits[cells[transposed ? c * side + r : r * side + c]];
    }
  return out;
}

/**
 * The smallest image of a filled grid under all symmetries, as text: equal for two grids exactly when one can be
 * turned into the other. Every choice of the first row and of the order of columns is tried; digits and the other
 * rows then follow. 9 x 9: 2 * 9 * 1296 candidates, about 10 ms.
 */
export function symmetryClass(solution: Cells, box: number): string {
  const side = sideOf(box);
  const columnOrders = lineOrders(box);
  let best: Uint8Array | undefined;
  for (const grid of [solution, transpose(solution, side)])
    for (let first = 0; first < side; first++)
      for (const columns of columnOrders) best = smaller(grid, first, columns, box, best);
  return Array.from(best as Uint8Array, (digit) => digit.toString(36)).join('');
}

/** The candidate of a first row and an order of columns where it is smaller than the best one so far. */
function smaller(
  grid: Cells,
  first: number,
  columns: readonly number[],
  box: number,
  best: Uint8Array | undefined,
): Uint8Array | undefined {
  const side = columns.length;
  const digits = new Uint8Array(side + 1);
  for (let i = 0; i < side; i++) digits[grid[first * side + columns[i]]] = i + 1;
  const at = (row: number, i: number): number => digits[grid[row * side + columns[i]]];
  if (best !== undefined && losesAtSecondRow(first, box, best, at)) return best;
  // The first column alone orders the rows: in the bands, then the bands.
  const bands = Array.from({ length: box }, (_, band) =>
    Array.from({ length: box }, (_, row) => band * box + row).sort((a, b) => at(a, 0) - at(b, 0)),
  ).sort((a, b) => at(a[0], 0) - at(b[0], 0));
  const candidate = Uint8Array.from(bands.flat().flatMap((row) => columns.map((_, i) => at(row, i))));
  return best === undefined || Buffer.compare(candidate, best) < 0 ? candidate : best;
}

/** Most candidates are out after their second row: the one of the first row's band that begins with the least digit. */
function losesAtSecondRow(
  first: number,
  box: number,
  best: Uint8Array,
  at: (row: number, i: number) => number,
): boolean {
  const band = first - (first % box);
  let second = first === band ? band + 1 : band;
  for (let row = band; row < band + box; row++) if (row !== first && at(row, 0) < at(second, 0)) second = row;
  const side = box * box;
  for (let i = 0; i < side; i++) {
    const difference = at(second, i) - best[side + i];
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function transpose(cells: Cells, side: number): Cells {
  return cells.map((_, at) => cells[(at % side) * side + Math.floor(at / side)]);
}

/** All orders of lines that keep bands together. */
function lineOrders(box: number): number[][] {
  const within = permutations(Array.from({ length: box }, (_, i) => i));
  let orders: number[][] = [[]];
  for (let band = 0; band < box; band++)
    orders = orders.flatMap((order) =>
      within.map((lines) => [...order, ...lines.map((line) => band * box + line)]),
    );
  return orders.flatMap((order) =>
    within.map((bands) => bands.flatMap((band) => order.slice(band * box, (band + 1) * box))),
  );
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
