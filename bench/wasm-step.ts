/**
 * The core on WASM: our kernels with one and two threads against onnxruntime-web with as many on the same maths, and beside
 * them the native engine and TensorFlow.js's own WASM backend. One recursion with one latent update (the network twice), for
 * a single window and for a batch. First all must find the same y; then they take turns, one computing while the others wait.
 *
 *   make bench BENCH=wasm-step ARGS='--presets trm-smoke,trm-cpu --length 64 --rows 1,32 --rounds 5'
 *
 * The peer is optional (`make bench-peer`, or TRM_ONNX_WEB and TRM_PEER_PYTHON with `onnx`); without it `ratio` is null.
 * `--relaxed` switches relaxed SIMD on in Node 20, for both sides. The last line is JSON: ratio (the peer's time over ours with
 * equal threads, geometric mean over cases and threads), plainRatio and nativeRatio (their times over ours with most threads),
 * set, cpu, flags, load, cases.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../src/core/paths';
import { PRESET_NAMES, type PresetName } from '../src/trm/config';
import { percentile } from '../src/metrics/percentile';
import type { CoreRequest, CoreWay } from './tools/core-side';
import { cpuFacts } from './tools/cpu';
import { geometricMean } from './tools/duel';
import { peerPython, startLines } from './tools/side';
import { makeMaterial, writeMaterial, type StepCase } from './tools/step-case';

/** Largest difference of y, whose values are about 1: some ten products of float32 in sequence. */
const TOLERANCE = 1e-4;

interface Contender {
  name: string;
  way: CoreWay;
  threads: number;
  ask: <T>(request: CoreRequest) => Promise<T>;
  close: () => void;
}

function start(way: CoreWay, threads: number, relaxed: boolean): Contender {
  const flags = relaxed ? ['--experimental-wasm-relaxed-simd'] : [];
  const args = [...flags, join(__dirname, 'tools', 'core-side.js'), way, String(threads)];
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), TRM_KERNELS: way === 'plain' ? 'off' : 'on' };
  return { name: `${way} ${threads}`, way, threads, ...startLines(process.execPath, args, env) };
}

/** Median seconds of each contender, in the order they are given; who begins a round changes. */
async function takeTurns(all: readonly Contender[], rounds: number, turnSeconds: number): Promise<number[]> {
  const seconds = (contender: Contender, count: number): Promise<number> =>
    contender.ask<{ seconds: number }>({ do: 'steps', count }).then((answer) => answer.seconds);
  const counts: number[] = [];
  for (const contender of all)
    counts.push(Math.max(1, Math.round(turnSeconds / (await seconds(contender, 1)))));
  const times = all.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < all.length; i++) {
      const turn = (i + round) % all.length;
      times[turn].push(await seconds(all[turn], counts[turn]));
    }
  return times.map((each) => percentile(each, 50));
}

/** @throws Error when a contender finds another y */
async function compare(all: readonly Contender[]): Promise<number> {
  const answers: number[][] = [];
  for (const { ask } of all) answers.push((await ask<{ y: number[] }>({ do: 'look' })).y);
  const differences = answers.map((y) =>
    y.reduce((most, value, i) => Math.max(most, Math.abs(value - answers[0][i])), 0),
  );
  const worst = Math.max(...differences);
  if (!(worst < TOLERANCE) || answers.some((y) => y.length !== answers[0].length))
    throw new Error(`y differs: ${all.map(({ name }, i) => `${name} ${differences[i]}`).join(', ')}`);
  return worst;
}

interface Case {
  step: StepCase;
  /** Instruction set of our kernels. */
  set: string | null;
  difference: number;
  milliseconds: Record<string, number>;
}

async function measure(all: readonly Contender[], step: StepCase, options: Settings): Promise<Case> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-wasm-step-'));
  try {
    await writeMaterial(folder, step, makeMaterial(step, 'infer'));
    if (options.python) execFileSync(options.python, [join(projectRoot(), 'bench', 'onnx-core.py'), folder]);
    const sets: (string | null)[] = [];
    for (const { ask } of all)
      sets.push((await ask<{ set: string | null }>({ do: 'open', step, folder })).set);
    const difference = await compare(all);
    const seconds = await takeTurns(all, options.rounds, options.turnSeconds);
    const milliseconds = Object.fromEntries(all.map(({ name }, i) => [name, 1000 * seconds[i]]));
    return { step, set: sets[0], difference, milliseconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Settings {
  rounds: number;
  turnSeconds: number;
  python: string | undefined;
}

/** Time of one contender over another's, geometric mean over the cases; null where one is missing. */
function ratioOf(cases: readonly Case[], pairs: readonly [string, string][]): number | null {
  const ratios = cases.flatMap(({ milliseconds }) =>
    pairs.map(([other, own]) => milliseconds[other] / milliseconds[own]).filter(Number.isFinite),
  );
  return geometricMean(ratios);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      presets: { type: 'string', default: 'trm-smoke,trm-cpu' },
      length: { type: 'string', default: '64' },
      rows: { type: 'string', default: '1,32' },
      rounds: { type: 'string', default: '5' },
      'turn-seconds': { type: 'string', default: '0.3' },
      relaxed: { type: 'boolean', default: false },
    },
  });
  const python = peerPython();
  const settings = { rounds: Number(values.rounds), turnSeconds: Number(values['turn-seconds']), python };
  const ways: [CoreWay, number][] = [
    ['wasm', 1],
    ['wasm', 2],
    ...(python
      ? ([
          ['onnx', 1],
          ['onnx', 2],
        ] as [CoreWay, number][])
      : []),
    ['native', 2],
    ['plain', 1],
  ];
  const all = ways.map(([way, threads]) => start(way, threads, values.relaxed));
  const cases: Case[] = [];
  try {
    for (const preset of values.presets.split(',')) {
      if (!PRESET_NAMES.includes(preset as PresetName)) throw new Error(`no preset "${preset}"`);
      const depth = { recursions: 1, latentUpdates: 1, supervisionSteps: 1 };
      for (const rows of values.rows.split(',').map(Number)) {
        const step = { preset: preset as PresetName, ...depth, length: Number(values.length), rows };
        const found = await measure(all, step, settings);
        const cells = Object.entries(found.milliseconds).map(([name, ms]) => `${name}: ${ms.toFixed(1)} ms`);
        console.log(`${preset.padEnd(9)} ${rows} x ${values.length}  ${cells.join('  ')}`);
        cases.push(found);
      }
    }
  } finally {
    for (const { close } of all) close();
  }
  const byThreads = [1, 2].map((n): [string, string] => [`onnx ${n}`, `wasm ${n}`]);
  const result = {
    bench: 'wasm-step',
    ratio: ratioOf(cases, byThreads),
    plainRatio: ratioOf(cases, [['plain 1', 'wasm 2']]),
    nativeRatio: ratioOf(cases, [['native 2', 'wasm 2']]),
    set: cases[0].set,
    ...cpuFacts(),
    cases: cases.map(({ step: { preset, rows, length }, difference, milliseconds }) => ({
      preset,
      rows,
      length,
      difference,
      milliseconds,
    })),
  };
  console.log(JSON.stringify(result));
}

void main();
