import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { lockFolder, lockHolder } from './lock';

const folders: string[] = [];
async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-lock-'));
  folders.push(folder);
  return folder;
}
test.after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

test('a second taker is refused with the holder named, and may take it after it was given back', async () => {
  const folder = join(await scratch(), 'not-there-yet');
  const unlock = await lockFolder(folder, 'stage x');
  assert.is((await lockHolder(folder))?.pid, process.pid);
  let refusal: unknown;
  await lockFolder(folder, 'stage x').catch((error: unknown) => (refusal = error));
  assert.instance(refusal, UserError);
  assert.match(
    (refusal as Error).message,
    new RegExp(`stage x is being worked on by process ${process.pid} `),
  );
  await unlock();
  assert.is(await lockHolder(folder), undefined);
  await (
    await lockFolder(folder, 'stage x')
  )();
  assert.not.ok(existsSync(join(folder, 'lock.json')));
});

test('the lock of a process that was killed is taken over', async () => {
  const folder = await scratch();
  const program = `require(${JSON.stringify(join(__dirname, 'lock.js'))}).lockFolder(${JSON.stringify(folder)}, 'x')
    .then(() => { console.log('locked'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.is((await lockHolder(folder))?.pid, child.pid);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  assert.is(await lockHolder(folder), undefined);
  await (
    await lockFolder(folder, 'x')
  )();
});

async function changeHolder(path: string, change: Record<string, unknown>): Promise<void> {
  const holder = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...holder, ...change }));
}

test('a reused process id does not hold the lock, nor does a file cut short', async () => {
  const folder = await scratch();
  const unlock = await lockFolder(folder, 'x');
  const path = join(folder, 'lock.json');
  await changeHolder(path, { processStart: '1' });
  assert.is(await lockHolder(folder), undefined);
  await writeFile(path, '{"pid": 1');
  assert.is(await lockHolder(folder), undefined);
  await unlock();
  await (
    await lockFolder(folder, 'x')
  )();
});

test('a lock of another machine holds, and the message says which file to delete when that machine is gone', async () => {
  const folder = await scratch();
  const unlock = await lockFolder(folder, 'x');
  const path = join(folder, 'lock.json');
  await changeHolder(path, { host: 'elsewhere.invalid' });
  const refused = (await lockFolder(folder, 'x').catch((error: unknown) => error)) as UserError;
  assert.match(refused.message, /worked on by process \d+ on elsewhere\.invalid/);
  assert.ok(refused.hint?.includes(`delete ${path}`), refused.hint);
  await unlock();
});

test('giving back twice does not take the lock of the next holder', async () => {
  const folder = await scratch();
  const first = await lockFolder(folder, 'x');
  await first();
  const second = await lockFolder(folder, 'x');
  await first();
  assert.ok(await lockHolder(folder));
  await second();
});

test.run();
