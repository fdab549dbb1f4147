import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigError, TrmError } from '../../core/errors';
import { projectRoot, pythonPath } from '../../core/paths';

/** A running Python process that answers one JSON line for each. Owns the process: call `close`. */
export class OptunaBridge {
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly python: string,
  ) {
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (text: Buffer) => (this.errors = (this.errors + text.toString()).slice(-2000)));
    // A pipe that broke shows as the end of the answers.
    child.stdin.on('error', () => undefined);
  }

  /**
   * Starts the process.
   * @param python interpreter that has Optuna. Default: the project's (`TRM_PYTHON`)
   * @throws ConfigError when Optuna is not installed there
   */
  static async start(python = pythonPath()): Promise<OptunaBridge> {
    const script = join(projectRoot(), 'src', 'training', 'search', 'optuna-bridge.py');
    // A group of its own: Ctrl-C is the sweep's to answer.
    const child = spawn(python, ['-u', script], { detached: true });
    const failure = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const bridge = new OptunaBridge(child, python);
    try {
      await Promise.race([bridge.answer(), failure]);
      return bridge;
    } catch (error) {
      await bridge.close();
      if (error instanceof TrmError) throw error;
      throw new TrmError(
        `${python} could not be started: ${(error as Error).message}`,
        'set TRM_PYTHON to a Python',
        {
          cause: error,
        },
      );
    }
  }

  /** Sends one request and waits for its answer. @throws TrmError when Optuna raised or the process ended */
  async call(command: string, request: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    this.child.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
    return this.answer();
  }

  private async answer(): Promise<Record<string, unknown>> {
    const line = await this.lines.next();
    if (line.done) throw new TrmError(`the Optuna process ended: ${this.errors.trim() || 'no message'}`);
    const answer = JSON.parse(line.value) as Record<string, unknown> & { error?: string; missing?: boolean };
    if (answer.missing)
      throw new ConfigError(
        `expected Optuna in ${this.python}: ${answer.error}`,
        `install it (${this.python} -m pip install -r requirements-search.txt), or use --engine own`,
      );
    if (answer.error !== undefined) throw new TrmError(`Optuna: ${answer.error}`);
    return answer;
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined)
      return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
  }
}
