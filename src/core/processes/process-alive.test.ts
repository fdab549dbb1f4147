import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isProcessAlive } from './process-alive';

test('a running process is alive, one that ended is not', async () => {
  assert.ok(isProcessAlive(process.pid));
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  assert.not.ok(isProcessAlive(child.pid!));
});

test.run();
