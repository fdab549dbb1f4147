import { InvalidArgumentError, Option, type Command } from 'commander';
import { describeError, exitCodeOf, InterruptedError, throwIfAborted } from '../../core/errors';
import type { Repairer, RepairOptions } from '../../repair/repairer';
import { INFERENCE_CHOICES, type InferenceChoice } from '../../trm/precision';
import type { RepairedFile } from '../fix-file';

/** Flags that `trm fix` and `trm check` share. */
export interface RepairFlags {
  model?: string;
  threshold?: number;
  maxRounds?: number;
  unsafeFixes?: boolean;
  json?: boolean;
  precision?: InferenceChoice;
}

/** Adds the shared arguments and flags to a command. */
export function addRepairOptions(command: Command): Command {
  return command
    .argument('<file...>', 'Python files; "-" is standard input')
    .option(
      '--model <folder>',
      'release folder, or the name of an experiment; default: TRM_MODEL, else the model of this project',
    )
    .option('--threshold <number>', "least confidence, 0..1; default: the model's calibrated one", parseShare)
    .option('--max-rounds <number>', 'rounds over a file', parseCount)
    .addOption(
      new Option(
        '--precision <precision>',
        "of the model's products; auto: bf16 where the processor has units for it; int16: faster on any processor",
      )
        .choices(INFERENCE_CHOICES)
        .default('float32'),
    )
    .option('--unsafe-fixes', 'take in plausible fixes too, which nobody but the model vouches for')
    .option('--json', 'print JSON');
}

/** Settings for the repairer from the flags. */
export function repairOptions(
  { threshold, maxRounds, unsafeFixes }: RepairFlags,
  signal: AbortSignal,
): RepairOptions {
  return {
    signal,
    ...(threshold !== undefined && { threshold }),
    ...(maxRounds !== undefined && { maxRounds }),
    ...(unsafeFixes !== undefined && { unsafeFixes }),
  };
}

/** Loads the model of the flags, lends the repairer to `work`, and closes it. */
export async function withRepairer<T>(
  { model, precision }: RepairFlags,
  work: (repairer: Repairer) => Promise<T>,
): Promise<T> {
  const { announceModel, chooseModel } = await import('../default-model.js');
  const { loadRepairer } = await import('../../repair/repairer.js');
  const chosen = await chooseModel(model);
  console.error(announceModel(chosen));
  const repairer = await loadRepairer(chosen.facts.folder, { precision });
  try {
    return await work(repairer);
  } finally {
    await repairer.close();
  }
}

/**
 * Repairs files one after the other and hands each to `onFile`. A file that fails, or is no Python, is reported on
 * standard error and the others go on.
 * @throws InterruptedError when the signal of `options` is aborted, whatever is done until then
 * @returns the worst exit code of the failures, 0 without one
 */
export async function repairFiles(
  files: readonly string[],
  repairer: Repairer,
  options: RepairOptions,
  onFile: (file: RepairedFile) => Promise<void>,
): Promise<number> {
  const { repairFile } = await import('../fix-file.js');
  const { requirePythonFile } = await import('../python-files.js');
  let worst = 0;
  for (const name of files) {
    throwIfAborted(options.signal, 'the repair');
    try {
      await requirePythonFile(name);
      await onFile(await repairFile(name, repairer, options));
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      console.error(describeError(error));
      worst = Math.max(worst, exitCodeOf(error));
    }
  }
  return worst;
}

function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number in 0..1.');
  return value;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}
