import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answerFixes } from '../../evaluation/real-files/answers';
import { VIEWS } from '../../evaluation/real-files/fix-kinds';
import { fixRow } from '../../evaluation/real-files/fix-rows';
import { REAL_REPORT_VERSION, type RealReport } from '../../evaluation/real-files/real-report';
import { summarise } from '../../evaluation/real-files/summarise';
import { fakePrediction, LETTERS, questionsAbout, ringFix } from '../../evaluation/real-files/testing';
import { writeRealFiles } from '../../evaluation/real-files/write-real-files';
import { createFolderStore } from '../../storage/folder-store';
import { readRealFixes, realRows } from './real-fixes';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-real-fixes-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

async function measured(split: 'reserved' | 'dev'): Promise<Parameters<typeof writeRealFiles>[2]> {
  const edit = { text: 'width', write: ['size'], probability: 0.5 };
  const answers = await answerFixes([questionsAbout(ringFix())], VIEWS, LETTERS, (windows) =>
    Promise.resolve(windows.map((window) => fakePrediction(window, 0.1, [edit]))),
  );
  const set = { split, idsHash: 'x', fixes: 1, repositories: 1, rejected: {} };
  const model = { name: 'model', parameters: 1, steps: 1, groups: summarise(answers), syntax: null };
  const report: RealReport = { version: REAL_REPORT_VERSION, set, baseline: null, models: [model] };
  return { report, predictions: answers.map((answer) => fixRow('model', answer)) };
}

test('a run has the figures of its stage, else those of the command, else none', async () => {
  const stage = createFolderStore(join(folder, 'stage'));
  const work = process.env.TRM_WORK_DIR;
  process.env.TRM_WORK_DIR = folder;
  try {
    assert.is(await readRealFixes(stage, '/runs/one'), null);
    const command = createFolderStore(join(folder, 'evaluations', 'one', 'real-files-dev'));
    await writeRealFiles(command, '', await measured('dev'));
    assert.is(await readRealFixes(stage, ''), null);
    assert.is((await readRealFixes(stage, '/runs/one'))?.report.set.split, 'dev');
    await writeRealFiles(stage, 'benchmarks/real-files', await measured('reserved'));
    const found = await readRealFixes(stage, '/runs/one');
    assert.is(found?.report.set.split, 'reserved');
    assert.equal(
      await found?.ask(`SELECT exact_rank AS rank, proposed FROM shards WHERE view = 'function'`),
      [{ rank: 1, proposed: 'width => size' }],
    );
  } finally {
    if (work === undefined) delete process.env.TRM_WORK_DIR;
    else process.env.TRM_WORK_DIR = work;
  }
});

test('rows of a table: each measure with what an engineer could do', async () => {
  const { report } = await measured('dev');
  const rows = realRows(report.models[0].groups[0], 'one-token');
  assert.is(rows.length, 12);
  assert.equal(
    rows.flatMap(({ measure, share, ceiling }) =>
      /^told the line: exactly/.test(measure) ? [[share, ceiling]] : [],
    ),
    [['100.0 %', '65 % (a reading of 120 fixes, n 26)']],
  );
});

test.run();
