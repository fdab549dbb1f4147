import { TrmError } from '../core/errors';
import { pythonPath } from '../core/paths';
import { Critic, type Judge } from '../python/critic/critic';
import { pythonFacts, type PythonFacts } from '../python/python-facts';

/** Settings of a {@link Machine}. */
export interface MachineOptions {
  /** Interpreter whose word counts. Default {@link pythonPath}. */
  python?: string;
  /** The git program, a path or a name on PATH. Default `git`. */
  git?: string;
}

/**
 * What a machine brings to the jobs it runs: its programs, and one pool of CPython processes, which all stages share and
 * none of them closes. Whoever makes a machine (a command, a notebook's kernel) owns it; nothing is started before it is
 * asked for, and idle processes keep no program running.
 *
 * @example
 * await withMachine(async (machine) => {
 *   const critic = await machine.critic({ workers: 2 });
 *   await critic.check(['x = (1\n']);
 * });
 */
export class Machine {
  /** Path of the interpreter, see {@link MachineOptions}. */
  readonly python: string;
  /** The git program. */
  readonly git: string;
  private pool: Critic | undefined;
  /** Ends when the last request for the pool so far is served: one after another, so that nobody starts a second pool. */
  private served: Promise<unknown> = Promise.resolve();
  private facts: Promise<PythonFacts> | undefined;
  private closed = false;

  constructor({ python = pythonPath(), git = 'git' }: MachineOptions = {}) {
    this.python = python;
    this.git = git;
  }

  /** What the interpreter says of itself; it is asked once. @throws SubprocessError when it cannot be started */
  async pythonFacts(): Promise<PythonFacts> {
    this.facts ??= pythonFacts(this.python);
    try {
      return await this.facts;
    } catch (error) {
      this.facts = undefined;
      throw error;
    }
  }

  /**
   * The pool of CPython processes, with at least as many as are wanted: it is started at first use, grows when somebody
   * wants more, and gets new processes for those that an earlier stage has lost.
   * @param workers Python processes. Default 1
   * @throws TrmError when the interpreter cannot be started, or the machine is closed
   */
  critic({ workers = 1 }: { workers?: number } = {}): Promise<Judge> {
    const asked = this.served.then(() => this.openPool(workers));
    this.served = asked.catch(() => undefined);
    return asked;
  }

  /** Ends the processes. Safe to call twice; a closed machine gives no pool any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.served;
    await this.pool?.close();
  }

  private async openPool(workers: number): Promise<Judge> {
    if (this.closed)
      throw new TrmError(
        'the machine was closed before its critic was asked for',
        'close it after the last stage',
      );
    if (this.pool) await this.pool.grow(workers);
    else this.pool = await Critic.start({ workers, python: this.python });
    return this.pool;
  }
}

/** Runs with a machine that is closed at the end, however it ends. */
export async function withMachine<T>(
  use: (machine: Machine) => Promise<T>,
  options: MachineOptions = {},
): Promise<T> {
  const machine = new Machine(options);
  try {
    return await use(machine);
  } finally {
    await machine.close();
  }
}
