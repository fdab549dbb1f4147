import { TrmError, throwIfAborted } from '../../core/errors';
import { writeJsonAtomic } from '../../core/files';
import type { SweepJournal, TrialResult } from '../../records/sweep';
import type { Job, SearchEngine } from './engine';

/** What came of a job, without what the job says itself. */
export type JobOutcome = Omit<TrialResult, keyof Job>;

/** Trains a trial to a rung. What goes wrong with this one trial is an outcome; what it throws ends the sweep. */
export type JobRunner = (job: Job, results: readonly TrialResult[]) => Promise<JobOutcome>;

/** Settings of {@link runSweep}. */
export interface RunSweepOptions {
  /** The journal as it is on disk. */
  journal: SweepJournal;
  /** Where it is. */
  path: string;
  engine: SearchEngine;
  run: JobRunner;
  /** Aborted: no further job begins. */
  signal?: AbortSignal;
  /** Told before each job. */
  onJob?: (job: Job) => void;
  /** Told after each job, when it stands in the journal. */
  onResult?: (result: TrialResult) => void;
}

/** Failures (not divergences) without any success before them that end a sweep: something else is wrong then. */
const MOST_FAILURES = 3;

/**
 * Runs jobs one after the other (each training uses the whole machine) until the engine has no more. The journal is written, whole, after
 * each job: whatever ends this process loses at most the record of the job under way, which is then done again.
 * @returns the finished journal
 * @throws InterruptedError when aborted
 * @throws TrmError when the first {@link MOST_FAILURES} trainings all fail
 */
export async function runSweep(options: RunSweepOptions): Promise<SweepJournal> {
  const { path, engine, run, signal, onJob, onResult } = options;
  let journal = forgetFailures(options.journal);
  for (;;) {
    throwIfAborted(signal, 'the sweep');
    const job = await engine.next(journal.results);
    if (!job) break;
    onJob?.(job);
    const result: TrialResult = { ...job, ...(await run(job, journal.results)) };
    journal = { ...journal, results: [...journal.results, result] };
    await writeJsonAtomic(path, journal);
    onResult?.(result);
    refuseFailures(journal);
  }
  if (journal.finishedAt === null) {
    journal = { ...journal, finishedAt: new Date().toISOString() };
    await writeJsonAtomic(path, journal);
  }
  return journal;
}

/** A sweep that nothing came of is begun again: what was wrong has perhaps been mended. */
function forgetFailures(journal: SweepJournal): SweepJournal {
  const hopeless = journal.results.length > 0 && journal.results.every(({ state }) => state === 'failed');
  return hopeless ? { ...journal, results: [], finishedAt: null } : journal;
}

function refuseFailures({ results }: SweepJournal): void {
  if (results.length !== MOST_FAILURES || results.some(({ state }) => state !== 'failed')) return;
  throw new TrmError(
    `the first ${MOST_FAILURES} trainings failed, the last one so: ${results[MOST_FAILURES - 1].reason}`,
    'mend the cause, then go on with --resume',
  );
}
