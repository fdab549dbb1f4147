import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../../core/errors';
import { rejection } from '../../storage/testing';
import { readSettings } from './settings';

let root: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-settings-'));
  await mkdir(join(root, 'a', 'b'), { recursive: true });
});
test.after(() => rm(root, { recursive: true, force: true }));
const write = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);

test('the nearest pyproject.toml with [tool.trm] decides; one without it is passed over', async () => {
  await write(
    'pyproject.toml',
    '[tool.trm]\nselect = ["syntax"]\nmin-confidence = 0.5\nunsafe-fixes = true\n',
  );
  await write('a/pyproject.toml', '[project]\nname = "a"\n[tool.ruff]\nline-length = 100\n');
  const settings = { select: ['syntax'], 'min-confidence': 0.5, 'unsafe-fixes': true, folder: root };
  assert.equal(await readSettings(undefined, join(root, 'a', 'b')), settings);
  assert.equal(await readSettings(join(root, 'a', 'pyproject.toml')), { folder: join(root, 'a') });
});

test('unknown keys, wrong values and broken TOML are refused in words', async () => {
  for (const [text, message] of [
    ['[tool.trm]\nselct = ["syntax"]\n', /pyproject\.toml, \[tool\.trm\]: .*selct.*did you mean "select"\?/],
    ['[tool.trm]\nmin-confidence = 2\n', /min-confidence/],
    ['[tool.trm]\nexclude = "build"\n', /exclude/],
    ['[tool.trm\n', /pyproject\.toml: Invalid TOML/],
  ] as const) {
    await write('a/pyproject.toml', text);
    const error = await rejection(() => readSettings(undefined, join(root, 'a')));
    assert.instance(error, ConfigError);
    assert.match(error.message, message);
  }
  assert.match((await rejection(() => readSettings('/nowhere/p.toml'))).message, /there is no file/);
});

test.run();
