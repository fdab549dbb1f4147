/**
 * Files a second of each witness over files of the installed standard library, all in one call after a first one that
 * starts the process; and the milliseconds to look again at one file of 20 kB after a line was added to it.
 *
 *   node dist/bench/witnesses.js [--files 200] [--edits 20] [--wanted parser,names,ruff,ty,bandit]
 *
 * The last line is JSON: `files`, `megabytes`, and for each witness `filesPerSecond`, `findings`, `startMs`, `editP50Ms`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonPath } from '../src/core/paths';
import { seedStream } from '../src/core/rng';
import { Critic } from '../src/python/critic/critic';
import { pythonFacts } from '../src/python/python-facts';
import { decodeSource } from '../src/python/tokens/codec';
import { WITNESSES, type WitnessName } from '../src/records/witness';
import { DEFAULT_WITNESSES, loadWitnesses } from '../src/repair/witnesses/load';
import type { Witness, WitnessInput } from '../src/repair/witnesses/witness';

/** Library files drawn at random, tests and files broken on purpose left out. */
async function sampleFiles(count: number): Promise<WitnessInput[]> {
  const { stdlib } = await pythonFacts(pythonPath());
  const names = readdirSync(stdlib, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py') && !/site-packages|lib2to3|(^|\/)tests?\//.test(name))
    .sort();
  return seedStream(1, 'bench-witnesses')
    .shuffle(names)
    .slice(0, count)
    .map((path) => ({ path, source: decodeSource(readFileSync(join(stdlib, path))).text }));
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Versions of the file that is nearest to 20 kB, each with another statement at its end. */
function editsOf(files: readonly WitnessInput[], count: number): WitnessInput[] {
  const { path, source } = files.reduce((best, file) =>
    Math.abs(file.source.length - 20_000) < Math.abs(best.source.length - 20_000) ? file : best,
  );
  return Array.from({ length: count }, (_, i) => ({ path, source: `${source}\nedited = missing_${i}\n` }));
}

async function measure(
  witness: Witness,
  files: readonly WitnessInput[],
  edits: readonly WitnessInput[],
): Promise<Record<string, number | string>> {
  const startMs = await milliseconds(() => witness.find([{ path: 'first.py', source: 'import os\n' }]));
  let findings = 0;
  const wallMs = await milliseconds(async () => {
    for (const found of await witness.find(files)) findings += found.length;
  });
  const times: number[] = [];
  for (const edit of edits) times.push(await milliseconds(() => witness.find([edit])));
  return {
    version: witness.version,
    filesPerSecond: Number((files.length / (wallMs / 1000)).toFixed(1)),
    findings,
    startMs: Math.round(startMs),
    editP50Ms: Number(median(times).toFixed(1)),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', default: '200' },
      edits: { type: 'string', default: '20' },
      wanted: { type: 'string', default: DEFAULT_WITNESSES.join(',') },
    },
  });
  const chosen = values.wanted.split(',');
  const wanted = WITNESSES.filter((name) => chosen.includes(name));
  const files = await sampleFiles(Number(values.files));
  const edits = editsOf(files, Number(values.edits));
  const critic = await Critic.start();
  const loaded = await loadWitnesses(critic, { wanted, timeoutMs: 60_000 });
  for (const note of loaded.notes) console.log(note);
  const results: Partial<Record<WitnessName, Record<string, number | string>>> = {};
  for (const witness of loaded.witnesses) {
    const result = await measure(witness, files, edits);
    results[witness.name] = result;
    console.log(
      `${witness.name.padEnd(8)} ${String(result.filesPerSecond).padStart(8)} files/s, ` +
        `${result.findings} findings, start ${result.startMs} ms, an edit ${result.editP50Ms} ms`,
    );
  }
  await loaded.close();
  await critic.close();
  const megabytes = files.reduce((sum, { source }) => sum + Buffer.byteLength(source), 0) / 1e6;
  console.log(
    JSON.stringify({
      bench: 'witnesses',
      files: files.length,
      megabytes: Number(megabytes.toFixed(2)),
      ...results,
    }),
  );
}

void main();
