import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Places, toolText, type ColumnUnit } from './places';

/** What stands at a place that a tool tells by line and column, both from 0. */
function at(source: string, unit: ColumnUnit, line: number, column: number, end?: number): string {
  const { span } = new Places(source, unit).between(
    { line, column },
    end === undefined ? undefined : { line, column: end },
  );
  return source.slice(...span);
}

const WIDE = '\tx = "\u{1d518}\u00e9"; wrong + 1';

test('columns count in units, characters or bytes', () => {
  assert.is(at(WIDE, 'utf-16', 0, 12, 17), 'wrong');
  assert.is(at(WIDE, 'characters', 0, 11, 16), 'wrong');
  assert.is(at(WIDE, 'bytes', 0, 15, 20), 'wrong');
});

test('lines end with LF, CR LF and CR, and form feeds end none', () => {
  const source = `a\r\n\f${WIDE}\r${WIDE}\nb`;
  assert.is(at(source, 'characters', 1, 12, 17), 'wrong');
  assert.is(at(source, 'bytes', 2, 15, 20), 'wrong');
  assert.is(at(source, 'utf-16', 3, 0, 1), 'b');
  assert.equal(new Places(source, 'bytes').between({ line: 2, column: 15 }, { line: 3, column: 1 }).range, {
    start: { line: 2, character: 12 },
    end: { line: 3, character: 1 },
  });
});

test('tools do not see a byte order mark, and its line is counted without it', () => {
  const source = `\ufeff${WIDE}\n${WIDE}`;
  assert.is(toolText(source), `${WIDE}\n${WIDE}`);
  assert.is(at(source, 'utf-16', 0, 12, 17), 'wrong');
  assert.is(at(source, 'bytes', 0, 15, 20), 'wrong');
  assert.is(at(source, 'characters', 1, 11, 16), 'wrong');
});

test('bytes that were no text are given as U+FFFD, of the same length', () => {
  const source = 'x = "\udcff\u{1d518}"; wrong';
  assert.is(toolText(source), 'x = "\ufffd\u{1d518}"; wrong');
  assert.is(at(source, 'bytes', 0, 15, 20), 'wrong');
});

test('without an end the word counts, and places beyond the text are kept within it', () => {
  assert.is(at('a = wrong.b', 'characters', 0, 4), 'wrong');
  assert.is(at('a = (\n', 'characters', 0, 4), '(');
  assert.is(at('a = 1\nb', 'characters', 0, 99), '');
  assert.is(at('a = 1\nb', 'characters', 99, 3), '');
  assert.is(at('', 'bytes', 0, 0), '');
});

test.run();
