import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FILE_BEFORE } from '../../collection/pairs/testing';
import { encodeFunction } from './function-view';
import { isOnLines, mends, startsOnLines, tokensOf, type Question } from './questions';
import { fixOf, LETTERS, questionsAbout, ringFix } from './testing';
import type { RealFix } from './real-fixes';

function questionsFor(fix: RealFix): Record<'file' | 'function', Question> {
  const { questions, notAsked } = questionsAbout(fix);
  if (questions === null) throw new Error(String(notAsked));
  return questions;
}

const textsAt = ({ buggy }: Question, tokens: readonly number[]): string[] =>
  tokens.map((i) => buggy.program.tokens[i].text || `<${buggy.program.tokens[i].kind}>`);

test('a function is asked about in its file and alone, by the same tokens', () => {
  const asked = questionsAbout(ringFix());
  assert.equal(asked.facts, {
    ...{ id: '0123456789abcdef', repo: 'numpy/numpy', path: 'ring.py', func: 'Ring.area' },
    ...{ tier: 'A', label: 'attr', oneToken: true, published: false, onlyThisChange: true, parses: true },
  });
  const { file, function: alone } = questionsFor(ringFix());
  assert.is(file.buggy.program.source, FILE_BEFORE);
  assert.match(alone.buggy.program.source, /^def area\(self, scale\):\n {4}if/);
  for (const question of [file, alone]) {
    const [start, end] = question.edit.tokenSpan;
    assert.is(end - start, 1);
    assert.equal(textsAt(question, [start]), ['width']);
    assert.equal(question.edit.replacement, [{ kind: 'name', text: 'size' }]);
    assert.equal(
      textsAt(question, startsOnLines(question)).join(' '),
      '<newline> <dedent> return math . pi * self . width * scale <newline>',
    );
    assert.ok(isOnLines(question, start));
    assert.not.ok(isOnLines(question, question.buggy.span.firstToken));
    assert.ok(mends(question, question.edit));
    assert.not.ok(mends(question, { ...question.edit, replacement: [{ kind: 'name', text: 'width' }] }));
    // An edit of the right tokens that changes something outside of the function as well.
    assert.not.ok(mends(question, { tokenSpan: [0, 1], replacement: [] }) && question === file);
  }
  assert.equal(
    tokensOf(file.buggy).map(({ kind, text }) => [kind, text]),
    tokensOf(alone.buggy).map(({ kind, text }) => [kind, text]),
  );
});

test('an inserted line may start at the line break before it, in the leftmost form', () => {
  const source = 'def f(a):\n    b = a\n    return b\n';
  const fix = fixOf(source, ['    return', '    b += 1\n    return'], { func: 'f', line: 1, edit: [3, 3] });
  const { file } = questionsFor(fix);
  assert.equal(textsAt(file, startsOnLines(file)), ['<newline>', 'return', 'b', '<newline>']);
  assert.ok(startsOnLines(file).includes(file.edit.tokenSpan[0]));
  assert.ok(mends(file, file.edit));
});

test('windows of the function only; a fix that cannot be written says why, and is asked all the same', () => {
  const lines = Array.from({ length: 60 }, (_, i) => `    value = value + ${i}`);
  const other = 'def other():\n    return 1\n\n\n';
  const source = `${other}def long(value):\n${lines.join('\n')}\n    return value\n`;
  const at = { func: 'long', line: 5, edit: [65, 65] as [number, number] };
  const { file } = questionsFor(fixOf(source, ['+ 59', '+ 7'], at));
  const own = encodeFunction(file.buggy, LETTERS, file.edit);
  assert.ok(own.windows.length > 2, 'a long function has several');
  assert.is(own.unwritable, null, 'the 7 stands in the window');
  const [first] = own.windows;
  assert.is(first.firstToken, file.buggy.span.firstToken, 'none of the other function');
  assert.ok(own.windows.every(({ example, tokens }) => example.length <= 128 && tokens.length <= 127));
  const covered = new Set(
    own.windows.flatMap(({ firstToken, tokens }) => tokens.map((_, i) => firstToken + i)),
  );
  assert.is(covered.size, tokensOf(file.buggy).length);

  const unknown = questionsFor(fixOf(source, ['+ 59', '+ 777'], at)).file;
  const asked = encodeFunction(unknown.buggy, LETTERS, unknown.edit);
  assert.is(asked.unwritable, 'unrenderable_token');
  assert.is(asked.windows.length, own.windows.length);
  const long = questionsFor(fixOf(source, ['+ 59', '+ 1 + 1 + 1 + 1 + 1'], at)).file;
  assert.is(encodeFunction(long.buggy, LETTERS, long.edit).unwritable, 'replacement_too_long');
});

test('of functions of one name those in the same order belong together; a line of the body finds its function', () => {
  const source =
    'class A:\n    @property\n    def x(self):\n        return 1\n\n    @x.setter\n    def x(self, v):\n        self.v = w\n';
  const at = { func: 'A.x', line: 7, edit: [8, 8] as [number, number] };
  const { file, function: alone } = questionsFor(fixOf(source, ['= w', '= v'], at));
  assert.equal([file.buggy.span.line, alone.lines[0]], [6, 3]);
  assert.is(alone.map.at(alone.buggy.program.tokens[alone.edit.tokenSpan[0]].start).line, 3);
});

test('what cannot be asked says why; code that does not parse is asked', () => {
  assert.is(questionsAbout(ringFix({ file_before: 'x = 1\n' })).notAsked, 'diff_does_not_fit');
  assert.is(questionsAbout(ringFix({ line: 2 })).notAsked, 'function_not_found');
  assert.is(questionsAbout(ringFix({ func: 'Ring.perimeter' })).notAsked, 'function_not_found');
  assert.is(questionsAbout(ringFix({ file_after_diff: '' })).notAsked, 'no_code_change');
  const comment = fixOf(FILE_BEFORE, ['scale = LIMIT', 'scale = LIMIT  # at most'], {
    func: 'Ring.area',
    line: 10,
    edit: [12, 12],
  });
  assert.is(questionsAbout(comment).notAsked, 'no_code_change');
  const gone = fixOf(FILE_BEFORE, ['def area', 'def surface'], {
    func: 'Ring.area',
    line: 10,
    edit: [10, 10],
  });
  assert.is(questionsAbout(gone).notAsked, 'function_not_found');
  const python2 = 'def f(a, b):\n    print a\n';
  const fix = fixOf(python2, ['print a', 'print b'], { func: 'f', line: 1, edit: [2, 2] }, { parses: false });
  const asked = questionsAbout(fix);
  assert.is(asked.facts.parses, false);
  assert.ok(asked.questions && mends(asked.questions.file, asked.questions.file.edit));
});

test.run();
