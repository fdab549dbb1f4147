import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InterruptedError, throwIfAborted } from '../../core/errors';
import { runProcess, SubprocessError, type ProcessResult } from '../../core/processes/subprocess';
import type { WitnessFinding, WitnessName } from '../../records/witness';
import { findingsOf, type Told } from './findings';
import { Places, toolText, type ColumnUnit, type ToolPlace } from './places';
import { WitnessError, type Witness, type WitnessInput } from './witness';

/** A finding as a tool prints it: the number of its input, and its place in the tool's own columns. */
export interface Printed extends Omit<Told, 'place'> {
  input: number;
  start: ToolPlace;
  end?: ToolPlace;
}

/** Runs the tool over the files of a folder and reads what it prints. @throws Error one clause: what it did */
export type Run = (files: readonly string[], tool: RunTool) => Promise<Printed[]>;

/** What a {@link Run} works with. */
export interface RunTool {
  /** Holds the files, and nothing else. */
  folder: string;
  /** Calls the tool. @param okCodes exit codes that are no failure */
  call: (args: readonly string[], okCodes: readonly number[]) => Promise<ProcessResult>;
}

/** Settings of {@link openProcessWitness}. */
export interface ProcessWitnessOptions {
  name: WitnessName;
  version: string;
  program: string;
  unit: ColumnUnit;
  /** Milliseconds of one call, and a twentieth more for each file. */
  timeoutMs: number;
  run: Run;
}

/** Files of one call. */
const BATCH = 200;

/** A witness whose tool is started for each batch, over copies of the texts in a temporary folder of its own. */
export async function openProcessWitness(options: ProcessWitnessOptions): Promise<Witness> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `trm-${options.name}-`)));
  return {
    name: options.name,
    version: options.version,
    async find(files, signal) {
      const found: WitnessFinding[][] = [];
      for (let at = 0; at < files.length; at += BATCH)
        found.push(...(await findBatch(files.slice(at, at + BATCH), options, folder, signal)));
      return found;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function findBatch(
  files: readonly WitnessInput[],
  { name, program, unit, timeoutMs, run }: ProcessWitnessOptions,
  home: string,
  signal: AbortSignal | undefined,
): Promise<WitnessFinding[][]> {
  throwIfAborted(signal);
  const folder = await mkdtemp(join(home, 'batch-'));
  const limit = timeoutMs * (1 + files.length / 20);
  try {
    const names = await writeFiles(folder, files);
    const printed = await run(names, {
      folder,
      call: (args, okCodes) =>
        runProcess(program, args, { cwd: folder, okCodes, timeoutMs: limit, graceMs: 100, signal }),
    });
    return files.map(({ source }, i) => {
      const places = new Places(source, unit);
      const told = printed.filter(({ input }) => input === i);
      return findingsOf(
        name,
        told.map(({ start, end, ...one }) => ({ ...one, place: places.between(start, end) })),
      );
    });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const why =
      error instanceof SubprocessError && error.timedOut ? `gave no answer within ${limit} ms` : undefined;
    throw new WitnessError(name, why ?? `failed: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each in a folder of its own, so that none is the other's neighbour or twin; the names are relative. */
async function writeFiles(folder: string, files: readonly WitnessInput[]): Promise<string[]> {
  const names = files.map((_, i) => join(`input_${i}`, 'text.py'));
  for (const [i, name] of names.entries()) {
    await mkdir(join(folder, dirname(name)));
    await writeFile(join(folder, name), toolText(files[i].source));
  }
  return names;
}

/** Number of the input that a tool's path names; -1 for a file that is none. */
export function inputOf(path: string): number {
  return Number(/(?:^|[\\/])input_(\d+)[\\/]text\.py$/.exec(path)?.[1] ?? -1);
}
