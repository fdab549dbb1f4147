import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { BUILTINS } from '../names/builtins';
import { findPythons, VersionCritics } from './pythons';

/** Folder with a real interpreter and things that only look like one. */
async function withFolder(use: (folder: string, version: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trm-pythons-'));
  try {
    const script =
      'import os, platform, sys; print(os.path.realpath(sys.executable)); print(platform.python_version())';
    const [real, version] = (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim().split('\n');
    symlinkSync(real, join(folder, 'python3'));
    symlinkSync(real, join(folder, 'python3.99'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'python3.98'));
    writeFileSync(join(folder, 'python3.97'), '#!/bin/sh\necho 2.7.18\n');
    writeFileSync(join(folder, 'python3.96'), '#!/bin/sh\nexit 1\n');
    for (const name of ['python3.97', 'python3.96']) chmodSync(join(folder, name), 0o755);
    await use(folder, version);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the builtins of every interpreter here are known', async () => {
  const script = 'import builtins; print(*(n for n in dir(builtins) if not n.startswith("_")))';
  for (const { path } of await findPythons()) {
    const { stdout } = await runProcess(path, ['-I', '-c', script]);
    assert.equal(
      stdout
        .trim()
        .split(' ')
        .filter((name) => !BUILTINS.has(name) && !/^(None|True|False)$/.test(name)),
      [],
      path,
    );
  }
});

test('each interpreter of a search path once; what is none is left out', () =>
  withFolder(async (folder, version) => {
    const found = await findPythons([folder, '/no/such/folder', folder].join(delimiter));
    assert.equal(found, [{ path: join(folder, 'python3'), version: /^[\d.]+/.exec(version)?.[0] }]);
    assert.equal(await findPythons(''), []);
  }));

test('in which versions a source is valid', () =>
  withFolder(async (folder) => {
    const [python] = await findPythons(folder);
    const critics = await VersionCritics.start([python, python]);
    try {
      const { versions } = critics;
      assert.is(versions.length, 2);
      assert.equal(await critics.validIn(['x = 1\n', 'x = (\n']), [versions, []]);
    } finally {
      await critics.close();
    }
    const bad = { path: join(folder, 'python3.96'), version: '3.96.0' };
    const failed = await VersionCritics.start([python, bad]).catch((error: Error) => error);
    assert.match((failed as Error).message, /did not start/);
  }));

test.run();
