/** Runs small stage notebooks through papermill and the real kernel: failure, resume, skip, interrupt, secrets. */
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, InterruptedError, type UserError } from '../../core/errors';
import { listRuns, runState } from '../../core/run-folder';
import { emptyManifest } from '../../records/testing';
import { STAGES, type StageName } from '../../records/run';
import { lockFolder } from '../stages/lock';
import { modelLink } from './models';
import { NotebookError } from '../notebooks/papermill';
import { runExperiment, type RunEvent, type RunOptions } from './run';
import { readRunRecord } from './run-record';
import { stageNotebook } from '../stages/stage-inputs';
import { testMachine } from '../../stages/testing';

const SECRET = 'planted-secret-value-8431';
const TOKEN = `ghp_${'A1b2'.repeat(9)}`;

let root: string;
let notebooks: string;
let experiment: string;
let switchFile: string;

/** What each stage's notebook does; `store`, `signal` and `manifest` are at hand. */
const bodies: Record<StageName, () => string> = {
  collect: () => `console.log('printed', process.env.PLANTED_TOKEN, ${JSON.stringify(TOKEN)});`,
  generate: () =>
    `const { existsSync } = require('node:fs');\nif (!existsSync(${JSON.stringify(switchFile)}))\n  throw new TypeError('no switch ' + process.env.PLANTED_TOKEN);`,
  process: () => `await context.store.put('seen.txt', Object.keys(context.inputs).join());`,
  // Counts its starts, works until it is interrupted the first time, then ends at once.
  train: () => `
const starts = (await context.store.exists('starts.txt')) ? 2 : 1;
await context.store.put('starts.txt', String(starts));
await context.store.put('metrics.jsonl', '{"step":' + starts + ',"time":0}\\n');
const task = context.progress.start('waiting');
task.advance();
while (starts === 1 && !context.signal.aborted) await new Promise((wake) => setTimeout(wake, 50));
if (context.signal.aborted) throw context.signal.reason;`,
  evaluate: () => `await context.store.put('predictions.parquet', 'rows');`,
  release: () => `await context.store.put('config.json', '{}');`,
};

function notebookText(stage: StageName): string {
  const code = (source: string, tags: string[] = []): unknown => ({
    cell_type: 'code',
    id: `c${Math.random().toString(36).slice(2, 10)}`,
    execution_count: null,
    metadata: { tags },
    outputs: [],
    source,
  });
  const cells = [
    { cell_type: 'markdown', id: 'title', metadata: {}, source: `# ${stage}?` },
    code(`let experiment: string = ''; // file\nlet run: string = ''; // folder`, ['parameters']),
    code(
      `import { openStage } from 'trm-code-repair';\nconst stage = await openStage('${stage}', { experiment, run });`,
    ),
    code(
      `const made = await stage.run(async (_config, context) => {\n${bodies[stage]()}\nconst manifest = ${JSON.stringify(emptyManifest(stage))} as never;\nawait context.store.put('manifest.json', JSON.stringify(manifest));\nreturn manifest;\n});`,
    ),
    code(`console.log('finished', made.name);`),
  ];
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells });
}

test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-run-'));
  notebooks = join(root, 'notebooks');
  experiment = join(root, 'small.yaml');
  switchFile = join(root, 'switch');
  process.env.TRM_WORK_DIR = join(root, 'data');
  process.env.TRM_RUNS_DIR = join(root, 'runs');
  process.env.PLANTED_TOKEN = SECRET;
  await mkdir(notebooks);
  for (const stage of STAGES) await writeFile(join(notebooks, stageNotebook(stage)), notebookText(stage));
  await writeFile(experiment, 'seed: 7\n');
});
test.after(() => rm(root, { recursive: true, force: true }));

const run = (options: Partial<RunOptions> = {}): ReturnType<typeof runExperiment> =>
  runExperiment(experiment, { machine: testMachine, notebooks, ...options });

const states = async (folder: string): Promise<string> =>
  (await readRunRecord(folder)).stages.map(({ state }) => state).join(' ');

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.unreachable('expected an error'),
    (error: unknown) => error,
  );
}

test('the first failing cell stops the run, is named, and no secret is left anywhere in the run', async () => {
  const events: RunEvent[] = [];
  const error = await failure(run({ onEvent: (event) => events.push(event) }));
  assert.instance(error, NotebookError);
  const { message } = error as NotebookError;
  assert.match(
    message,
    /02-generate\.ipynb, cell 4 \(In \[4\]\), line 4\n    throw new TypeError\('no switch/,
  );
  assert.match(message, /TypeError: no switch \[redacted PLANTED_TOKEN\]/);

  const [folder] = await listRuns(join(root, 'runs'));
  assert.is(runState(folder), 'failed');
  assert.is(readFileSync(join(folder, 'FAILED'), 'utf8').trim(), message);
  assert.is(await states(folder), 'done failed waiting waiting waiting waiting');
  const cells = events.filter((event) => event.kind === 'cell' && event.stage === 'collect');
  assert.equal(
    cells.map((event) => event.kind === 'cell' && [event.cell, event.cells]),
    [2, 3, 4, 5].map((cell) => [cell, 5]),
  );
  assert.ok(events.some((event) => event.kind === 'output' && event.line === 'finished collect'));
  for (const name of ['01-collect.ipynb', '01-collect.html', '02-generate.ipynb', '02-generate.html'])
    assert.match(readFileSync(join(folder, name), 'utf8'), /redacted PLANTED_TOKEN/, name);
  await assertNoSecret(root, [notebooks]);
  for (const event of events) assert.not.match(JSON.stringify(event), SECRET);
});

async function assertNoSecret(folder: string, except: readonly string[]): Promise<void> {
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || except.some((other) => path.startsWith(other))) continue;
    files++;
    const text = await readFile(path, 'latin1');
    assert.not.ok(text.includes(SECRET), `${path} holds the planted secret`);
    assert.not.ok(text.includes(TOKEN) && !path.includes('identity'), `${path} holds the planted token`);
  }
  assert.ok(files > 8, `looked at ${files} files only`);
}

test('the same command resumes at the failed stage; an interrupt keeps what is there', async () => {
  writeFileSync(switchFile, '');
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const error = await failure(
    run({
      signal: stop.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'progress' && event.stage === 'train') stop.abort();
      },
    }),
  );
  assert.instance(error, InterruptedError);
  const folders = await listRuns(join(root, 'runs'));
  assert.is(folders.length, 1, 'the failed run goes on in its own folder');
  assert.equal(events[0], {
    kind: 'run',
    id: folders[0].split('/').at(-1),
    folder: folders[0],
    resumed: true,
  });
  assert.is(await states(folders[0]), 'skipped done done waiting waiting waiting');
  assert.is(runState(folders[0]), 'unfinished');
  assert.is(readFileSync(join(folders[0], 'stages/process/output/seen.txt'), 'utf8'), 'collect,generate');
});

test('an interrupted stage goes on in its folder, and the finished run holds everything', async () => {
  const { folder, record } = await run();
  assert.is((await listRuns(join(root, 'runs'))).length, 1);
  assert.is(await states(folder), 'skipped skipped skipped done done done');
  assert.is(runState(folder), 'done');
  assert.ok(record.finishedAt);
  assert.is(readFileSync(join(folder, 'stages/train/output/starts.txt'), 'utf8'), '2');
  assert.is(readFileSync(join(folder, 'metrics.jsonl'), 'utf8'), '{"step":2,"time":0}\n');
  assert.not.ok(lstatSync(join(folder, 'metrics.jsonl')).isSymbolicLink());
  const expected = STAGES.flatMap((stage) => [
    stageNotebook(stage),
    stageNotebook(stage).replace('ipynb', 'html'),
  ]);
  const more = ['DONE', 'config.yaml', 'environment.json', 'predictions.parquet', 'run.json'];
  for (const name of [...expected, ...more]) assert.ok(existsSync(join(folder, name)), name);
  assert.ok(existsSync(join(modelLink('small'), 'config.json')));
  const environment = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8')) as { node: string };
  assert.is(environment.node, process.version);
});

test('a done run is not resumed: the next one skips every stage and still shows all notebooks', async () => {
  const { folder } = await run();
  assert.is((await listRuns(join(root, 'runs'))).length, 2);
  assert.is(await states(folder), STAGES.map(() => 'skipped').join(' '));
  assert.match(readFileSync(join(folder, '06-release.ipynb'), 'utf8'), /finished release/);
});

test('a page that cannot be made ends the run; the next start makes it without executing anything', async () => {
  const { folder } = await run();
  const [page, notebook] = ['html', 'ipynb'].map((end) => join(folder, `stages/process/notebook.${end}`));
  const whole = await readFile(notebook, 'utf8');
  await rm(page);
  await writeFile(notebook, '{');
  const error = await failure(run());
  assert.instance(error, NotebookError);
  assert.match((error as Error).message, /^03-process\.ipynb: /);
  const [failed] = await listRuns(join(root, 'runs'));
  assert.is(runState(failed), 'failed');
  assert.match(await states(failed), /^skipped skipped failed /);

  await writeFile(notebook, whole);
  const mended = await run();
  assert.is(mended.folder, failed);
  assert.is(await states(failed), STAGES.map(() => 'skipped').join(' '));
  for (const file of [page, join(failed, '03-process.html')])
    assert.match(await readFile(file, 'utf8'), /<html/);
});

test('a stage in other hands and a wrong config are refused before anything is written', async () => {
  const before = (await listRuns(join(root, 'runs'))).length;
  const unknown = await failure(run({ set: ['sede=1'] }));
  assert.instance(unknown, ConfigError);
  assert.match((unknown as Error).message, /unknown key "sede", did you mean "seed"\?/);
  const secret = await failure(run({ set: [`description=${SECRET}`] }));
  assert.match((secret as Error).message, /holds a secret/);
  assert.is((await listRuns(join(root, 'runs'))).length, before);

  const [newest] = await listRuns(join(root, 'runs'));
  const unlock = await lockFolder(join(newest, 'stages/collect'), 'test');
  const busy = await failure(run({ force: true }));
  await unlock();
  assert.match((busy as UserError).message, /being worked on by process/);
});

test.run();
