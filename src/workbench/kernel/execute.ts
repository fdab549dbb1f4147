import { format } from 'node:util';
import { setKernelBridge } from './bridge';
import {
  asDiagnostic,
  diagnosticsError,
  exceptionError,
  type CellDiagnostic,
  type CellError,
} from './cell-errors';
import type { CellSources } from './cell-sources';
import { CellOutput } from './cell-output';
import { Interrupts } from './interrupts';
import { validContent } from './valid-content';
import type { ExecuteRequest, Handler, KernelMessage, Server, Tslab } from './tslab';

/** Milliseconds in which requests sent along with a failed cell are collected, to be aborted with it. */
const ABORT_WINDOW_MS = 20;

/** What is known of the cell that runs. */
interface RunningCell {
  number: number;
  source: string;
  diagnostics: CellDiagnostic[];
  error: CellError | undefined;
}

/**
 * Replaces tslab's handling of `execute_request` by one that follows the protocol: every cell is announced
 * (`execute_input`), failures are published (`error`) and stand in the reply, output is batched, requests that were
 * already queued when a cell failed are aborted and later ones run.
 */
export class CellRunner {
  readonly interrupts = new Interrupts();
  #cell: RunningCell = { number: 0, source: '', diagnostics: [], error: undefined };
  #queue: Promise<void> = Promise.resolve();
  #abortBefore = 0;
  #received = 0;

  /** @param sources maps stack traces to the lines of cells */
  constructor(private readonly sources: CellSources) {}

  /** Hooks into tslab; call once, before the kernel starts. */
  install({ executor, jupyter }: Tslab): void {
    this.#hookExecutor(executor);
    const server = jupyter.ZmqServer.prototype;
    const enqueue = this.#enqueue.bind(this);
    server.handleExecute = function (socket, message) {
      return enqueue(this, socket, message);
    };
    const { interrupts } = this;
    const handleShutdown = server.handleShutdown;
    server.handleShutdown = function (socket, message) {
      interrupts.interrupt(() => {});
      handleShutdown.call(this, socket, message);
    };
  }

  /** Number of the running cell, for its file name in stack traces. */
  get cellNumber(): number {
    return this.#cell.number;
  }

  /** Collects what tslab says of a failed cell, and lets an interrupt be answered by the cell itself. */
  #hookExecutor(module: Tslab['executor']): void {
    const { createExecutor } = module;
    module.createExecutor = (root, converters) => {
      const executor = createExecutor(root, converters, {
        log: (...args) => process.stdout.write(`${format(...args)}\n`),
        error: (...args) => {
          const diagnostic = asDiagnostic(args);
          if (diagnostic) this.#cell.diagnostics.push(diagnostic);
          else this.#cell.error = this.#located(exceptionError(args[0]));
        },
      });
      const leave = executor.interrupt.bind(executor);
      executor.interrupt = () => {
        if (this.interrupts.interrupt(leave))
          process.stderr.write(
            'interrupting: the cell ends after its current step; interrupt again to leave it\n',
          );
      };
      return executor;
    };
  }

  #located(error: CellError): CellError {
    return { ...error, traceback: this.sources.locate(error.traceback) };
  }

  /** Runs requests one after the other. */
  #enqueue(server: Server, socket: unknown, message: KernelMessage): Promise<void> {
    const ticket = ++this.#received;
    const turn = this.#queue.then(() => this.#answer(server, socket, message, ticket));
    // A failure to answer (a closed socket) must not block the cells behind it.
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #answer(server: Server, socket: unknown, message: KernelMessage, ticket: number): Promise<void> {
    const reply = message.createReply();
    reply.header.msg_type = 'execute_reply';
    reply.content =
      ticket <= this.#abortBefore
        ? { status: 'aborted' }
        : await this.#execute(server, message, message.content as ExecuteRequest);
    reply.signAndSend(server.connInfo.key, socket);
  }

  async #execute(server: Server, message: KernelMessage, request: ExecuteRequest): Promise<object> {
    const { handler, connInfo, iopub } = server;
    const send = (type: string, content: object): void => {
      if (request.silent) return;
      const output = message.createReply();
      output.header.msg_type = type;
      output.content = content;
      output.signAndSend(connInfo.key, iopub);
    };
    const output = new CellOutput(send);
    const number = handler.execCount + 1;
    this.#cell = { number, source: request.code, diagnostics: [], error: undefined };
    this.interrupts.startCell();
    setKernelBridge({
      display: (bundle, options) => output.display(bundle, options),
      clearOutput: ({ wait = true } = {}) => output.clear(wait),
      interruptSignal: () => this.interrupts.signal(),
    });
    send('execute_input', { code: request.code, execution_count: number });
    const failure = await this.#run(handler, request, output);
    const failed = failure && validContent(failure);
    output.flush();
    if (request.silent || request.store_history === false) handler.execCount = number - 1;
    if (!failed) return { status: 'ok', execution_count: number, payload: [], user_expressions: {} };
    send('error', failed);
    if (request.stop_on_error !== false) await this.#abortQueued();
    return { status: 'error', execution_count: number, ...failed };
  }

  /** Runs the cell through tslab; answers what failed, or undefined. */
  async #run(handler: Handler, request: ExecuteRequest, output: CellOutput): Promise<CellError | undefined> {
    try {
      await handler.handleExecuteImpl(
        request,
        (name, text) => output.write(name, text),
        ({ data, metadata, transient }, update) => {
          const id = transient?.display_id;
          if (update && id !== undefined) output.update(data, { id, metadata });
          else output.display(data, { id, metadata });
        },
      );
      return undefined;
    } catch (thrown) {
      const { diagnostics, error, source, number } = this.#cell;
      if (diagnostics.length > 0) return diagnosticsError(diagnostics, source, number);
      // tslab throws its execution count for a failed cell; anything else is a fault of the kernel itself.
      return error ?? exceptionError(thrown);
    }
  }

  /** Marks the requests that arrived before the client could know of the failure. */
  async #abortQueued(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
    this.#abortBefore = this.#received;
  }
}
