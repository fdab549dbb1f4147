import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { TrmError } from '../../core/errors';
import { projectRoot } from '../../core/paths';

/** What came of one request. */
export type Outcome =
  { kind: 'answers'; answers: unknown[] } | { kind: 'timeout' } | { kind: 'crash'; reason: string };

/** Milliseconds an interpreter may take to start. */
const START_TIMEOUT = 30_000;

/** A script that answers each line of JSON with one, the first of which tells versions, and how Python starts it. */
export interface WorkerScript {
  /** What it is called in messages, for example `the critic`. */
  what: string;
  path: string;
  /** Of the interpreter. */
  flags: readonly string[];
  /** Of the script. */
  args: readonly string[];
}

function criticScript(): WorkerScript {
  const path = join(projectRoot(), 'src', 'python', 'critic', 'critic-worker.py');
  // -I: no user settings; -S: no site packages; -B: no __pycache__.
  return { what: 'the critic', path, flags: ['-I', '-S', '-B'], args: [] };
}

/** One Python process, of the critic where no other script is named: takes one request at a time. */
export class CriticWorker {
  private received = '';
  private errors = '';
  private ended: string | undefined;
  private waiting: ((outcome: { line: string } | { reason: string }) => void) | undefined;
  /** Version the interpreter reported. */
  version = 'unknown';
  /** Version of the tool that the script speaks for; undefined for the critic. */
  tool: string | undefined;

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, Readable>) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.receive(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-2000);
    });
    // Writing to a process that just died; its end is reported below.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.end(error.message));
    child.on('close', (code, signal) => this.end(signal ? `signal ${signal}` : `exit code ${code}`));
  }

  /** False when the process has ended. */
  get running(): boolean {
    return this.ended === undefined;
  }

  /** @throws TrmError when the interpreter does not start */
  static async start(python: string, script = criticScript()): Promise<CriticWorker> {
    const child = spawn(python, [...script.flags, script.path, ...script.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const worker = new CriticWorker(child);
    const hello = await worker.nextLine(START_TIMEOUT);
    if (!('line' in hello)) {
      await worker.stop();
      throw new TrmError(
        `${script.what}: the interpreter ${python} did not start: ${'reason' in hello ? hello.reason : 'no answer'}`,
        'install Python 3.11 or newer, or set TRM_PYTHON',
      );
    }
    ({ python: worker.version, tool: worker.tool } = JSON.parse(hello.line) as {
      python: string;
      tool?: string;
    });
    worker.hold(false);
    return worker;
  }

  /** Sends one request and waits for its answers. After a timeout or crash only `stop` may be called. */
  async ask(request: { task: string; sources: readonly string[] }, timeoutMs: number): Promise<Outcome> {
    this.hold(true);
    const answer = this.nextLine(timeoutMs);
    if (this.ended === undefined) this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const outcome = await answer;
    this.hold(false);
    if ('line' in outcome) return { kind: 'answers', answers: JSON.parse(outcome.line) as unknown[] };
    return 'reason' in outcome ? { kind: 'crash', reason: outcome.reason } : { kind: 'timeout' };
  }

  /** Kills the process and waits for its end. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.ended !== undefined) return;
    const gone = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    this.hold(true);
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Only a request under way keeps the program running: a forgotten `close` must not. */
  private hold(on: boolean): void {
    const parts = [
      this.child,
      ...[this.child.stdin, this.child.stdout, this.child.stderr],
    ] as unknown as Socket[];
    for (const part of parts)
      if (on) part.ref();
      else part.unref();
  }

  private nextLine(timeoutMs: number): Promise<{ line: string } | { reason: string } | { late: true }> {
    return new Promise((resolve) => {
      if (this.ended !== undefined) {
        resolve({ reason: this.ended });
        return;
      }
      const timer = setTimeout(() => {
        this.waiting = undefined;
        resolve({ late: true });
      }, timeoutMs);
      this.waiting = (outcome) => {
        clearTimeout(timer);
        this.waiting = undefined;
        resolve(outcome);
      };
    });
  }

  private receive(text: string): void {
    this.received += text;
    if (!text.includes('\n')) return;
    const line = this.received;
    this.received = '';
    this.waiting?.({ line });
  }

  private end(how: string): void {
    if (this.ended !== undefined) return;
    this.ended = [how, this.errors.trim().split('\n').at(-1)].filter(Boolean).join(', ');
    this.waiting?.({ reason: this.ended });
  }
}
