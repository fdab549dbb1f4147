import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError } from '../../core/errors';
import { watchPaths } from './watch';

test('a file that changes or comes is worked on again, others are not; an abort ends it', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trm-watch-')));
  const stop = new AbortController();
  try {
    await mkdir(join(folder, '.venv'));
    for (const name of ['a.py', 'b.py']) await writeFile(join(folder, name), 'x = 1\n');
    const seen: string[] = [];
    let wake: () => void = () => undefined;
    const again = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    let ready = again();
    const end = watchPaths([folder], { signal: stop.signal, onReady: () => wake() }, async (files) => {
      seen.push(...files.map((file) => file.slice(folder.length + 1)));
      wake();
    }).catch((error: unknown) => error);
    await ready;
    for (const name of ['a.py', 'new.py']) {
      ready = again();
      await writeFile(join(folder, 'notes.txt'), name);
      await writeFile(join(folder, '.venv', name), name);
      await writeFile(join(folder, name), 'x = 2\n');
      await ready;
    }
    stop.abort();
    assert.instance(await end, InterruptedError);
    assert.equal([...new Set(seen)], ['a.py', 'new.py']);
  } finally {
    stop.abort();
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();
