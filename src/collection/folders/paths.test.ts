import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_EXCLUDE } from '../config';
import { matchesPath, dropPath, topLevelName } from './paths';

test('patterns without a slash fit any part, with one they fit from the root', () => {
  const cases: [string, string, boolean][] = [
    ['tests', 'a/tests/b.py', true],
    ['tests', 'a/mytests/b.py', false],
    ['test_*.py', 'a/test_b.py', true],
    ['test_*.py', 'a/test_b.py/c.py', true],
    ['test_*.py', 'a/contest_b.py', false],
    ['.*', 'a/.hidden/b.py', true],
    ['.*', 'a/b.py', false],
    ['a.b', 'axb', false],
    ['pkg/data', 'pkg/data/x.py', true],
    ['pkg/data', 'pkg/data.py', false],
    ['pkg/data', 'other/pkg/data/x.py', false],
    ['*/data', 'pkg/data/x.py', true],
    ['a*', 'b/c', false],
    ['a/**/data', 'a/data/x.py', true],
    ['a/**/data', 'a/b/c/data/x.py', true],
    ['**/data', 'data/x.py', true],
    ['**/gen/*.py', 'a/b/gen/x.py', true],
    ['**/gen/*.py', 'a/b/gen/c/x.txt', false],
    ['a/*/data', 'a/b/c/data', false],
    ['pkg/', 'pkg/x.py', false],
    ['{build,dist}', 'a/dist/x.py', true],
    ['v[0-9]', 'a/v1/x.py', true],
    ['data?', 'data1/x.py', true],
    ['!a', 'b', false],
    ['(x|y)', 'z', false],
  ];
  for (const [pattern, path, expected] of cases)
    assert.is(matchesPath(pattern, path), expected, `${pattern} on ${path}`);
});

test('paths are left out for the first reason that fits', () => {
  const source = { exclude: DEFAULT_EXCLUDE, includeTests: false };
  const cases: [string, string | undefined][] = [
    ['json/decoder.py', undefined],
    ['setup.cfg', 'not_python'],
    ['stub.pyi', 'not_python'],
    ['lib2to3/', 'excluded_path'],
    ['lib2to3/pytree.py', 'excluded_path'],
    ['site-packages/x/test/y.py', 'excluded_path'],
    ['unittest/test/testmock/x.py', 'test_path'],
    ['pkg/conftest.py', 'test_path'],
    ['test/', 'test_path'],
    ['latest/', undefined],
  ];
  for (const [path, expected] of cases) assert.is(dropPath(path, source), expected, path);
  assert.is(dropPath('test/x.py', { exclude: [], includeTests: true }), undefined);
});

test('top-level names', () => {
  assert.equal(['json/decoder.py', 'abc.py', 'a.b/c.py'].map(topLevelName), ['json', 'abc', 'a.b']);
});

test.run();
