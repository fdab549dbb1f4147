import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { InterruptedError, TrmError, UserError } from '../../core/errors';
import { findTool } from '../../core/processes/find-tool';
import type { Judge } from '../../python/critic/critic';
import { WITNESSES, type WitnessFinding, type WitnessName } from '../../records/witness';
import { openBandit } from './bandit';
import { openMypy } from './mypy';
import { namesWitness } from './names';
import { parserWitness } from './parser';
import { openPylint } from './pylint';
import { openRuff } from './ruff';
import type { ToolOptions } from './tools';
import { openTy } from './ty';
import type { Witness, WitnessInput } from './witness';

/** Witnesses that are asked where nobody chooses; mypy and pylint take seconds a file and are asked for by name. */
export const DEFAULT_WITNESSES: readonly WitnessName[] = ['parser', 'names', 'ruff', 'ty', 'bandit'];

/** Settings of {@link loadWitnesses}. */
export const witnessOptionsSchema = z.strictObject({
  /** Those wanted. Default {@link DEFAULT_WITNESSES}. */
  wanted: z.array(z.enum(WITNESSES)).default([...DEFAULT_WITNESSES]),
  /** Those switched off, wanted or not. */
  off: z.array(z.enum(WITNESSES)).default([]),
  /**
   * Folder of the user's project: ty sees files below it beside their neighbours, each with the text that it is given.
   * Default: every file stands alone.
   */
  root: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /** Interpreter whose packages type checkers resolve imports from. Default: what each finds itself. */
  python: z.string().min(1).optional(),
  /** Milliseconds for a tool's start and for a batch; each file adds a twentieth. Default 20,000. */
  timeoutMs: z.int().positive().default(20_000),
});
/** A value of {@link witnessOptionsSchema}. */
export type WitnessOptions = z.input<typeof witnessOptionsSchema>;

/** Witnesses that are there. Owns them: close it. */
export interface LoadedWitnesses {
  witnesses: readonly Witness[];
  /** A sentence for each wanted witness that is absent; to be said once. */
  notes: readonly string[];
  close(): Promise<void>;
}

const OPENERS: Readonly<
  Record<Exclude<WitnessName, 'parser' | 'names'>, (options: ToolOptions) => Promise<Witness>>
> = { ruff: openRuff, ty: openTy, bandit: openBandit, mypy: openMypy, pylint: openPylint };

/**
 * Opens the witnesses that are wanted. A tool that is not installed, or does not start, is absent and noted.
 * @param critic CPython, for the parser; stays open
 * @param env where tools are looked for, see `findTool`
 * @throws UserError when the root is no folder, ZodError for settings that do not fit
 */
export async function loadWitnesses(
  critic: Pick<Judge, 'check' | 'pythonVersion'>,
  options: WitnessOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadedWitnesses> {
  const { wanted, off, ...tool } = witnessOptionsSchema.parse(options);
  if (tool.root !== undefined && !statSync(tool.root, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`expected the folder of a project, got ${tool.root}`, 'name one that exists');
  const names = WITNESSES.filter((name) => wanted.includes(name) && !off.includes(name));
  const opened = await Promise.all(names.map((name) => open(name, critic, tool, env)));
  const witnesses = opened.filter((one) => typeof one !== 'string');
  return {
    witnesses,
    notes: opened.filter((one) => typeof one === 'string'),
    close: async () => {
      await Promise.all(witnesses.map((witness) => witness.close()));
    },
  };
}

/** The witness, or why it is absent. */
async function open(
  name: WitnessName,
  critic: Pick<Judge, 'check' | 'pythonVersion'>,
  tool: Omit<ToolOptions, 'program'>,
  env: NodeJS.ProcessEnv,
): Promise<Witness | string> {
  if (name === 'parser') return parserWitness(critic);
  if (name === 'names') return namesWitness();
  const program = findTool(name, env);
  if (program === undefined)
    return `${name} is not installed: what it sees is not reported (pip install ${name}, or switch it off)`;
  try {
    return await OPENERS[name]({ ...tool, program });
  } catch (error) {
    if (error instanceof TrmError && !(error instanceof InterruptedError))
      return `${name} does not work and is left out: ${error.message}`;
    throw error;
  }
}

/** What all witnesses see. */
export interface Testimony {
  /** Of each input, in order; of one input by witness, in the order of `WITNESSES`. */
  findings: WitnessFinding[][];
  /** A sentence for each witness that could not answer. */
  notes: string[];
}

/**
 * Asks all witnesses at once. One that hangs or crashes is noted, and the others go on; nothing is known then of what it
 * would have seen.
 * @throws InterruptedError when the signal is aborted
 */
export async function askWitnesses(
  witnesses: readonly Witness[],
  files: readonly WitnessInput[],
  signal?: AbortSignal,
): Promise<Testimony> {
  const answers = await Promise.allSettled(witnesses.map((witness) => witness.find(files, signal)));
  const findings: WitnessFinding[][] = files.map(() => []);
  const notes: string[] = [];
  for (const answer of answers) {
    if (answer.status === 'fulfilled') answer.value.forEach((found, i) => findings[i].push(...found));
    else if (answer.reason instanceof TrmError && !(answer.reason instanceof InterruptedError))
      notes.push(answer.reason.message);
    else throw answer.reason;
  }
  return { findings, notes };
}
