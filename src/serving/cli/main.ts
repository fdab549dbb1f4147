#!/usr/bin/env node
/** The `trm` command. Everything heavy is imported by the command that needs it, so that `trm --help` is instant. */
import { CommanderError } from 'commander';
import { describeError, exitCodeOf } from '../../core/errors';
import { createProgram } from './program';
import { CommandExit } from './command';
import { READER_GONE, watchOutput, type OutputWatch } from './output';

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
  return code === 0 || code === 130 ? exitCodeOf(lost) : code;
}

async function runCommand(
  argv: readonly string[],
  interrupt: AbortController,
  output: OutputWatch,
): Promise<number> {
  const onSignal = (): void => {
    // The second signal does not wait for anybody.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
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
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
