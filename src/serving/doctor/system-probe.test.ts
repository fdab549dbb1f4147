import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareVersions, cpuFeatures } from './system-probe';

test('features are read from the first flags line, whole words only', () => {
  assert.equal(cpuFeatures('model name\t: X\nflags\t\t: fpu avx avx2 fma avx512fp16\n'), [
    'avx',
    'fma',
    'avx2',
  ]);
  assert.equal(cpuFeatures('Features : asimd\n'), []);
  assert.equal(cpuFeatures(''), []);
});

test('versions compare by number, missing parts are zero', () => {
  assert.is(compareVersions('20.19.1', '20.19'), 1);
  assert.is(compareVersions('20.9', '20.19'), -1);
  assert.is(compareVersions('3.10', '3.10.0'), 0);
  assert.is(compareVersions('3.11.0rc1', '3.11'), 0);
});

test.run();
