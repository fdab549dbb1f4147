import { createRequire } from 'node:module';
import { TrmError } from '../../core/errors';

/** The one version of tslab whose insides the hooks in this folder were written for. */
export const TSLAB_VERSION = '1.0.22';

/** A Jupyter message as tslab holds it. */
export interface KernelMessage {
  header: { msg_type: string };
  content: object;
  /** A message that answers this one; its `msg_type` is still the request's. */
  createReply(): KernelMessage;
  signAndSend(key: string, socket: unknown): void;
}

/** Content of an `execute_request`. */
export interface ExecuteRequest {
  code: string;
  silent?: boolean;
  store_history?: boolean;
  stop_on_error?: boolean;
}

/** Content of a `display_data` message. */
export interface DisplayContent {
  data: Record<string, unknown>;
  metadata?: object;
  transient?: { display_id?: string };
}

/** Runs cells. `execute` answers false when the cell failed; what failed went to the console it was made with. */
export interface Executor {
  execute(source: string): Promise<boolean>;
  /** Ends the wait for the running cell; its code goes on in the background. */
  interrupt(): void;
}

/** tslab's request handler. */
export interface Handler {
  execCount: number;
  handleKernel: (this: Handler) => { language_info: { version: string } };
  /** Runs one cell; throws an object with `count` when it failed. */
  handleExecuteImpl(
    request: ExecuteRequest,
    writeStream: (name: string, text: string) => void,
    writeDisplay: (content: DisplayContent, update: boolean) => void,
  ): Promise<{ count: number }>;
}

/** tslab's server: five ZeroMQ sockets and a handler. */
export interface Server {
  handler: Handler;
  connInfo: { key: string };
  iopub: PublisherSocket;
  bindSocket: (this: Server, socket: unknown, port: number) => Promise<void>;
  handleExecute: (this: Server, socket: unknown, message: KernelMessage) => Promise<void>;
  handleCommInfoRequest: (this: Server, socket: unknown, message: KernelMessage) => void;
  handleShutdown: (this: Server, socket: unknown, message: KernelMessage) => void;
}

/** The two options of a ZeroMQ publisher that decide whether output is lost. */
export interface PublisherSocket {
  sendTimeout: number;
  sendHighWaterMark: number;
}

/** Console that tslab reports a failed cell to: diagnostics with a format string, exceptions as they are. */
export interface ExecutorConsole {
  log(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** The modules of tslab that the launcher hooks. */
export interface Tslab {
  executor: {
    createExecutor: (root: string, converters: unknown, console: ExecutorConsole) => Executor;
  };
  jupyter: {
    ZmqServer: { prototype: Server };
    JupyterHandlerImpl: { prototype: Handler };
  };
  main: {
    startKernel(options: {
      configPath: string;
      enableFindLocal: boolean;
      jsKernel: boolean;
      globalVersion: string;
    }): void;
  };
}

/** Every function that is replaced or called; a missing one means another tslab. */
const HOOKS: readonly [keyof Tslab, string][] = [
  ['executor', 'createExecutor'],
  ['jupyter', 'ZmqServer.prototype.handleExecute'],
  ['jupyter', 'ZmqServer.prototype.bindSocket'],
  ['jupyter', 'ZmqServer.prototype.handleCommInfoRequest'],
  ['jupyter', 'ZmqServer.prototype.handleShutdown'],
  ['jupyter', 'JupyterHandlerImpl.prototype.handleExecuteImpl'],
  ['jupyter', 'JupyterHandlerImpl.prototype.handleKernel'],
  ['main', 'startKernel'],
];

/**
 * Refuses any tslab but {@link TSLAB_VERSION}: the hooks reach into its insides.
 * @throws TrmError naming both versions
 */
export function assertTslabVersion(version: unknown): void {
  if (version !== TSLAB_VERSION)
    throw new TrmError(
      `the notebook kernel expects tslab ${TSLAB_VERSION}, got ${String(version)}`,
      'run `npm ci`; to move to another tslab, check the hooks in src/workbench/kernel against it first',
    );
}

/**
 * Checks that every hooked function exists.
 * @throws TrmError listing the missing ones
 */
export function assertHooks(modules: Partial<Record<keyof Tslab, unknown>>): asserts modules is Tslab {
  const missing = HOOKS.filter(([module, path]) => {
    const value = path
      .split('.')
      .reduce<unknown>(
        (object, key) => (object as Record<string, unknown> | undefined)?.[key],
        modules[module],
      );
    return typeof value !== 'function';
  }).map(([module, path]) => `${module}.${path}`);
  if (missing.length > 0)
    throw new TrmError(
      `the notebook kernel cannot hook into tslab: ${missing.join(', ')} not found`,
      'run `npm ci` to restore node_modules/tslab',
    );
}

/**
 * Loads tslab's modules. `@tslab/typescript-for-tslab` must already be replaced (typescript-host.ts).
 * @throws TrmError when the version or a hooked function is not the expected one
 */
export function loadTslab(): Tslab {
  const load = createRequire(__filename);
  assertTslabVersion((load('tslab/package.json') as { version: unknown }).version);
  const modules = {
    executor: load('tslab/dist/executor.js') as unknown,
    jupyter: load('tslab/dist/jupyter.js') as unknown,
    main: load('tslab/dist/main.js') as unknown,
  };
  assertHooks(modules);
  return modules;
}
