/** A filesystem that is really full: nothing that was there is lost, and the command says what is wrong. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileAtomic } from '../../src/core/files';
import { demoProjectFolder } from '../../src/collection/demo-history';
import { projectRoot } from '../../src/core/paths';
import { runProcess } from '../../src/core/processes/subprocess';
import { rejection } from '../../src/storage/testing';
import { testWith } from './needs';

/** Mounts a filesystem of so many KiB, runs `use` in it and unmounts it. */
async function withFilesystem(kib: number, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trm-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder]);
    try {
      await use(folder);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Takes all the space that is left. */
function fill(folder: string): void {
  const path = join(folder, 'filler');
  for (let size = 2 ** 20; size >= 512; size /= 2)
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
}

function whyNoMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'trm-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'may not mount a filesystem (needs root)';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const NO_MOUNT = whyNoMount();

testWith(
  test,
  'a file that does not fit any more keeps its old content, and no half of the new',
  NO_MOUNT,
  () =>
    withFilesystem(256, async (folder) => {
      const path = join(folder, 'kept.json');
      writeFileSync(path, 'old');
      fill(folder);
      const error = await rejection(() => writeFileAtomic(path, 'x'.repeat(100_000)));
      assert.match(error.message, /space|ENOSPC/);
      assert.is(readFileSync(path, 'utf8'), 'old');
      assert.equal(readdirSync(folder).sort(), ['filler', 'kept.json']);
    }),
);

testWith(
  test,
  'a dataset that does not fit is refused in words; with space the same command finishes',
  NO_MOUNT,
  () =>
    withFilesystem(512, async (folder) => {
      const [source, out] = [join(tmpdir(), `trm-full-source-${process.pid}`), join(folder, 'out')];
      mkdirSync(source);
      try {
        cpSync(join(demoProjectFolder(), 'files'), source, { recursive: true });
        writeFileSync(join(source, 'LICENSE'), readFileSync(join(projectRoot(), 'LICENSE')));
        fill(folder);
        rmSync(join(folder, 'filler'));
        writeFileSync(join(folder, 'filler'), Buffer.alloc(480 * 1024));
        const args = ['data', 'generate', '--from', source, '--out', out, '--mutants', '3', '--seed', '1'];
        const generate = (): ReturnType<typeof runProcess> =>
          runProcess(join(projectRoot(), 'bin', 'trm'), args, { okCodes: [0, 1, 2], timeoutMs: 600_000 });
        const refused = await generate();
        assert.ok(refused.exitCode > 0, refused.stdout);
        assert.match(refused.stderr, /space|ENOSPC/);
        assert.not.match(refused.stderr, /^\s+at /m, 'no stack');
        assert.not.ok(existsSync(join(out, 'manifest.json')), 'no manifest of half a dataset');

        execFileSync('mount', ['-o', 'remount,size=65536k', folder]);
        const { exitCode, stderr } = await generate();
        assert.is(exitCode, 0, stderr);
        assert.ok(statSync(join(out, 'manifest.json')).size > 0);
      } finally {
        rmSync(source, { recursive: true });
      }
    }),
);

test.run();
