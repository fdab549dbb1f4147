/**
 * Optimizer steps of the presets, shallow (T 1, n 1) and at their own depth, against the same maths in PyTorch on as many
 * threads: forward, backward, clipping, AdamW and moving average. Ours is the trainer itself, so its time includes putting
 * the batch together. First both sides must find the same losses and gradient norms; then they take turns, one computing
 * while the other waits.
 *
 *   make bench BENCH=train-step ARGS='--presets trm-cpu --lengths 32,64,128,256 --batch-tokens 2048 --rounds 5'
 *
 * The peer needs PyTorch (`make bench-peer`, or TRM_PEER_PYTHON); without it `ratio` is null. The last line is JSON: ratio
 * (the peer's time over ours, geometric mean over the presets; each case's is the median of its rounds), blasRatio (of it
 * what TensorFlow's faster matrix product gives), byPreset, ratioBf16 (both in bf16, headline's case;
 * null without units for it), compiled (the same for `torch.compile`), gflops of the core for
 * trm-cpu at its own depth, share and peerShare (of each side's own matrix product of 4096, in peaks), rssMiB and
 * peerRssMiB (largest resident memory at that depth), cases.
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
      // Default: 32, 64, 128 and 256 for trm-cpu, 64 for the others.
      lengths: { type: 'string' },
      'batch-tokens': { type: 'string', default: '2048' },
      rounds: { type: 'string', default: '5' },
      'turn-seconds': { type: 'string', default: '0.5' },
      compile: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const cases = values.presets.split(',').flatMap((name): StepCase[] => {
    resolveModelConfig(name);
    const preset = PRESET_NAMES.find((each) => each === name) as PresetName;
    const lengths = (values.lengths ?? (preset === HEADLINE ? '32,64,128,256' : '64')).split(',').map(Number);
    return depthsOf(preset, 'train').flatMap((depth) =>
      lengths.map((length) => ({
        preset,
        ...depth,
        length,
        rows: Math.floor(Number(values['batch-tokens']) / length),
      })),
    );
  });
  const compiled = cases.findLast(({ preset, length }) => preset === HEADLINE && length === 64) ?? null;
  const result = await stepBench({
    kind: 'train',
    cases,
    rounds: Number(values.rounds),
    turnSeconds: Number(values['turn-seconds']),
    compiled: values.compile ? compiled : null,
  });
  console.log(JSON.stringify(summarise('train-step', result, HEADLINE)));
}

void main();
