import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commentsOf } from './comments';

const texts = (source: string): string[] => commentsOf(source).map(({ text }) => text);

test('comments are found where Python has them, and nowhere else', () => {
  const source = [
    '#!first',
    'def f(a):  # second',
    '    """# no comment',
    '    # neither"""  # third',
    '    x = "# no"  # fourth # still fourth',
    "    '''# a string that stands alone'''",
    '    return (x,  # fifth',
    '            1)',
    '# last',
  ].join('\n');
  const wanted = ['#!first', '# second', '# third', '# fourth # still fourth', '# fifth', '# last'];
  assert.equal(texts(source), wanted);
  for (const { start, end, text } of commentsOf(source)) assert.is(source.slice(start, end), text);
});

test('broken code has comments, too', () => {
  assert.equal(texts('def f(:\n  x = (1  # one\n"open  # no\ny = 2  # two\r\n'), ['# one', '# two']);
});

test.run();
