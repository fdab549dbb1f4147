import type { Metric } from '../../records/run';

/** Names of everything in a line that tells of the machine and the speed, not of the model. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  'rssMiB',
  'heapMiB',
  'tensors',
  'tensorMiB',
  'cpuShare',
  'loadAverage',
  'etaSeconds',
  'seconds',
  'budgetUsed',
  'samplesSeen',
  'samplesPerSecond',
  'tokensPerSecond',
  'gflops',
  'realTokens',
  'stepSeconds',
  'waitSeconds',
  'evaluationSeconds',
]);

/** Prefix of the validation figures in lines of kind `evaluation`. */
const VALIDATION = 'val_';

/**
 * Numbers of a line of metrics.jsonl by the tag that trackers show: `train/loss`, `validation/joint`, `system/rssMiB`.
 * Numbers that describe the machine are taken from `train` lines only, so that each step has them once.
 */
export function scalarsOf({ step: _, time: __, kind, ...values }: Metric): [tag: string, value: number][] {
  return Object.entries(values).flatMap(([name, value]): [string, number][] => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return [];
    if (SYSTEM_NAMES.has(name)) return (kind ?? 'train') === 'train' ? [[`system/${name}`, value]] : [];
    if (name.startsWith(VALIDATION)) return [[`validation/${name.slice(VALIDATION.length)}`, value]];
    return [[`${typeof kind === 'string' ? kind : 'train'}/${name}`, value]];
  });
}
