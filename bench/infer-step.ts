/**
 * Answers of the presets without gradient, shallow (T 1, n 1) and at their own depth, one supervision step and all heads,
 * for a single window and for a batch, against the same maths in PyTorch on as many threads. First both sides must find the
 * same probabilities; then they take turns, one computing while the other waits.
 *
 *   make bench BENCH=infer-step ARGS='--presets trm-cpu --length 64 --rows 1,32 --rounds 7'
 *
 * Last, the same in int16 and in float32, both ours, in turns.
 *
 * The peer needs PyTorch (`make bench-peer`, or TRM_PEER_PYTHON); without it `ratio` is null. The last line is JSON as that
 * of bench/train-step.ts.
 */
import { parseArgs } from 'node:util';
import { PRESET_NAMES, resolveModelConfig, type PresetName } from '../src/trm/config';
import { depthsOf, type StepCase } from './tools/step-case';
import { stepBench, summarise } from './tools/step-bench';

const HEADLINE: PresetName = 'trm-cpu';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      presets: { type: 'string', default: 'trm-smoke,trm-cpu,trm-7m' },
      length: { type: 'string', default: '64' },
      rows: { type: 'string', default: '1,32' },
      rounds: { type: 'string', default: '7' },
      'turn-seconds': { type: 'string', default: '0.3' },
      compile: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const length = Number(values.length);
  const cases = values.presets.split(',').flatMap((name): StepCase[] => {
    resolveModelConfig(name);
    const preset = PRESET_NAMES.find((each) => each === name) as PresetName;
    return depthsOf(preset, 'infer').flatMap((depth) =>
      values.rows.split(',').map((rows) => ({ preset, ...depth, length, rows: Number(rows) })),
    );
  });
  const compiled = cases.findLast(({ preset }) => preset === HEADLINE) ?? null;
  const result = await stepBench({
    kind: 'infer',
    cases,
    rounds: Number(values.rounds),
    turnSeconds: Number(values['turn-seconds']),
    compiled: values.compile ? compiled : null,
  });
  console.log(JSON.stringify(summarise('infer-step', result, HEADLINE)));
}

void main();
