import { z } from 'zod';
import { DataError } from '../../core/errors';
import type { Rng } from '../../core/rng';
import type { FeedState, RowFeed } from '../feed/feed';
import type { SudokuRow } from './data';
import { applySymmetry, randomSymmetry } from './symmetry';

const cursorSchema = z.strictObject({ epoch: z.int().nonnegative(), position: z.int().nonnegative() });

/** Settings of {@link SudokuFeed}. */
export interface SudokuFeedOptions {
  /** Width of a box. */
  box: number;
  /** Deals each puzzle under a random symmetry, another one every epoch. */
  augment: boolean;
}

/**
 * Deals puzzles in a seeded permutation an epoch. With augmentation each is turned into a symmetric image as it is
 * dealt (the reference makes 1,000 images of each beforehand and takes one of them an epoch); an image depends on the
 * epoch and the place alone, so a resumed run sees the same ones.
 */
export class SudokuFeed implements RowFeed<SudokuRow> {
  readonly lengths: readonly number[];
  private epoch = 0;
  private position = 0;
  private order: number[] | null = null;

  /** @throws DataError without rows */
  constructor(
    private readonly rows: readonly SudokuRow[],
    private readonly options: SudokuFeedOptions,
    private readonly rng: Rng,
  ) {
    if (rows.length === 0) throw new DataError('expected training puzzles, got none');
    this.lengths = [rows[0].puzzle.length];
  }

  pickBucket(): number {
    return this.lengths[0];
  }

  take(_length: number, count: number): Promise<SudokuRow[]> {
    return Promise.resolve(Array.from({ length: count }, () => this.deal()));
  }

  checkMixture(): void {}

  /** Sudoku has no mixture of families. */
  setMixture(): void {}

  state(): FeedState<SudokuRow> {
    return { cursor: { epoch: this.epoch, position: this.position }, pending: [] };
  }

  restore({ cursor }: FeedState<SudokuRow>): Promise<void> {
    const { success, data } = cursorSchema.safeParse(cursor);
    if (!success || data.position > this.rows.length)
      return Promise.reject(
        new DataError(
          `checkpoint: expected a position within ${this.rows.length} puzzles, got ${JSON.stringify(cursor)}`,
          'the checkpoint belongs to other data; start a new run',
        ),
      );
    Object.assign(this, data, { order: null });
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private deal(): SudokuRow {
    if (this.position === this.rows.length)
      Object.assign(this, { epoch: this.epoch + 1, position: 0, order: null });
    this.order ??= this.rng.fork('epoch', this.epoch).shuffle(Array.from(this.rows.keys()));
    const row = this.rows[this.order[this.position]];
    const image = this.options.augment ? this.image(row) : row;
    this.position++;
    return image;
  }

  private image({ puzzle, solution }: SudokuRow): SudokuRow {
    const symmetry = randomSymmetry(this.options.box, this.rng.fork('image', this.epoch, this.position));
    return { puzzle: applySymmetry(puzzle, symmetry), solution: applySymmetry(solution, symmetry) };
  }
}
