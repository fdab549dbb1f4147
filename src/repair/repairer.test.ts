import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../core/paths';
import { fixSchema, type Fix } from '../records/finding';
import { RELEASE_FILES } from './model-folder';
import { loadRepairer, type Repairer } from './repairer';
import { writeRandomModel } from './testing';

let folder: string;
let repairer: Repairer;
let buggy: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-repairer-'));
  buggy = await readFile(join(projectRoot(), 'examples/buggy.py'), 'utf8');
  await writeRandomModel(folder, { code: buggy });
  repairer = await loadRepairer(folder);
});
test.after(async () => {
  await repairer.close();
  await rm(folder, { recursive: true, force: true });
});

const CLEAN = `import os


def first(items, fallback=None):
    for item in items:
        return item
    return fallback


def size(path):
    return os.stat(path).st_size if path else 0
`;

/** A random model proposes nonsense; a threshold of 0 makes the verifiers look at all of it. */
function repairAll(source: string): Promise<Fix> {
  return repairer.repair(source, {
    file: 'code.py',
    threshold: 0,
    unsafeFixes: true,
    maxRounds: 2,
    topK: 24,
  });
}

test('the answer is a valid record and the same every time, in whatever order files come', async () => {
  const withoutTimes = ({ timings, ...fix }: Fix): Omit<Fix, 'timings'> => {
    assert.ok(timings.total >= timings.predict);
    return fix;
  };
  const first = withoutTimes(await repairAll(CLEAN));
  fixSchema.parse({ ...first, timings: {} });
  await repairAll(buggy);
  assert.equal(withoutTimes(await repairAll(CLEAN)), first);
});

test('whatever a model proposes, code that parses still does, and says so', async () => {
  const fix = await repairAll(CLEAN);
  const again = await repairer.repair(fix.fixed, { threshold: 1 });
  assert.not.ok(
    again.findings.some(({ tier }) => tier === 'speculative'),
    'the fixed text parses',
  );
  for (const finding of fix.findings) assert.equal(finding.checks.parses && finding.checks.names, true);
  assert.is(fix.diff === '', fix.fixed === CLEAN);
});

test('a file that nothing makes parse stays as it is, and that is said; the best guess is speculative', async () => {
  assert.equal(
    (await repairer.repair(buggy, { threshold: 1 })).findings,
    [],
    'the threshold holds for guesses too',
  );
  const fix = await repairer.repair(buggy, { threshold: 0, maxRounds: 1 });
  assert.is(fix.fixed, buggy);
  assert.is(fix.diff, '');
  assert.match(fix.notes[0].message, /^does not parse with CPython 3\.\d+\.\d+: expected ':'$/);
  const guess = fix.findings.find(({ tier }) => tier === 'speculative') as Fix['findings'][number];
  assert.is(buggy.slice(guess.start.offset, guess.end.offset), guess.before);
});

test('empty files and files of comments have no findings', async () => {
  for (const source of ['', '\n', '# nothing\n', '"""Only a docstring."""\n']) {
    const fix = await repairer.repair(source, { threshold: 1 });
    assert.equal(fix.findings, []);
    assert.is(fix.fixed, source);
  }
});

test('a folder that is no model, and one with a foreign tokenizer, are refused with the way out', async () => {
  const other = await mkdtemp(join(tmpdir(), 'trm-repairer-'));
  try {
    const problem = async (): Promise<string> => {
      try {
        const loaded = await loadRepairer(other);
        await loaded.repair(CLEAN).finally(() => loaded.close());
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(await problem(), 'found no config.json');
    await writeRandomModel(other, { code: 'a = 1\n' });
    const foreign = await readFile(join(folder, RELEASE_FILES.tokenizer));
    await writeFile(join(other, RELEASE_FILES.tokenizer), foreign);
    assert.match(await problem(), /the model was trained with/);
    await writeFile(join(other, RELEASE_FILES.calibration), '{}');
    assert.match(await problem(), /calibration\.json/);
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test.run();
