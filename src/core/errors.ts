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

/** Throws {@link InterruptedError} when `signal` is aborted; call it between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined, task = 'the task'): void {
  if (signal?.aborted)
    throw new InterruptedError(`${task} was interrupted`, 'run the same command again to resume');
}

/** Process exit code for an error: 2 bad input, 130 interrupted, 1 anything else. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return 2;
  if (error instanceof InterruptedError) return 130;
  return 1;
}

/** One readable block for a terminal: message, then the hint; the stack only for errors that are not ours. */
export function describeError(error: unknown): string {
  if (error instanceof TrmError)
    return `${error.name}: ${error.message}${error.hint ? `\n  fix: ${error.hint}` : ''}`;
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

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
