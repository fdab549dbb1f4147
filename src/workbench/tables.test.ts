import { tableFromArrays } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataFrame, rowsOf, tableHtml, tableText } from './tables';

test('text columns are aligned, numbers rounded, absent values empty, nested ones JSON', () => {
  const rows = [
    { name: 'first', share: 0.123456, nested: { n: 1n } },
    { name: 'b', share: 3, extra: true },
  ];
  assert.is(
    tableText(rows, { title: 'Title' }),
    'Title\nname   share   nested   extra\nfirst  0.1235  {"n":1}\nb      3                true',
  );
});

test('HTML is escaped in names, values and titles', () => {
  const markup = tableHtml([{ '<a>': '"x" & <script>' }], { title: '<t>' });
  assert.not.match(markup, '<script>');
  assert.match(markup, '&lt;a&gt;');
  assert.match(markup, '&quot;x&quot; &amp; &lt;script&gt;');
  assert.match(markup, '&lt;t&gt;');
});

test('what the limit hides is counted', () => {
  const rows = Array.from({ length: 25 }, (_, n) => ({ n }));
  assert.match(tableHtml(rows), 'and 5 more of 25 rows');
  assert.is(tableText(rows, { limit: 1, columns: ['n'] }), 'n\n0\nand 24 more of 25 rows');
  assert.not.match(tableText(rows, { limit: 25 }), 'more');
});

test('rows come from Arrow tables and danfojs frames alike', async () => {
  const rows = [
    { family: 'logic', count: 2 },
    { family: 'name', count: 5 },
  ];
  const arrow = tableFromArrays({ family: ['logic', 'name'], count: new Int32Array([2, 5]) });
  assert.equal(rowsOf(arrow), rows);
  const frame = await dataFrame(rows);
  assert.equal(rowsOf(frame), rows);
  assert.equal(frame.groupby(['family']).col(['count']).sum().shape, [2, 2]);
});

test('an absent number is refused, since danfojs would count it as 0', async () => {
  const rows = [{ a: 1 }, { a: null }];
  try {
    await dataFrame(rows);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, 'expected a number in column a, got null in row 1');
  }
});

test.run();
