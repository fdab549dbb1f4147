import { editDistance } from './text/edit-distance';
import { systemFailure } from './errno';
import { printable } from './text/printable';

/**
 * Typed errors of the whole project. Each says what was expected, what came, and how to fix it.
 * The command line turns them into exit codes: 2 for {@link UserError} and its children (bad input), 130 for
 * {@link InterruptedError}, 1 for everything else.
 */

/** Any error this project throws on purpose. */
export class TrmError extends Error {
  override name = 'TrmError';
  /**
   * @param message what was expected and what came, one sentence
   * @param hint how to fix it, one sentence; printed on its own line
   */
  constructor(
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The input is wrong and the user can mend it: a flag, a path, a file's content. Exit code 2. */
export class UserError extends TrmError {
  override name = 'UserError';
}

/** A configuration file or `--set` value does not fit its schema. Exit code 2. */
export class ConfigError extends UserError {
  override name = 'ConfigError';
}

/** An artefact (shard, manifest, checkpoint, tokenizer) is missing, damaged or of a foreign version. Exit code 2. */
export class DataError extends UserError {
  override name = 'DataError';
}

/** The TensorFlow engine is missing or refuses to do what was asked. Exit code 1. */
export class EngineError extends TrmError {
  override name = 'EngineError';
}

/** Work was stopped by the user (SIGINT, SIGTERM, SIGHUP, `AbortSignal`); what was finished is kept. Exit code 130. */
export class InterruptedError extends TrmError {
  override name = 'InterruptedError';
}

/** The error that says that `task` was stopped. */
export function interrupted(task = 'the task'): InterruptedError {
  return new InterruptedError(`${task} was interrupted`, 'run the same command again to resume');
}

/** Throws {@link InterruptedError} when `signal` is aborted; call it between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined, task?: string): void {
  if (signal?.aborted) throw interrupted(task);
}

/**
 * The typed error for a system call that failed: a {@link UserError} where another path or other permissions mend it, a
 * {@link DataError} where the disk is full, a {@link TrmError} where neither the input nor the disk is at fault. Every
 * other error comes back unchanged. Code that knows what was tried calls it; {@link describeError} and
 * {@link exitCodeOf} call it for what nobody else caught, so that no raw `fs` error reaches a person.
 * @param tried what was tried, as in `cannot <tried> <path>`; default: what the system call does
 * @param path default: the path that the error names
 */
export function fromSystemError(error: unknown, tried?: string, path?: string): unknown {
  const failure = systemFailure(error, tried, path);
  if (failure === undefined) return error;
  const { message, hint, kind } = failure;
  const Kind = kind === 'input' ? UserError : kind === 'room' ? DataError : TrmError;
  return new Kind(message, hint, { cause: error });
}

/** Process exit code for an error: 2 bad input, 130 interrupted, 1 anything else. */
export function exitCodeOf(thrown: unknown): number {
  const error = fromSystemError(thrown);
  if (error instanceof UserError) return 2;
  if (error instanceof InterruptedError) return 130;
  return 1;
}

/** One readable block for a terminal: message, then the hint; the stack only for errors that are not ours. */
export function describeError(thrown: unknown): string {
  const error = fromSystemError(thrown);
  if (error instanceof TrmError)
    return printable(`${error.name}: ${error.message}${error.hint ? `\n  fix: ${error.hint}` : ''}`, '\n\t');
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return `non-error thrown: ${String(error)}`;
}

/**
 * Levenshtein-nearest of `candidates` to `word`, or undefined when none is within a third of its length (at
 * least 2 edits). Used to say "did you mean ...".
 */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}
