import { createHash } from 'node:crypto';
import type { Cell, Column, Row } from './columns';

/**
 * SHA-256 over the values of rows, column by column: equal rows give equal digests, whichever compressor packed them
 * and however they were divided into row groups.
 *
 * Each row adds one line of canonical JSON, values in the order of the columns; byte strings stand in it as their
 * length, and follow the line as they are.
 */
export class RowDigest {
  private readonly hash = createHash('sha256');

  constructor(private readonly columns: readonly Column[]) {}

  /** Takes in the next row. */
  add(row: Row): void {
    const values = this.columns.map(({ name }) => row[name]);
    this.hash.update(`${JSON.stringify(values.map(toJson))}\n`);
    for (const value of values) if (value instanceof Uint8Array) this.hash.update(value);
  }

  /** The digest of all rows, 64 hex digits. Ends the taking in. */
  finish(): string {
    return this.hash.digest('hex');
  }
}

function toJson(value: Cell): unknown {
  return value instanceof Uint8Array ? { bytes: value.length } : value;
}
