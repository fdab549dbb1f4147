import { seedStream } from '../../core/rng';
import type { RowGroup } from '../../shards/reader';

/** A row group and the number of its first row in the whole dataset. */
export interface NumberedGroup extends RowGroup {
  firstInDataset: number;
}

/** Numbers the rows of all groups through. */
export function numberGroups(groups: readonly RowGroup[]): NumberedGroup[] {
  let firstInDataset = 0;
  return groups.map((group) => {
    const numbered = { ...group, firstInDataset };
    firstInDataset += group.rows;
    return numbered;
  });
}

/**
 * The blocks of an epoch: row groups in a seeded permutation, consecutive ones together as long as they have at most
 * `bufferRows` rows (a larger group is a block by itself). A block is what is shuffled row by row, so its size decides
 * how far rows of one row group can stand from each other.
 */
export function epochBlocks(
  groups: readonly NumberedGroup[],
  { seed, epoch, bufferRows }: { seed: number; epoch: number; bufferRows: number },
): NumberedGroup[][] {
  const blocks: NumberedGroup[][] = [];
  let rows = Infinity;
  for (const group of seedStream(seed, 'groups', epoch).shuffle(groups)) {
    if (rows + group.rows > bufferRows) {
      blocks.push([]);
      rows = 0;
    }
    blocks[blocks.length - 1].push(group);
    rows += group.rows;
  }
  return blocks;
}

/** The order of a block's rows: a permutation of 0..rows-1 by seed, epoch and block. */
export function rowOrder(
  seed: number,
  { epoch, block }: { epoch: number; block: number },
  rows: number,
): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const rng = seedStream(seed, 'rows', epoch, block);
  for (let i = rows - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** A number in [0, 1) that depends on seed, epoch and row alone (three rounds of a 32-bit mixing function). */
export function rowShare(seed: number, epoch: number, row: number): number {
  return mix(row ^ mix(epoch ^ mix(seed))) / 2 ** 32;
}

/** MurmurHash3's finalizer after an odd step: every bit of the input moves about half of the output's bits. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Some of the functions of one row group. */
export interface FunctionSlice {
  /** Index of the group. */
  group: number;
  /** Indices among the group's functions. */
  members: number[];
}

/**
 * The blocks of an epoch of functions: groups in a seeded permutation, each one's functions too, in slices of
 * `blockFunctions`. Slices of a group follow each other, so that it is read once.
 * @param sizes functions by group
 */
export function epochSlices(
  sizes: readonly number[],
  { seed, epoch, blockFunctions }: { seed: number; epoch: number; blockFunctions: number },
): FunctionSlice[] {
  const groups = seedStream(seed, 'groups', epoch).shuffle([...sizes.keys()]);
  return groups.flatMap((group) => {
    const all = Array.from({ length: sizes[group] }, (_, i) => i);
    const order = seedStream(seed, 'functions', epoch, group).shuffle(all);
    const slices: FunctionSlice[] = [];
    for (let i = 0; i < order.length; i += blockFunctions)
      slices.push({ group, members: order.slice(i, i + blockFunctions) });
    return slices;
  });
}
