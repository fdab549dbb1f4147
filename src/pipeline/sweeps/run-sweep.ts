import type { Progress } from '../../core/progress';
import type { TrialResult } from '../../records/sweep';
import type { Job } from '../../training/search/engine';
import { runSweep } from '../../training/search/sweep';
import type { Machine } from '../../stages/machine';
import { lockFolder } from '../stages/lock';
import { beginSweep, createEngine, openSweep, type OpenSweepOptions, writeBest } from './sweep';
import { journalPath, type SweepFolder } from './sweep-folder';
import { prepareData, trialRunner } from './sweep-trial';

/** Settings of {@link runSweepFile}. */
export interface RunSweepFileOptions extends OpenSweepOptions {
  signal: AbortSignal;
  /** Makes the data of the trials; each training is a process that has its own. */
  machine: Machine;
  /** Shows how the data of the trials come about. */
  progress: Progress;
  /** Told when the sweep has a folder. */
  onOpen?: (opened: SweepFolder) => void;
  /** Told before each training. */
  onJob?: (job: Job, opened: SweepFolder) => void;
  /** Told after each training. */
  onResult?: (result: TrialResult, opened: SweepFolder) => void;
}

/**
 * Runs a sweep to its end, or goes on with one, and writes `best.yaml`.
 * @throws ConfigError, UserError when the file or the flags are wrong, before anything is written
 * @throws InterruptedError when aborted; `resume` goes on
 */
export async function runSweepFile(options: RunSweepFileOptions): Promise<SweepFolder> {
  const { signal, machine, progress, onOpen, onJob, onResult } = options;
  const opened = await openSweep(options);
  const engine = await createEngine(opened);
  try {
    const unlock = await lockFolder(opened.folder, `sweep ${opened.id}`);
    try {
      const begun = await beginSweep(opened, engine);
      onOpen?.(begun);
      await prepareData({ experiment: begun.sweep.experiment }, { signal, machine, progress });
      const journal = await runSweep({
        journal: begun.journal,
        path: journalPath(begun),
        engine,
        run: trialRunner(begun, { machine, signal }),
        signal,
        onJob: (job) => onJob?.(job, begun),
        onResult: (result) => onResult?.(result, begun),
      });
      const finished = { ...begun, journal };
      await writeBest(finished);
      return finished;
    } finally {
      await unlock();
    }
  } finally {
    await engine.close();
  }
}
