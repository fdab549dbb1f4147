import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { throwIfAborted, TrmError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { unlessAborted } from '../../core/processes/breathe';
import { CriticWorker, type WorkerScript } from '../../python/critic/critic-worker';
import type { WitnessFinding } from '../../records/witness';
import { findingsOf } from './findings';
import { Places, toolText } from './places';
import type { ToolOptions } from './tools';
import { WitnessError, type Witness, type WitnessInput } from './witness';

const rowSchema = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.number().nullable(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
]);
const answersSchema = z.array(z.array(rowSchema));
type Row = z.infer<typeof rowSchema>;

const SEVERITIES: Readonly<Record<string, 'error' | 'warning' | 'info'>> = {
  HIGH: 'error',
  MEDIUM: 'warning',
};

/** Texts that are sent to the worker at once. */
const BATCH = 64;

/**
 * bandit, which sees weaknesses of security, in a resident process of the interpreter that it is installed for.
 * @throws TrmError when it does not run
 */
export async function openBandit({ program, timeoutMs }: ToolOptions): Promise<Witness> {
  const python = await interpreterOf(program);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bandit-'));
  try {
    const worker = await CriticWorker.start(python, scriptIn(folder));
    return new Bandit(python, folder, timeoutMs, worker);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

class Bandit implements Witness {
  readonly name = 'bandit';
  readonly version: string;
  private worker: CriticWorker | undefined;
  /** The worker takes one batch at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly python: string,
    private readonly folder: string,
    private readonly timeoutMs: number,
    worker: CriticWorker,
  ) {
    this.worker = worker;
    this.version = worker.tool ?? 'unknown';
  }

  async find(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]> {
    throwIfAborted(signal);
    const turn = this.last.then(() => this.ask(files, signal));
    this.last = turn.catch(() => undefined);
    return unlessAborted(turn, signal, 'the check by bandit');
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ask(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]> {
    const found: WitnessFinding[][] = [];
    for (let at = 0; at < files.length; at += BATCH) {
      throwIfAborted(signal);
      const batch = files.slice(at, at + BATCH);
      const rows = await this.scan(batch.map(({ source }) => toolText(source)));
      batch.forEach(({ source }, i) => found.push(findingsOfRows(source, rows[i])));
    }
    return found;
  }

  private async scan(sources: readonly string[]): Promise<Row[][]> {
    try {
      this.worker ??= await CriticWorker.start(this.python, scriptIn(this.folder));
      const limit = this.timeoutMs * (1 + sources.length / 20);
      const outcome = await this.worker.ask({ task: 'scan', sources }, limit);
      if (outcome.kind === 'timeout') throw new Error(`gave no answer within ${limit} ms`);
      if (outcome.kind === 'crash') throw new Error(`ended: ${outcome.reason}`);
      const answers = answersSchema.safeParse(outcome.answers);
      if (!answers.success || answers.data.length !== sources.length)
        throw new Error('answered with what are no findings');
      return answers.data;
    } catch (error) {
      await this.stop();
      throw new WitnessError('bandit', (error as Error).message, { cause: error });
    }
  }

  private async stop(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.stop();
  }
}

function scriptIn(folder: string): WorkerScript {
  const path = join(projectRoot(), 'src', 'repair', 'witnesses', 'bandit-worker.py');
  return { what: 'bandit', path, flags: ['-I', '-B'], args: [folder] };
}

function findingsOfRows(source: string, rows: readonly Row[]): WitnessFinding[] {
  const places = new Places(source, 'bytes');
  return findingsOf(
    'bandit',
    rows.map(([rule, severity, message, cwe, line, column, endLine, endColumn]) => ({
      rule,
      severity: SEVERITIES[severity] ?? 'info',
      message,
      place: places.between({ line: line - 1, column }, { line: endLine - 1, column: endColumn }),
      cwe: cwe === null ? null : `CWE-${cwe}`,
    })),
  );
}

/** The interpreter that a Python program names in its first line. */
async function interpreterOf(program: string): Promise<string> {
  const file = await open(program, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0).finally(() => file.close());
  const head = buffer.toString('utf8', 0, bytesRead);
  // Where the path is long or holds blanks, pip writes a line for the shell that names it.
  const first = (/^#!\/bin\/sh\n'''exec' "?([^"\n]+?)"? "\$0/.exec(head) ??
    /^#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/.exec(head))?.[1];
  if (first !== undefined) return first;
  throw new TrmError(
    `expected ${program} to name its Python interpreter in its first line`,
    'install bandit with pip, or set TRM_BANDIT to one that was',
  );
}
