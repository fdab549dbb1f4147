#!/usr/bin/env node
/** The `trm` command. Everything heavy is imported by the command that needs it, so that `trm --help` is instant. */
import { CommanderError } from 'commander';
import { describeError, exitCodeOf } from '../../core/errors';
import { createProgram } from './program';
import { CommandExit } from './command';

/** Runs one command line and returns its exit code: 0 fine, 1 failed or findings, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
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
    console.error(describeError(error));
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
