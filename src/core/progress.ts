/**
 * Progress with rate and time left. A {@link Progress} is handed to every stage; the terminal shows one live
 * line on a TTY and a plain line every few seconds elsewhere; notebooks give their own sink (src/workbench).
 */

/** One reading of a task, as sinks receive it. */
export interface ProgressReading {
  task: string;
  /** Units done, the restored ones of a resumed task included. */
  done: number;
  /** Units in all; undefined when unknown. */
  total: number | undefined;
  /** Units a second since *this* start; restored units do not count. NaN before the first unit. */
  rate: number;
  /** Seconds left; undefined when total or rate is unknown. */
  etaSeconds: number | undefined;
  /** Seconds since this start. */
  elapsedSeconds: number;
  /** Short free text, for example the current loss. */
  note: string;
  finished: boolean;
}

/** Receives readings, throttled except for the last one of a task. */
export type ProgressSink = (reading: ProgressReading) => void;

/** A running task. */
export interface ProgressTask {
  /** Counts `units` (default 1) more as done; `note` replaces the remark. */
  advance(units?: number, note?: string): void;
  /** Reports the last reading; further calls do nothing. */
  finish(note?: string): void;
}

/** Starts tasks. */
export interface Progress {
  /**
   * @param task what is being done, for example "lexing functions"
   * @param options total units if known; `done` units restored from an earlier start (default 0)
   */
  start(task: string, options?: { total?: number; done?: number }): ProgressTask;
}

/** Settings of {@link createProgress}. */
export interface ProgressOptions {
  sink: ProgressSink;
  /** Least milliseconds between two readings of a task. Default 200. */
  intervalMs?: number;
  /** Clock in milliseconds, for tests. Default `performance.now`. */
  now?: () => number;
}

/** Progress that computes rate and ETA and hands throttled readings to a sink. */
export function createProgress({
  sink,
  intervalMs = 200,
  now = () => performance.now(),
}: ProgressOptions): Progress {
  return {
    start(task, { total, done: restored = 0 } = {}) {
      const started = now();
      let done = restored;
      let note = '';
      let last = -Infinity;
      let finished = false;
      const report = (): void => {
        last = now();
        const elapsedSeconds = (last - started) / 1000;
        const rate = done > restored && elapsedSeconds > 0 ? (done - restored) / elapsedSeconds : NaN;
        const etaSeconds = total !== undefined && rate > 0 ? Math.max(0, total - done) / rate : undefined;
        sink({ task, done, total, rate, etaSeconds, elapsedSeconds, note, finished });
      };
      report();
      return {
        advance(units = 1, remark) {
          if (finished) return;
          done += units;
          if (remark !== undefined) note = remark;
          if (now() - last >= intervalMs) report();
        },
        finish(remark) {
          if (finished) return;
          finished = true;
          if (remark !== undefined) note = remark;
          report();
        },
      };
    },
  };
}

/** Progress nobody looks at. */
export const silentProgress: Progress = createProgress({ sink: () => {}, intervalMs: Infinity });

/** Settings of {@link terminalProgress}. */
export interface TerminalProgressOptions {
  /** Default `process.stderr`. */
  stream?: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** Least milliseconds between plain lines when the stream is no TTY. Default 5000. */
  plainIntervalMs?: number;
}

/** Progress for a terminal: one rewritten line on a TTY, plain lines elsewhere. */
export function terminalProgress(options: TerminalProgressOptions = {}): Progress {
  const { stream = process.stderr, plainIntervalMs = 5000 } = options;
  if (!stream.isTTY)
    return createProgress({
      sink: (reading) => stream.write(`${formatReading(reading)}\n`),
      intervalMs: plainIntervalMs,
    });
  return createProgress({
    sink: (reading) => {
      const line = formatReading(reading).slice(0, (stream.columns ?? 80) - 1);
      stream.write(`\r\x1b[2K${line}${reading.finished ? '\n' : ''}`);
    },
  });
}

/** One line of text: `lexing functions 1200/3000 40% 310/s ETA 6s loss 1.2`. */
export function formatReading(reading: ProgressReading): string {
  const { task, done, total, rate, etaSeconds, elapsedSeconds, note, finished } = reading;
  const count =
    total === undefined ? `${done}` : `${done}/${total} ${total ? Math.floor((100 * done) / total) : 100}%`;
  const speed = Number.isNaN(rate) ? '' : ` ${rate >= 10 ? Math.round(rate) : rate.toFixed(2)}/s`;
  const time = finished
    ? ` in ${formatDuration(elapsedSeconds)}`
    : etaSeconds === undefined
      ? ''
      : ` ETA ${formatDuration(etaSeconds)}`;
  return `${task} ${count}${speed}${time}${note ? ` ${note}` : ''}`;
}

/** `42s`, `3m07s`, `2h05m`. */
export function formatDuration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s}s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
}
