import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../core/errors';
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

/** A file as a process of this machine writes it. */
const HOLDER = {
  pid: process.pid,
  host: hostname(),
  processStart: null,
  since: '2026-01-01T00:00:00Z',
  token: '00',
};

test('a reused process id does not hold the lock, nor does a file cut short', async () => {
  const folder = await scratch();
  const unlock = await lockFolder(folder, 'x');
  const path = join(folder, 'lock.json');
  const written = JSON.parse(readFileSync(path, 'utf8')) as object;
  await unlock();
  // What a killed process leaves: its file, and no lock.
  await writeFile(path, JSON.stringify({ ...written, processStart: '1' }));
  assert.is(await lockHolder(folder), undefined);
  await (
    await lockFolder(folder, 'x')
  )();
  await writeFile(path, '{"pid": 1');
  assert.is(await lockHolder(folder), undefined);
  await (
    await lockFolder(folder, 'x')
  )();
});

test('a lock of another machine holds, and the message says which file to delete when that machine is gone', async () => {
  const folder = await scratch();
  const path = join(folder, 'lock.json');
  await writeFile(path, JSON.stringify({ ...HOLDER, host: 'elsewhere.invalid' }));
  const refused = (await lockFolder(folder, 'x').catch((error: unknown) => error)) as UserError;
  assert.match(refused.message, /worked on by process \d+ on elsewhere\.invalid/);
  assert.ok(refused.hint?.includes(`delete ${path}`), refused.hint);
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

test('of many processes that start in the same moment exactly one gets the lock, round for round', async () => {
  const [processes, rounds] = [8, 30];
  const folder = await scratch();
  // Every round begins with what a killed holder left: taking that over is where two could win.
  for (let round = 0; round < rounds; round++) {
    await mkdir(join(folder, String(round)));
    await writeFile(
      join(folder, String(round), 'lock.json'),
      JSON.stringify({ ...HOLDER, processStart: '1', pid: 4194304 }),
    );
  }
  // Whoever comes to a round waits for the others there, then all go; nobody gives anything back.
  const program = `
    const fs = require('node:fs');
    const { lockFolder } = require(${JSON.stringify(join(__dirname, 'lock.js'))});
    (async () => {
      for (let round = 0; round < ${rounds}; round++) {
        const meeting = ${JSON.stringify(folder)} + '/meeting-' + round;
        fs.appendFileSync(meeting, '.');
        while (fs.statSync(meeting).size < ${processes}) await new Promise(setImmediate);
        await lockFolder(${JSON.stringify(folder)} + '/' + round, 'x').then(
          () => fs.appendFileSync(${JSON.stringify(join(folder, 'winners'))}, round + '\\n'),
          (error) => { if (!/being worked on/.test(error.message)) throw error; },
        );
      }
      const end = ${JSON.stringify(join(folder, 'end'))};
      fs.appendFileSync(end, '.');
      while (fs.statSync(end).size < ${processes}) await new Promise((wake) => setTimeout(wake, 10));
    })().catch((error) => { console.error(error); process.exit(1); });`;
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const codes = await Promise.all(
    children.map((child) => new Promise<number | null>((resolve) => child.once('exit', resolve))),
  );
  assert.equal(
    codes,
    codes.map(() => 0),
  );
  const winners = readFileSync(join(folder, 'winners'), 'utf8').trim().split('\n').map(Number);
  assert.equal(
    winners.sort((a, b) => a - b),
    Array.from({ length: rounds }, (_, round) => round),
  );
});

test.run();
