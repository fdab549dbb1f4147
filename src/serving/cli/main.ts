#!/usr/bin/env node
/** The `trm` command. Everything heavy is imported by the command that needs it, so that `trm --help` is instant. */
import { CommanderError } from 'commander';
import { describeError, exitCodeOf } from '../../core/errors';
import { guardProcessTree, signalTree } from '../../core/process-tree';
import { createProgram } from './program';
import { CommandExit } from './command';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit code of an interrupted command, whichever signal it was. */
const INTERRUPTED = 130;

/** Commands that start processes which may not outlive them. */
const GUARDED = new Set(['run', 'train', 'sweep', 'data', 'evaluate']);

/** Milliseconds from the first signal to the end of everything: work that has not stopped by then is cut off. */
const LAST_MS = 1600;

/** Runs one command line and returns its exit code: 0 fine, 1 failed or findings, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const tree = GUARDED.has(argv[0] ?? '') ? guardProcessTree() : undefined;
  const leave = (): never => {
    if (tree !== undefined) signalTree(tree, 'SIGKILL');
    process.exit(INTERRUPTED);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // The second signal does not wait for anybody.
    if (interrupt.signal.aborted) leave();
    // The terminal is gone: what is written to it fails.
    if (signal === 'SIGHUP')
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
    interrupt.abort();
    // Whole states only are on disk, so that being cut off costs what was done since the last one.
    setTimeout(leave, LAST_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await createProgram({ signal: interrupt.signal }).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommandExit) return error.exitCode;
    // Commander has printed its message; help and version end with 0, everything else is bad usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(describeError(error));
    return exitCodeOf(error);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    // Nothing that is left over may keep an interrupted command alive.
    if (interrupt.signal.aborted) setImmediate(leave);
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
