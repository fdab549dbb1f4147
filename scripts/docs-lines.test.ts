import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeFile, longLines } from './docs-lines';

const PROSE = `${'word '.repeat(25)}end`;
const LINK = `- [text](https://example.org/${'x'.repeat(120)})`;

test('a long line of prose, of a list or of a code block is found, by its number', () => {
  assert.equal(longLines(`# Title\n\n${PROSE}\n- ${PROSE}\n\`\`\`\n$ ${PROSE}\n\`\`\`\n`), [3, 4, 6]);
  assert.equal(longLines('x'.repeat(60) + ' ' + 'y'.repeat(59)), [], '120 characters fit');
  assert.equal(
    longLines('ü'.repeat(60) + ' ' + '\u{1f600}'.repeat(59)),
    [],
    'characters, not bytes or code units',
  );
});

test('tables, what cannot be broken, and files that a program wrote are left alone', () => {
  assert.equal(longLines(`| ${PROSE} |\n${LINK}\n`), []);
  assert.equal(longLines(`<!-- Written by \`bin/trm taxonomy\` -->\n${PROSE}\n`), []);
});

test('the allowed number may only shrink', () => {
  assert.is(judgeFile('a.md', [3, 4], 2), undefined);
  assert.match(judgeFile('a.md', [3, 4], 1)!, /2 lines .* 1 are allowed: 3, 4/);
  assert.match(judgeFile('a.md', [3], 2)!, /lower its 2/);
});

test.run();
