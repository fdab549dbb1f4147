/**
 * What the commands share. A command file imports only this and `core/errors` at the top; everything heavy comes through `import()`
 * in its action (with `.js`: in CommonJS output that is the one form of import that Node resolves itself).
 */
import type { Command } from 'commander';
import { UserError } from '../../core/errors';

/** What every command is given by `main`. */
export interface CommandContext {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; about a second and a half later the process ends. */
  signal: AbortSignal;
}

/** Adds one command (with its subcommands) to the program. */
export type Register = (program: Command, context: CommandContext) => void;

/** Ends a command with an exit code and no message: the command has said what there is to say. */
export class CommandExit extends Error {
  override name = 'CommandExit';
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/** Collects a repeatable option: `--set a=1 --set b=2` -> ['a=1', 'b=2']. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** Collects a repeatable option with lists: `--select a,b --select c` -> ['a', 'b', 'c']. */
export function collectList(value: string, previous: readonly string[] = []): string[] {
  return [
    ...previous,
    ...value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ];
}

/** Help text that several commands share. */
export const SET_HELP = 'override a config value, repeatable, for example --set train.maxSteps=200';

/**
 * A flag's whole number; null when it was not given.
 * @param least smallest number allowed. Default 1
 * @throws UserError naming the flag
 */
export function wholeNumber(text: string | undefined, flag: string, least = 1): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(`${flag}: expected a whole number of ${least} or more, got "${text}"`);
}

/** Prints a value as indented JSON on standard output. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** Pads cells to columns: one line a row, two spaces between, no trailing blanks. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
