import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { attributionSchema, evidenceSchema, fileOrigin, originSchema, placeOf } from './sample';

const PLACE = {
  repo: 'owner/name',
  commit: null,
  path: 'pkg/a.py',
  url: null,
  function: 'A.f',
  startLine: 3,
  committedAt: null,
  codec: 'utf-8',
};
const RULE = { tool: 'ruff', version: '0.9.1', rule: 'F841', message: 'assigned and never used' };
const ANSWER = {
  kind: 'answer',
  questionId: 11,
  answerId: 12,
  postUrl: 'https://stackoverflow.com/a/12',
  revision: 2,
  postedAt: '2024-01-02T03:04:05Z',
} as const;

test('an origin is of one kind, with the fields of that kind and no others', () => {
  for (const origin of [{ kind: 'file', ...PLACE }, ANSWER, { kind: 'finding', ...PLACE, ...RULE }])
    assert.equal(originSchema.parse(origin), origin);
  for (const wrong of [
    PLACE,
    { kind: 'file', ...PLACE, ...RULE },
    { kind: 'finding', ...PLACE },
    { ...ANSWER, path: 'a.py' },
    { ...ANSWER, postUrl: 'post 12' },
    { kind: 'file', ...PLACE, startLine: 0 },
  ])
    assert.not.ok(originSchema.safeParse(wrong).success, JSON.stringify(wrong));
});

test('a place to show is there for every kind; a file only where there is one', () => {
  const [answer, finding] = [ANSWER, { kind: 'finding', ...PLACE, ...RULE }].map((one) =>
    originSchema.parse(one),
  );
  assert.equal(placeOf(finding), { path: 'pkg/a.py', function: 'A.f' });
  assert.equal(placeOf(answer), { path: 'https://stackoverflow.com/a/12', function: '' });
  assert.is(fileOrigin(finding).startLine, 3);
  assert.throws(
    () => fileOrigin(answer),
    (error: unknown) => error instanceof DataError,
  );
});

test('attribution names its text and the sentence that goes with copies', () => {
  const attribution = {
    author: null,
    authorUrl: null,
    url: 'https://stackoverflow.com/a/12',
    notice: 'From an answer on Stack Overflow, CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/',
  };
  assert.equal(attributionSchema.parse(attribution), attribution);
  for (const wrong of [{ notice: '' }, { url: 'answer 12' }, { author: '' }, { licence: 'CC' }])
    assert.not.ok(attributionSchema.safeParse({ ...attribution, ...wrong }).success, JSON.stringify(wrong));
});

test('evidence is of one kind', () => {
  for (const evidence of [
    { kind: 'planted', bugType: 'wrong-name' },
    { kind: 'commit-message', strength: 'strong' },
    { kind: 'parser-error', message: 'invalid syntax' },
    { kind: 'tool-finding', ...RULE },
    { kind: 'failing-test', test: 'tests/test_a.py::test_f' },
  ])
    assert.equal(evidenceSchema.parse(evidence), evidence);
  for (const wrong of [
    { kind: 'rumour' },
    { kind: 'commit-message', strength: 'very' },
    { kind: 'failing-test', test: '' },
    { kind: 'parser-error', message: 'x', rule: 'F841' },
  ])
    assert.not.ok(evidenceSchema.safeParse(wrong).success, JSON.stringify(wrong));
});

test.run();
