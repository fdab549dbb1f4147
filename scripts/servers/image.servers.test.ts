/** The image of Dockerfile.gpu builds, and the command runs in it (on the CPU). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../src/core/paths';
import { runProcess } from '../../src/core/processes/subprocess';
import { testWith } from './needs';

const IMAGE = 'trm-code-repair:test-servers';

async function whyNoDocker(): Promise<string | undefined> {
  try {
    await runProcess('docker', ['info'], { timeoutMs: 30_000 });
    return undefined;
  } catch {
    return 'no Docker daemon answers';
  }
}

async function buildAndRun(): Promise<void> {
  const cwd = projectRoot();
  await runProcess('docker', ['build', '-f', 'Dockerfile.gpu', '-t', IMAGE, '.'], {
    cwd,
    timeoutMs: 1_700_000,
  });
  try {
    const run = ['run', '--rm', '--network', 'none', IMAGE, 'bin/trm', 'taxonomy', 'syntax'];
    const { stdout } = await runProcess('docker', run, { timeoutMs: 120_000 });
    assert.match(stdout, /missing-colon/);
    const who = await runProcess('docker', ['run', '--rm', IMAGE, 'id', '-u'], { timeoutMs: 60_000 });
    assert.is(who.stdout.trim(), '10001', 'not root');
  } finally {
    await runProcess('docker', ['image', 'rm', '--force', IMAGE], { okCodes: [0, 1] });
  }
}

void whyNoDocker().then((missing) => {
  testWith(test, 'the image builds, the command runs in it, not as root', missing, buildAndRun);
  test.run();
});
