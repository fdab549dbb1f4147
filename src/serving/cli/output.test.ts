import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { mayMount, withSmallDisk } from '../../storage/testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

/** A test that is left out by name where this machine cannot run it. */
function when(possible: boolean, why: string): (name: string, run: () => Promise<void>) => void {
  return (name, run) => {
    if (possible) test(name, run);
    else test.skip(`${name} (skipped: ${why})`, run);
  };
}
const withFullDevice = when(existsSync('/dev/full'), 'there is no /dev/full');
const onSmallDisk = when(mayMount(), 'no file system can be mounted here');

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-output-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

/** Runs `trm` in a shell line. @returns `<exit codes of the pipe> ` and standard error */
async function shell(line: string): Promise<{ codes: string; stderr: string; stdout: string }> {
  const script = `trm() { ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} "$@"; }
${line}
echo "codes \${PIPESTATUS[*]}"`;
  const { stdout, stderr } = await runProcess('bash', ['-c', script], {
    cwd: folder,
    env: { TRM_RUNS_DIR: join(folder, 'runs'), TRM_WORK_DIR: join(folder, 'work') },
    timeoutMs: 120_000,
  });
  return { codes: /codes (.*)\n$/.exec(stdout)?.[1] ?? '', stdout, stderr };
}

withFullDevice('output that finds no room is said, with an exit code that is not 0', async () => {
  for (const args of [
    'taxonomy',
    'taxonomy --json',
    'taxonomy --markdown',
    'runs list',
    '--help',
    '--version',
  ]) {
    const { codes, stderr } = await shell(`trm ${args} > /dev/full`);
    assert.is(codes, '2', `${args}: ${stderr}`);
    assert.match(
      stderr,
      /^DataError: cannot write the output: the disk is full \(ENOSPC\)\n {2}fix: /m,
      args,
    );
    assert.not.match(stderr, /\n\s+at /, args);
  }
});

onSmallDisk('a disk that takes only the first part of the output is noticed', async () => {
  await withSmallDisk(64, async (disk) => {
    const { codes, stderr } = await shell(`trm taxonomy --json > ${disk}/out.json`);
    assert.ok((await stat(join(disk, 'out.json'))).size > 0, 'a part was written');
    assert.is(codes, '2', stderr);
    assert.match(stderr, /the disk is full/);
  });
});

test('a reader that goes away ends the command quietly, as SIGPIPE would', async () => {
  for (const args of ['taxonomy --json', 'taxonomy --markdown', 'taxonomy', 'runs list', '--help']) {
    // The reader has gone before the first word.
    const { codes, stderr } = await shell(`{ sleep 1; trm ${args}; } | true`);
    assert.is(codes, '141 0', `${args}: ${stderr}`);
    assert.is(stderr, '', args);
  }
  const head = await shell('trm taxonomy --json | head -1');
  assert.match(head.codes, /^(0|141) 0$/, 'a short output may be gone before the reader is');
  assert.is(head.stderr, '');
});

test('an empty value for an argument or option of any command is refused before anything is done', async () => {
  for (const args of [
    'data generate --from "" --out out',
    'data generate --from . --out ""',
    'data generate --from . --out out --config ""',
    'data generate --from . --out out --allow-list ""',
    'data generate --from . --out out --count ""',
    'data generate --from . --out out --seed ""',
    'data verify ""',
    'data benchmark ""',
    'data benchmark synthetic-9 --out ""',
    'data benchmark synthetic-9 --workers ""',
    'fix "" --model x',
    'fix code.py --model ""',
    'check code.py ""',
    'run ""',
    'run tiny --set ""',
    'train ""',
    'train tiny --resume ""',
    'sweep ""',
    'sweep --resume ""',
    'sweep show ""',
    'evaluate "" ',
    'evaluate latest --out ""',
    'evaluate latest --against ""',
    'runs show ""',
    'runs list ""',
    'runs diff a ""',
    'taxonomy ""',
  ]) {
    const { codes, stderr } = await shell(`trm ${args}`);
    assert.is(codes, '2', `${args}: ${stderr}`);
    assert.match(stderr, /^error: (option|argument) '[^']+' is empty, expected a value$/m, args);
    assert.equal(
      (await readdir(folder)).filter((name) => name !== 'disk'),
      [],
      args,
    );
  }
});

test.run();
