import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { isDropped } from '../processing/encoding/encode';
import { encodeSample } from '../processing/encoding/encode-sample';
import { diffTokens } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import { makeSample } from '../python/edits/sample-testing';
import type { Sample, TokenText } from '../records/sample';
import { bugType } from '../taxonomy/table';
import type { Prediction } from '../trm/predict';
import type { Proposal } from '../trm/proposals';
import { accuracyOf, cleanKeptOf } from './measure';
import { createCase, expectedTokens, judgeCase, predictWindow, showTokens, type Case } from './outcome';

const BUGGY = 'def f(a, b):\n    if a < b:\n        return b\n    return b\n';
const FIXED = BUGGY.replace(/b\n$/, 'a\n');

function sampleOf(before: string, after: string, type: string | null): Sample {
  const family = type === null ? null : bugType(type).family;
  return makeSample(before, after, { source: 'synthetic', bugType: type, family, split: 'test' });
}

function caseOf(before: string, after: string, type: string | null = 'wrong-name'): Case {
  const tokenizer = trainTokenizer([['return', 3]], { vocabularySize: 300 });
  const vocabulary = buildClosedVocabulary([]);
  const sample = sampleOf(before, after, before === after ? null : type);
  const example = encodeSample(sample, { tokenizer, vocabulary });
  if (isDropped(example)) throw new Error(example.dropped);
  return createCase(sample, example);
}

const name = (text: string): TokenText => ({ kind: 'name', text });

function prediction(answersNoBug: boolean, ...proposals: Partial<Proposal>[]): Prediction {
  return {
    noBug: answersNoBug ? 0.9 : 0.1,
    answersNoBug,
    halt: 0.5,
    steps: 1,
    starts: [],
    proposals: proposals.map((proposal) => ({
      location: 0,
      spanLength: 1,
      replacement: [],
      bugType: 0,
      probability: 0.5,
      ...proposal,
    })),
  };
}

const item = caseOf(BUGGY, FIXED);
/** Where the wrong `b` stands. */
const place = item.example.target.location - 1;

test('the case knows what the right edit writes', () => {
  assert.is(showTokens(expectedTokens(item)), 'a');
  assert.is(item.before[item.example.firstToken + place].text, 'b');
  assert.equal(predictWindow(item, true).allowedStarts, [place]);
  assert.is(predictWindow(item).tokens.length, item.example.length);
});

test('the right edit counts in everything; with the answer "no bug" in nothing but exactness', () => {
  const right = { location: place, replacement: [name('a')], bugType: bugType('wrong-name').code };
  const outcome = judgeCase(item, prediction(false, right), prediction(false, right));
  assert.equal(
    [
      outcome.joint,
      outcome.location,
      outcome.span,
      outcome.contentAnywhere,
      outcome.contentGivenPlace,
      outcome.bugType,
    ],
    [true, true, true, true, true, true],
  );
  const quiet = judgeCase(item, prediction(true, right), null);
  assert.equal(
    [
      quiet.joint,
      quiet.location,
      quiet.span,
      quiet.contentAnywhere,
      quiet.contentGivenPlace,
      quiet.bugType,
      quiet.exact,
    ],
    [false, false, false, false, false, false, true],
  );
});

test('right place with wrong content, and right content at the wrong place, are half right', () => {
  const wrongContent = judgeCase(
    item,
    prediction(false, { location: place, replacement: [name('f')] }),
    null,
  );
  assert.equal(
    [wrongContent.joint, wrongContent.location, wrongContent.contentAnywhere],
    [false, true, false],
  );
  const wrongPlace = judgeCase(
    item,
    prediction(false, { location: place - 3, replacement: [name('a')] }),
    null,
  );
  assert.equal([wrongPlace.joint, wrongPlace.location, wrongPlace.contentAnywhere], [false, false, true]);
});

test('an edit at an equivalent place is exactly right', () => {
  // `not not x` -> `not x`: either `not` may go.
  const twice = caseOf('def g(x):\n    return not not x\n', 'def g(x):\n    return not x\n', 'added-not');
  const second = judgeCase(
    twice,
    prediction(false, { location: twice.example.target.location, spanLength: 1 }),
    null,
  );
  assert.equal([second.joint, second.location], [true, false]);
});

test('clean functions have no accuracies; no proposal at all is wrong for buggy ones', () => {
  const clean = judgeCase(
    caseOf(FIXED, FIXED),
    prediction(false, { location: 1, replacement: [name('g')] }),
    null,
  );
  assert.equal([clean.clean, clean.joint, clean.exact, clean.quiet], [true, null, false, false]);
  const none = judgeCase(item, prediction(false), prediction(false));
  assert.equal([none.joint, none.location, none.contentGivenPlace], [false, false, false]);
});

test('shares are taken over the right functions', () => {
  const right = { location: place, replacement: [name('a')] };
  const clean = caseOf(FIXED, FIXED);
  const row = (of: Case, made: Prediction): Parameters<typeof accuracyOf>[0][number] => ({
    item: of,
    prediction: made,
    outcome: judgeCase(of, made, null),
  });
  const rows = [
    row(item, prediction(false, right)),
    row(item, prediction(true, right)),
    row(clean, prediction(true)),
    row(clean, prediction(false, right)),
    row(clean, prediction(true)),
  ];
  const { joint } = accuracyOf(rows);
  assert.equal([joint.count, joint.total, joint.rate], [1, 2, 0.5]);
  const kept = cleanKeptOf(rows);
  assert.equal([kept.count, kept.total], [2, 3]);
  assert.is(accuracyOf([]).joint.rate, null);
});

test('of several bugs mending any one exactly counts, and mending it otherwise does not', () => {
  const clean = 'def f(a, b):\n    if a < b:\n        return b\n    return [a, b, b, a]\n';
  const before = clean.replace('a < b', 'a > b').replace('b, b, a', 'b, a, a');
  const tokens = lex(before);
  const half = (from: string, to: string): Sample['edits'][number] => {
    const edit = diffTokens(tokens, lex(before.replace(from, to)));
    if (!edit) throw new Error('no edit');
    return edit;
  };
  const edits = [half('a > b', 'a < b'), half('b, a, a', 'b, b, a')];
  const tokenizer = trainTokenizer([['return', 3]], { vocabularySize: 300 });
  const sample = { ...sampleOf(before, clean, 'wrong-comparison-operator'), edits };
  const example = encodeSample(sample, { tokenizer, vocabulary: buildClosedVocabulary([]) });
  if (isDropped(example)) throw new Error(example.dropped);
  const several = createCase(sample, example);
  assert.is(showTokens(expectedTokens(several)), '<');
  const [left, right] = edits.map(({ tokenSpan }) => tokenSpan[0] - example.firstToken);
  const judge = (location: number, token: TokenText): (boolean | null)[] => {
    const {
      joint,
      location: placed,
      contentAnywhere,
    } = judgeCase(several, prediction(false, { location, replacement: [token] }), null);
    return [joint, placed, contentAnywhere];
  };
  assert.equal(judge(left, { kind: 'op', text: '<' }), [true, true, true]);
  assert.equal(judge(right, name('b')), [true, true, true]);
  assert.equal(judge(right, name('f')), [false, true, false]);
  assert.equal(judge(left - 1, { kind: 'op', text: '<' }), [false, false, true]);
});

test.run();
