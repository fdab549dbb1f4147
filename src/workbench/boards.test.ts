import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boardHtml, boardText, type Board } from './boards';

const board: Board = {
  title: 'step <1>',
  cells: ['1', '2', '', '4'],
  marks: ['given', 'right', 'plain', 'wrong'],
  box: 1,
};

test('a board is a table of its cells, safe, with its marks', () => {
  const text = boardHtml(board);
  assert.is(text.match(/<tr>/g)?.length, 2);
  assert.equal(
    [...text.matchAll(/>([^<>]*)<\/td>/g)].map(([, cell]) => cell),
    board.cells,
  );
  assert.match(text, /step &lt;1&gt;/);
  assert.match(text, /font-weight:bold">1</);
  assert.match(text, /213,94,0,0\.35\)">4</);
  assert.not.match(boardHtml({ ...board, box: 0 }), /2px/);
});

test('as text, wrong cells stand out', () => {
  assert.is(boardText(board), 'step <1>\n1  2 \n.  4!');
});

test.run();
