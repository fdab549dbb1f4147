import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requirePythonFile } from './python-files';

async function problem(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-python-files-'));
  try {
    await writeFile(join(folder, name), content);
    return await requirePythonFile(join(folder, name)).then(
      () => '',
      (error: Error) => error.message,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('Python by its name or by its first line passes', async () => {
  for (const [name, content] of [
    ['a.py', ''],
    ['a.pyi', ''],
    ['A.PYW', ''],
    ['a.ipynb', '{}'],
    ['tool', '#!/usr/bin/env python3\nprint(1)\n'],
    ['tool', '#!/usr/bin/python3.11 -u\n'],
    ['tool', '#!/usr/bin/env -S uv run --script\n'],
    ['tool', '\ufeff# -*- coding: utf-8 -*-\n'],
  ])
    assert.is(await problem(name, content), '', name);
});

test('everything else is refused', async () => {
  for (const [name, content] of [
    ['app.js', 'module.exports = {};\n'],
    ['cfg.yaml', 'a: 1\n'],
    ['tool', '#!/bin/sh\n'],
    ['Makefile', 'all:\n'],
    ['.py', ''],
  ])
    assert.match(await problem(name, content), 'expected Python source in', name);
});

test('what has no content of its own, or is not there, is left to its reader', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trm-python-files-'));
  try {
    await mkdir(join(folder, 'package'));
    for (const name of ['-', '/dev/stdin', join(folder, 'package'), join(folder, 'none')])
      await requirePythonFile(name);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
