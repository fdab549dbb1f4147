import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAllowedGroup, normalName } from './groups';

test('an allow-list takes names and prefixes', () => {
  assert.ok(isAllowedGroup('cpython/json', null));
  assert.ok(isAllowedGroup('cpython/json', ['cpython/*']));
  assert.ok(isAllowedGroup('psf/requests', ['psf/requests']));
  assert.not.ok(isAllowedGroup('psf/requests-oauth', ['psf/requests', 'cpython/*']));
  assert.not.ok(isAllowedGroup('cpython/json', []));
  assert.not.ok(isAllowedGroup('numpydoc/numpydoc', ['numpy/*']));
});

test('names are the same as on PyPI', () => {
  assert.is(normalName('Ruamel.yaml__clib'), 'ruamel-yaml-clib');
  assert.ok(isAllowedGroup('scikit_learn/sklearn', ['scikit-learn/*']));
  assert.ok(isAllowedGroup('GitPython/git', ['gitpython/*']));
  assert.ok(isAllowedGroup('rapptz/discord.py', ['Rapptz/discord-py']));
});

test.run();
