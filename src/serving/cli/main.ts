#!/usr/bin/env node
/** The `trm` command. Everything heavy is imported by the command that needs it, so that `trm --help` is instant. */
import { CommanderError } from 'commander';
import { describeError, exitCodeOf } from '../../core/errors';
import { guardProcessTree, signalTree } from '../../core/processes/process-tree';
import { createProgram } from './program';
import { CommandExit } from './command';
import { READER_GONE, watchOutput, type OutputWatch } from './output';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit code of an interrupted command, whichever signal it was. */
const INTERRUPTED = 130;

/** Commands that start processes which may not outlive them. */
const GUARDED = new Set(['run', 'train', 'sweep', 'data', 'evaluate']);

/** Milliseconds from the first signal to the end of everything: work that has not stopped by then is cut off. */
const LAST_MS = 1600;

/**
 * Runs one command line and returns its exit code: 0 fine, 1 failed or findings, 2 bad input, 130 interrupted, 141 the
 * reader of the output has gone.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  // Output that nobody gets is a reason to stop, as an interrupt is: what was finished is kept.
  const output = watchOutput(() => interrupt.abort());
  const code = await runCommand(argv, interrupt, output);
  const lost = await output.settled();
  if (output.readerGone()) return READER_GONE;
  if (lost === undefined) return code;
  console.error(describeError(lost));
  return code === 0 || code === INTERRUPTED ? exitCodeOf(lost) : code;
}

async function runCommand(
  argv: readonly string[],
  interrupt: AbortController,
  output: OutputWatch,
): Promise<number> {
  const tree = GUARDED.has(argv[0] ?? '') ? guardProcessTree() : undefined;
  let signalled = false;
  const leave = (): never => {
    if (tree !== undefined) signalTree(tree, 'SIGKILL');
    process.exit(INTERRUPTED);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // The second signal does not wait for anybody.
    if (signalled) leave();
    signalled = true;
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
    if (!output.readerGone()) console.error(describeError(error));
    return exitCodeOf(error);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    // Nothing that is left over may keep an interrupted command alive.
    if (signalled) setImmediate(leave);
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
