/**
 * Collection speed: functions of the standard library a second, and commits of a history a second.
 *
 *   make bench BENCH=collect [ARGS='--commits 2000']
 *
 * The history is made here: modules of the standard library, and commits that change one operator in one of them.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectConfigSchema } from '../src/collection/config';
import { collect } from '../src/collection/stage';
import { makeRepository, type PlannedCommit } from '../src/collection/testing';
import { silentProgress } from '../src/core/progress';
import { seedStream } from '../src/core/rng';
import { createFolderStore } from '../src/storage/folder-store';
import { localFolders } from '../src/stages/context';
import { Machine } from '../src/stages/machine';

/** Its processes end with this one. */
const machine = new Machine();

interface Speed {
  samples: number;
  /** Files or commits. */
  units: number;
  seconds: number;
  samplesPerSecond: number;
  unitsPerSecond: number;
  /** Processor seconds of this process; the critic's and git's are not among them. */
  cpuSeconds: number;
}

async function measure(target: string, sources: unknown[]): Promise<Speed> {
  const config = collectConfigSchema.parse({ sources });
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const manifest = await collect(config, {
    store: createFolderStore(target),
    signal: new AbortController().signal,
    progress: silentProgress,
    inputs: {},
    machine,
    ...localFolders(`${target}-local`),
    seed: 1,
    rng: seedStream(1, 'collect'),
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const samples = manifest['trm:lineage'].counts.out;
  const [{ units }] = (manifest['trm:metrics'] as { sources: { units: number }[] }).sources;
  return {
    samples,
    units,
    seconds: Number(seconds.toFixed(2)),
    samplesPerSecond: Math.round(samples / seconds),
    unitsPerSecond: Math.round(units / seconds),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
  };
}

/** One commit with all files, then `count` fixes of one operator each. */
async function planHistory(count: number): Promise<PlannedCommit[]> {
  const { stdlib } = await machine.pythonFacts();
  const files = new Map<string, string>();
  for (const name of (await readdir(stdlib)).filter((file) => /^[a-z]\w+\.py$/.test(file)).sort()) {
    const text = await readFile(join(stdlib, name), 'utf8');
    if (/^ {8,}.* \+ 1\b/m.test(text)) files.set(name, text);
  }
  const paths = [...files.keys()];
  const commits: PlannedCommit[] = [{ message: 'Start', files: Object.fromEntries(files) }];
  for (let i = 0; i < count; i++) {
    const path = paths[i % paths.length];
    const text = files.get(path) ?? '';
    const fixed = text.replace(/^( {8,}.* )([+-])(?= 1\b)/m, (_, start: string, sign: string) =>
      start.concat(sign === '+' ? '-' : '+'),
    );
    files.set(path, fixed);
    commits.push({ message: `Fix ${path}, number ${i}`, files: { [path]: fixed } });
  }
  return commits;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { commits: { type: 'string', default: '2000' } } });
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const stdlib = await measure(join(folder, 'a'), [{ kind: 'folder', path: 'python:stdlib' }]);
    console.log('standard library:', stdlib);
    const path = join(folder, 'history');
    await makeRepository(path, await planHistory(Number(values.commits)));
    const history = await measure(join(folder, 'b'), [{ kind: 'git', path }]);
    console.log('git history:', history);
    console.log(JSON.stringify({ bench: 'collect', stdlib, history }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
