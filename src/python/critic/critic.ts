import { z } from 'zod';
import { interrupted, throwIfAborted, TrmError } from '../../core/errors';
import { pythonPath } from '../../core/paths';
import { unlessAborted } from '../../core/processes/breathe';
import { columnInCodeUnits } from '../tokens/positions';
import { CriticWorker } from './critic-worker';

/** Settings of {@link Critic.start}. */
export const criticOptionsSchema = z.strictObject({
  /** Python processes. */
  workers: z.int().min(1).max(256).default(1),
  /** Interpreter; default: `TRM_PYTHON`, the project's venv, or `python3`. Its version decides what is valid. */
  python: z.string().min(1).optional(),
  /** Milliseconds that one source may take before it counts as hanging; a batch may take as long plus 20 ms a source. */
  timeoutMs: z.int().positive().default(10_000),
});
/** A value of {@link criticOptionsSchema}. */
export type CriticOptions = z.input<typeof criticOptionsSchema>;

/** Why CPython refuses a source. */
export interface SourceError {
  /**
   * Python's exception class (`SyntaxError`, `IndentationError`, `TabError`, `ValueError`, `RecursionError`,
   * `MemoryError`), or `Timeout` or `Crash` when the source hangs or kills the interpreter.
   */
  type: string;
  message: string;
  /** 1-based line where the parser stopped; null when unknown. */
  line: number | null;
  /** 0-based UTF-16 column; null when unknown. */
  column: number | null;
}

/**
 * What the critic says of one source: valid, invalid or unknown. Unknown is no fault of the source: it hung, killed its
 * interpreter or went beyond what this one can hold. Whoever only asks for `valid` must not read the rest as broken.
 */
export interface Verdict {
  /** True: it compiles. */
  valid: boolean;
  /** True: nobody knows; `error` says why, and `valid` is false. */
  unknown: boolean;
  /** Null exactly when `valid`. */
  error: SourceError | null;
}

/** Errors that speak of the interpreter's limits, not of the source. */
const LIMITS: ReadonlySet<string> = new Set(['Timeout', 'Crash', 'MemoryError', 'RecursionError']);

/** A digest of a source; null: it does not compile; undefined: unknown, as in {@link Verdict}. */
export type Digest = string | null | undefined;

/** A worker's raw answer to a check. */
type RawVerdict = [type: string, message: string, line: number | null, column: number | null] | null;

type Task = 'check' | 'fingerprint' | 'tree';

/** One batch on its way through the pool. */
interface Batch {
  task: Task;
  sources: readonly string[];
  signal: AbortSignal | undefined;
  resolve: (answers: unknown[]) => void;
  reject: (error: unknown) => void;
}

/** Most sources, and most characters of them, sent to a worker at once. */
const BATCH_SOURCES = 128;
const BATCH_CHARACTERS = 2 ** 20;

/**
 * CPython's own `compile()` as the judge of valid code, in long-lived processes. Sources are compiled, never run.
 * A source that hangs or crashes its interpreter gets a verdict of its own; the process is replaced.
 *
 * @example
 * const critic = await Critic.start({ workers: 2 });
 * const [verdict] = await critic.check(['x = (1\n']);   // { valid: false, error: { type: 'SyntaxError', line: 1, ... } }
 * await critic.close();
 */
export class Critic {
  private readonly queue: Batch[] = [];
  private readonly idle: CriticWorker[];
  private readonly workers: Set<CriticWorker>;
  private closed = false;
  /** Processes that run or are being replaced; at 0, `broken` says why. */
  private alive: number;
  private broken: unknown;

  private constructor(
    private readonly python: string,
    private readonly timeoutMs: number,
    started: readonly CriticWorker[],
  ) {
    this.idle = [...started];
    this.workers = new Set(started);
    this.alive = started.length;
  }

  /**
   * Starts the processes.
   * @throws TrmError when the interpreter cannot be started
   */
  static async start(options: CriticOptions = {}): Promise<Critic> {
    const { workers, python = pythonPath(), timeoutMs } = criticOptionsSchema.parse(options);
    return new Critic(python, timeoutMs, await startWorkers(workers, python));
  }

  /**
   * Starts processes until there are `workers` of them, those that were lost and could not be replaced included.
   * @throws TrmError when the interpreter cannot be started; the processes that run go on
   */
  async grow(workers: number): Promise<void> {
    const missing = workers - this.alive;
    if (missing <= 0) return;
    const started = await startWorkers(missing, this.python);
    if (this.closed) {
      await Promise.all(started.map((worker) => worker.stop()));
      throw closedError();
    }
    for (const worker of started) this.workers.add(worker);
    this.idle.push(...started);
    this.alive += missing;
    this.dispatch();
  }

  /** Version of the interpreter, for example `3.11.7`. */
  get pythonVersion(): string {
    return [...this.workers][0]?.version ?? 'unknown';
  }

  /**
   * Verdicts on sources, in their order. Any number at once; they are batched and spread over the workers.
   * @param signal aborted: nobody waits any longer, and batches that no worker has begun are forgotten
   * @throws InterruptedError when the signal is aborted first
   */
  async check(sources: readonly string[], signal?: AbortSignal): Promise<Verdict[]> {
    const answers = await this.ask('check', sources, signal);
    return answers.map((answer, i) => toVerdict(answer as RawVerdict, sources[i]));
  }

  /**
   * Digests of the sources' bytecode without line numbers: equal digests mean equal behaviour, so that a mutant with
   * its original's digest is no bug.
   */
  async fingerprint(sources: readonly string[]): Promise<Digest[]> {
    return (await this.ask('fingerprint', sources)).map(toDigest);
  }

  /** Digests of the sources' syntax trees without positions. */
  async tree(sources: readonly string[]): Promise<Digest[]> {
    return (await this.ask('tree', sources)).map(toDigest);
  }

  /** Ends the processes. Checks still waiting fail. Safe to call twice. */
  async close(): Promise<void> {
    this.closed = true;
    for (const batch of this.queue.splice(0)) batch.reject(closedError());
    await Promise.all([...this.workers].map((worker) => worker.stop()));
    this.workers.clear();
    this.idle.length = 0;
  }

  private async ask(task: Task, sources: readonly string[], signal?: AbortSignal): Promise<unknown[]> {
    throwIfAborted(signal);
    const answers = Promise.all(splitBatches(sources).map((batch) => this.enqueue(task, batch, signal)));
    return (await unlessAborted(answers, signal)).flat();
  }

  private enqueue(task: Task, sources: readonly string[], signal?: AbortSignal): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.closed || this.alive === 0) {
        reject(this.closed ? closedError() : (this.broken as Error));
        return;
      }
      this.queue.push({ task, sources, signal, resolve, reject });
      this.dispatch();
    });
  }

  /** The next batch that somebody still waits for. */
  private nextBatch(): Batch | undefined {
    let batch = this.queue.shift();
    while (batch?.signal?.aborted) {
      batch.reject(interrupted());
      batch = this.queue.shift();
    }
    return batch;
  }

  private dispatch(): void {
    while (this.idle.length > 0) {
      const batch = this.nextBatch();
      if (!batch) return;
      const worker = this.idle.pop() as CriticWorker;
      this.judge(worker, batch.task, batch.sources)
        .then(({ answers, worker: next }) => {
          this.idle.push(next);
          batch.resolve(answers);
        })
        .catch((error: unknown) => this.fail(batch, this.closed ? closedError() : error))
        .finally(() => this.dispatch());
    }
  }

  /** A process could not be replaced. Without any left, nothing that waits can be judged. */
  private fail(batch: Batch, error: unknown): void {
    batch.reject(error);
    if (--this.alive > 0) return;
    this.broken = error;
    for (const waiting of this.queue.splice(0)) waiting.reject(error);
  }

  /** Asks one worker. When it fails, halves the batch until the source that did it stands alone. */
  private async judge(
    given: CriticWorker,
    task: Task,
    sources: readonly string[],
  ): Promise<{ answers: unknown[]; worker: CriticWorker }> {
    // One that ended while nobody asked it: no source is to blame.
    const worker = given.running ? given : await this.replace(given);
    const outcome = await worker.ask({ task, sources }, this.timeoutMs + 20 * sources.length);
    if (outcome.kind === 'answers') return { answers: outcome.answers, worker };
    let next = await this.replace(worker);
    if (sources.length === 1) return { answers: [failure(outcome, this.timeoutMs)], worker: next };
    const answers: unknown[] = [];
    const half = Math.ceil(sources.length / 2);
    for (const part of [sources.slice(0, half), sources.slice(half)]) {
      const result = await this.judge(next, task, part);
      answers.push(...result.answers);
      next = result.worker;
    }
    return { answers, worker: next };
  }

  private async replace(worker: CriticWorker): Promise<CriticWorker> {
    await worker.stop();
    this.workers.delete(worker);
    if (this.closed) throw closedError();
    const fresh = await CriticWorker.start(this.python);
    this.workers.add(fresh);
    return fresh;
  }
}

/** All of them, or none. */
async function startWorkers(count: number, python: string): Promise<CriticWorker[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => CriticWorker.start(python)));
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map((worker) => worker.stop()));
  throw failed.reason;
}

function closedError(): TrmError {
  return new TrmError('the critic was closed while a check was waiting', 'close it after the last check');
}

function failure(
  outcome: { kind: 'timeout' } | { kind: 'crash'; reason: string },
  timeoutMs: number,
): RawVerdict {
  return outcome.kind === 'timeout'
    ? ['Timeout', `no verdict within ${timeoutMs} ms`, null, null]
    : ['Crash', `the interpreter ended: ${outcome.reason}`, null, null];
}

/** A critic in the hands of those who only ask it: whoever started it closes it. */
export type Judge = Pick<Critic, 'check' | 'fingerprint' | 'tree' | 'pythonVersion'>;

function toVerdict(answer: RawVerdict, source: string): Verdict {
  if (answer === null) return { valid: true, unknown: false, error: null };
  const [type, message, line, column] = answer;
  const units = line === null || column === null ? null : columnInCodeUnits(source, line, column);
  return { valid: false, unknown: LIMITS.has(type), error: { type, message, line, column: units } };
}

/** A worker says false, and a lost worker an error, where no digest could be made. */
function toDigest(answer: unknown): Digest {
  return typeof answer === 'string' || answer === null ? answer : undefined;
}

function splitBatches(sources: readonly string[]): string[][] {
  const batches: string[][] = [];
  let characters = Infinity;
  for (const source of sources) {
    const batch = batches.at(-1);
    if (batch && batch.length < BATCH_SOURCES && characters + source.length <= BATCH_CHARACTERS) {
      batch.push(source);
      characters += source.length;
    } else {
      batches.push([source]);
      characters = source.length;
    }
  }
  return batches;
}
