/** Tools count columns in UTF-16 units, characters or UTF-8 bytes; findings count in UTF-16 units. */
import { lineEnd } from '../../python/tokens/characters';
import { lineMap, type LineMap } from '../../python/tokens/positions';
import type { Range } from '../../records/finding';
import { rangeOf } from '../ranges';

/** What a tool counts columns in. */
export type ColumnUnit = 'utf-16' | 'characters' | 'bytes';

/** A place as a tool tells it: 0-based line and column. */
export interface ToolPlace {
  line: number;
  column: number;
}

/** Where a finding lies. */
export interface Place {
  range: Range;
  span: [number, number];
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * The text that a tool is given: without byte order mark, and with U+FFFD for bytes that were no text, which no tool
 * takes. Nothing else changes, so that offsets differ by the mark alone.
 */
export function toolText(source: string): string {
  return withoutMark(source).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** A text without its byte order mark. */
export function withoutMark(source: string): string {
  return source.startsWith(BYTE_ORDER_MARK) ? source.slice(1) : source;
}

/** Finds the places that a tool tells of one text; reads its lines once. */
export class Places {
  private readonly text: string;
  private readonly lines: LineMap;
  private readonly mark: number;

  /** @param source as in {@link WitnessInput} @param unit what the tool counts columns in */
  constructor(
    private readonly source: string,
    private readonly unit: ColumnUnit,
  ) {
    this.text = toolText(source);
    this.mark = source.length - this.text.length;
    this.lines = lineMap(source);
  }

  /**
   * The place between two places of the tool, kept within the text. Without an end, or with one that is not behind the
   * start: the word at the start, or one character.
   */
  between(start: ToolPlace, end?: ToolPlace): Place {
    const from = this.offset(start);
    const told = end === undefined ? from : this.offset(end);
    return this.place(from, told > from ? told : this.wordEnd(from));
  }

  /** The place of UTF-16 offsets of the source. */
  place(start: number, end: number): Place {
    const span: [number, number] = [start, Math.max(start, end)];
    return { span, range: rangeOf(this.lines, span) };
  }

  private offset({ line, column }: ToolPlace): number {
    const { starts } = this.lines;
    if (line >= starts.length) return this.source.length;
    const row = Math.max(0, line);
    const start = row === 0 ? this.mark : starts[row];
    const end = lineEnd(this.source, start);
    return Math.min(start + this.units(start - this.mark, Math.max(0, column)), end);
  }

  /** UTF-16 units of the first `column` units of the tool, from an offset of the tool's text on. */
  private units(start: number, column: number): number {
    if (this.unit === 'utf-16') return column;
    const end = lineEnd(this.text, start);
    let at = start;
    for (let counted = 0; counted < column && at < end;) {
      const code = this.text.codePointAt(at) as number;
      counted += this.unit === 'bytes' ? utf8Length(code) : 1;
      at += code > 0xffff ? 2 : 1;
    }
    return at - start;
  }

  private wordEnd(start: number): number {
    const word = /[\p{L}\p{N}_]+/uy;
    word.lastIndex = start;
    const length = word.exec(this.source)?.[0].length ?? 1;
    return Math.min(start + length, Math.max(start, lineEnd(this.source, start)));
  }
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
