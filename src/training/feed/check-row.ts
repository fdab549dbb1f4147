import { DataError } from '../../core/errors';
import { MAX_SPAN, NOT_ASKED, type Example } from '../../records/example';
import { ROW_ORIGINS } from '../../records/mined-fix';
import { TOKEN_KINDS } from '../../records/sample';
import { BUG_TYPES } from '../../taxonomy/table';

const HIGHEST_CODE = BUG_TYPES[BUG_TYPES.length - 1].code;

/** Sizes of what a row's numbers point into. */
export interface RowSizes {
  /** Ids of the tokenizer. */
  tokenizer: number;
  /** Entries of the closed vocabulary. */
  vocabulary: number;
}

/**
 * Checks that a row's numbers point to something: a piece the model has no row for would read another's weights, or
 * end the run in the middle of a step. Lengths and features are checked where rows are read (`src/shards`).
 * @param place file and row, for the message
 * @throws DataError naming the field, what was expected and the value
 */
export function checkRow(example: Example, sizes: RowSizes, place: string): void {
  const { length, target, pieces, copyGroups, names, fills } = example;
  const check = (field: string, value: number, least: number, most: number): void => {
    if (value >= least && value <= most) return;
    throw new DataError(
      `${place}, sample ${example.sampleId}: expected ${field} within ${least}..${most}, got ${value}`,
      'the shard does not belong to this tokenizer and vocabulary, or is damaged; run the process stage again',
    );
  };
  check('pieces', maximum(pieces), 0, sizes.tokenizer - 1);
  check('copyGroups', maximum(copyGroups), 0, length - 1);
  check('names.pieces', maximum(names.pieces), 0, sizes.tokenizer - 1);
  check('names.near', maximum(names.near), 0, length);
  check('origin', example.origin, 0, ROW_ORIGINS.length - 1);
  check('location', target.location, fills.length > 0 ? NOT_ASKED : 0, length);
  check('bugType (highest code of the taxonomy)', target.bugType, 0, HIGHEST_CODE);
  for (const { token } of fills) check('fills.token', token, 0, length - 1);
  if (target.location > 0)
    check('spanLength', target.spanLength, 0, Math.min(MAX_SPAN, length - target.location + 1));
  for (const slot of [...target.slots, ...fills.map((fill) => fill.slot)]) {
    const { copyGroup, vocabulary, piece, name, kind, pieces } = slot;
    check('slots.copyGroup', copyGroup, -1, length - 1);
    check('slots.vocabulary', vocabulary, -1, sizes.vocabulary - 1);
    check('slots.piece', piece, -1, sizes.tokenizer - 1);
    check('slots.name', name, -1, names.texts.length - 1);
    check('slots.kind', kind, 0, TOKEN_KINDS.length - 1);
    check('slots.pieces', maximum(pieces), 0, sizes.tokenizer - 1);
  }
}

function maximum(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}
