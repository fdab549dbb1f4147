import { TrmError } from '../../core/errors';
import { runProcess } from '../../core/processes/subprocess';

/** What every witness that asks a tool is opened with. */
export interface ToolOptions {
  /** Path of the tool. */
  program: string;
  /** Folder of the user's project, absolute; see `ServerWitnessOptions.root`. */
  root?: string;
  /** Milliseconds for a start, and for a batch. */
  timeoutMs: number;
  /** Interpreter or environment whose packages type checkers resolve imports from. Default: what each finds itself. */
  python?: string;
}

/** Milliseconds that a tool may take to say its version. */
const VERSION_TIMEOUT = 30_000;

/**
 * The version that a tool says it has.
 * @throws TrmError when it does not run or says none
 */
export async function toolVersion(name: string, program: string): Promise<string> {
  const said = await runProcess(program, ['--version'], { timeoutMs: VERSION_TIMEOUT, graceMs: 100 }).then(
    ({ stdout }) => stdout,
    (error: Error) => error,
  );
  const version = typeof said === 'string' ? /\d+(\.\d+)+\S*/.exec(said)?.[0] : undefined;
  if (version !== undefined) return version;
  const what = typeof said === 'string' ? `printed ${JSON.stringify(said.slice(0, 80))}` : said.message;
  throw new TrmError(
    `expected ${program} --version to print the version of ${name}: it ${what}`,
    `install ${name} again, or set TRM_${name.toUpperCase()} to one that works`,
  );
}
