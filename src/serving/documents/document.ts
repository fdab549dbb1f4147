import type { Range } from '../../records/finding';

/** A file's Python as repair reads it, and the way back to bytes. */
export interface Document {
  /** The Python code: of a notebook, its code cells one after the other. */
  text: string;
  /** False: an edit may not touch these UTF-16 offsets [start, end) of a text that this one became. */
  isEditable(text: string, span: readonly [number, number]): boolean;
  /** Where a range of `text` lies for people: of a notebook, the cell from 1 and the lines within it. */
  place(range: Range): { cell: number | null; range: Range };
  /** The file with another text, everything else byte for byte. @throws TrmError when it cannot be put back */
  encode(text: string): Uint8Array;
}
