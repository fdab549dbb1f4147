import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isProcessAlive } from './process-alive';
import { killTree, newProcessTree, processesOf } from './process-tree';

/** Starts a process that starts another one in a session of its own and prints its id. */
const NESTED = `const { spawn } = require('node:child_process');
  const inner = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  console.log(inner.pid); setInterval(() => {}, 1000);`;

async function untilGone(pid: number): Promise<void> {
  while (isProcessAlive(pid)) await sleep(20);
}

test('a tree is found and killed though its middle is gone and its leaf has a session of its own', async () => {
  const { mark, env } = newProcessTree();
  const child = spawn(process.execPath, ['-e', NESTED], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const leaf = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  assert.equal(processesOf(mark).sort(), [child.pid, leaf].sort());
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(processesOf(mark), [leaf]);
  await killTree(mark);
  await untilGone(leaf);
  assert.equal(processesOf(mark), []);
});

test('marks nest: the inner tree is part of the outer one, not the other way round', async () => {
  const outer = newProcessTree();
  const inner = newProcessTree(outer.env);
  const [a, b] = [outer, inner].map(({ env }) =>
    spawn('sleep', ['1000'], { env: { ...process.env, ...env }, stdio: 'ignore' }),
  );
  await Promise.all([a, b].map((child) => new Promise((resolve) => child.once('spawn', resolve))));
  while (processesOf(outer.mark).length < 2) await sleep(10);
  assert.equal(processesOf(inner.mark), [b.pid]);
  await killTree(outer.mark);
  assert.equal(processesOf(outer.mark), []);
});

test('what a guarded process leaves is swept up, though it was killed and the rest ignores SIGTERM', async () => {
  const program = `require(${JSON.stringify(join(__dirname, 'process-tree.js'))}).guardProcessTree();
    const { spawn } = require('node:child_process');
    const deaf = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    const child = spawn(process.execPath, ['-e', deaf], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => console.log(child.pid));
    setInterval(() => {}, 1000);`;
  const root = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const left = Number(await new Promise((resolve) => root.stdout.once('data', resolve)));
  assert.ok(isProcessAlive(left));
  root.kill('SIGKILL');
  await untilGone(left);
});

test.run();
