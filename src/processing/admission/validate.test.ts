import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from '../../python/tokens/lexer';
import { makeSample } from '../../python/edits/sample-testing';
import type { Sample } from '../../records/sample';
import { checkTokens, checkVerdicts, type ValidationDrop } from './validate';

const GOOD = 'def f(a, b):\n    return a + b\n';
const BUGGY = GOOD.replace('+', '-');
const long = (count: number): string => GOOD.replace('a + b', Array(count).fill('a').join(' + '));

function reasonOf(sample: Sample): ValidationDrop | null {
  const result = checkTokens(sample, lex(sample.before), lex(sample.after));
  return 'reason' in result ? result.reason : null;
}

const TOKEN_CASES: [reason: ValidationDrop | null, sample: Sample][] = [
  [null, makeSample(GOOD)],
  [null, makeSample(BUGGY, GOOD)],
  [null, makeSample(GOOD.replace(':', ''), GOOD)],
  ['clean_with_edits', { ...makeSample(GOOD), edits: makeSample(BUGGY, GOOD).edits }],
  ['clean_with_edits', { ...makeSample(GOOD), bugType: 'wrong-name' }],
  ['same_tokens', makeSample(GOOD.replace('a + b', 'a  +  b  # sum'), GOOD)],
  ['edits_do_not_fit', { ...makeSample(BUGGY, GOOD), edits: [] }],
  ['edits_do_not_fit', { ...makeSample(BUGGY, GOOD), edits: makeSample(GOOD, BUGGY).edits }],
  [
    'edits_do_not_fit',
    { ...makeSample(BUGGY, GOOD), edits: [{ tokenSpan: [900, 901], charSpan: [0, 0], replacement: [] }] },
  ],
  ['error_tokens_in_fix', makeSample(GOOD.replace('b\n', '$ b\n'))],
  ['error_tokens_in_fix', makeSample(BUGGY, GOOD.replace('b\n', '$ b\n'))],
  ['span_too_long', makeSample(long(8), GOOD)],
  ['replacement_too_long', makeSample(GOOD, long(8))],
];

for (const [reason, sample] of TOKEN_CASES)
  test(`tokens of ${JSON.stringify(sample.before)} -> ${reason ?? 'good'}`, () => {
    assert.is(reasonOf(sample), reason);
  });

test('several edits fit when together they give the fix', () => {
  const before = 'def f(a, b):\n    return b - a\n';
  const tokens = lex(before);
  const at = (index: number, text: string, kind: 'name' | 'op'): Sample['edits'][number] => ({
    tokenSpan: [index, index + 1],
    charSpan: [tokens[index].start, tokens[index].end],
    replacement: [{ kind, text }],
  });
  const edits = [at(11, 'a', 'name'), at(12, '+', 'op'), at(13, 'b', 'name')];
  assert.is(reasonOf({ ...makeSample(before, GOOD), edits }), null);
  assert.is(reasonOf({ ...makeSample(before, GOOD), edits: edits.slice(1) }), 'edits_do_not_fit');
});

const VERDICTS: [
  reason: ValidationDrop | null,
  family: Sample['family'],
  clean: boolean,
  before: boolean,
  after: boolean,
][] = [
  [null, null, true, true, true],
  ['clean_does_not_compile', null, true, false, false],
  [null, 'logic', false, true, true],
  ['bug_does_not_compile', 'logic', false, false, true],
  ['fix_does_not_compile', 'logic', false, true, false],
  [null, 'syntax', false, false, true],
  ['syntax_bug_compiles', 'syntax', false, true, true],
  [null, null, false, true, true],
  [null, null, false, false, true],
];

for (const [reason, family, clean, before, after] of VERDICTS)
  test(`${clean ? 'clean' : (family ?? 'mined')}: compiles ${before}/${after} -> ${reason ?? 'good'}`, () => {
    const sample = clean ? makeSample(GOOD) : makeSample(BUGGY, GOOD, { family });
    assert.is(checkVerdicts(sample, { before, after }), reason);
  });

test.run();
