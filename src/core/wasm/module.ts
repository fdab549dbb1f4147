/**
 * The kernels of native/kernels as a WebAssembly module: its memory and its threads. Nothing here needs Node; what does is
 * a {@link WasmHost} (./node.ts).
 */
import { EngineError } from '../errors';
import { webAssembly, type Code, type SharedMemory } from './webassembly';

/** Instruction sets that the module is built for, the better one first. */
export const WASM_SETS = ['relaxed', 'simd128'] as const;
/** One of {@link WASM_SETS}: SIMD that multiplies and adds at once, or SIMD of 128 bits. */
export type WasmSet = (typeof WASM_SETS)[number];

/** An address in the module's memory. */
export type Address = number;

/** What native/kernels/wasm.cc and pool-wasm.cc export; sizes are documented there. */
export interface WasmExports {
  _initialize(): void;
  __stack_pointer: { value: number };
  __tls_size: { value: number };
  __wasm_init_tls(at: Address): void;
  start(threads: number, maySleep: boolean): void;
  serve(): void;
  allocate(bytes: number): Address;
  release(at: Address): void;
  packed_bytes(depth: number, columns: number): number;
  pack(b: Address, transposed: boolean, depth: number, columns: number, to: Address): void;
  multiply(a: Address, packed: Address, rows: number, depth: number, columns: number, c: Address): void;
  packed_core_bytes(width: number, inner: number, layers: number): number;
  pack_core(weights: Address, width: number, inner: number, layers: number, to: Address): void;
  run_core(
    packed: Address,
    width: number,
    inner: number,
    layers: number,
    x: Address,
    angles: Address,
    counts: Address,
    y: Address,
    z: Address,
    batch: number,
    positions: number,
    recursions: number,
    latentUpdates: number,
    plain: boolean,
  ): void;
}

/** What a thread needs to become one of the module's; can be sent to a worker. */
export interface ThreadStart {
  code: Code;
  memory: SharedMemory;
  /** End of the thread's stack, which grows downwards. */
  stack: Address;
  /** Its thread-local variables. */
  locals: Address;
}

/** What the module needs of the system it runs on. */
export interface WasmHost {
  /** Bytes of the module. @throws when there is none */
  read(set: WasmSet): Promise<Uint8Array>;
  /** Threads that may compute, the calling one included. */
  threads: number;
  /** Whether the calling thread may sleep; a browser's main thread may not. */
  maySleep: boolean;
  /** Starts a worker that calls {@link serve}. */
  startThread(start: ThreadStart): Promise<{ stop(): Promise<void> }>;
}

/** Pages of 64 KiB: 4 MiB at first, and the 2 GiB that the module is linked with. */
const PAGES = { initial: 64, maximum: 32768 };
/** Bytes of a thread's stack. */
const STACK = 256 * 1024;

/**
 * Starts the best module that this engine can run, with its threads. Call {@link WasmModule.dispose} to end them.
 * @param sets those to choose from, the better one first; default all
 * @throws EngineError when no module is there, or none that runs here
 */
export async function startWasm(host: WasmHost, sets: readonly WasmSet[] = WASM_SETS): Promise<WasmModule> {
  for (const set of sets) {
    const bytes = await host.read(set);
    if (!webAssembly.validate(bytes)) continue;
    const code = await webAssembly.compile(bytes);
    const memory = new webAssembly.Memory({ ...PAGES, shared: true });
    const exports = await instantiate(code, memory);
    exports._initialize();
    const started = new WasmModule(set, memory, exports);
    await started.startThreads(host, code);
    return started;
  }
  throw new EngineError(`expected WebAssembly with ${sets.join(' or ')}, this engine knows neither`);
}

async function instantiate(code: Code, memory: SharedMemory): Promise<WasmExports> {
  return (await webAssembly.instantiate(code, { env: { memory } })).exports as WasmExports;
}

/** What a worker does all its life: instantiates the module on the shared memory and takes part in the work. */
export async function serve({ code, memory, stack, locals }: ThreadStart, ready: () => void): Promise<void> {
  const exports = await instantiate(code, memory);
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(locals);
  ready();
  exports.serve();
}

/** A running module. Owns its memory and threads. */
export class WasmModule {
  /** Threads that compute, the calling one included. */
  threads = 1;
  private readonly workers: { stop(): Promise<void> }[] = [];

  constructor(
    readonly set: WasmSet,
    private readonly memory: SharedMemory,
    readonly exports: WasmExports,
  ) {}

  /** Starts the threads that the host allows. */
  async startThreads(host: WasmHost, code: Code): Promise<void> {
    const { memory, exports } = this;
    const locals = Math.max(1, exports.__tls_size.value);
    const starts = Array.from({ length: host.threads - 1 }, () =>
      host.startThread({
        code,
        memory,
        stack: this.allocate(STACK) + STACK,
        locals: this.allocate(locals),
      }),
    );
    this.workers.push(...(await Promise.all(starts)));
    this.threads = 1 + this.workers.length;
    exports.start(this.threads, host.maySleep);
  }

  /** Memory of that many bytes, aligned to 64; the caller releases it. @throws EngineError when there is no more */
  allocate(bytes: number): Address {
    const at = this.exports.allocate(bytes) >>> 0;
    if (at === 0)
      throw new EngineError(
        `expected ${bytes} bytes of WebAssembly memory, it is full`,
        'use smaller batches, or build the native engine with `make setup`',
      );
    return at;
  }

  release(at: Address): void {
    this.exports.release(at);
  }

  /** Runs `work` with copies of arrays in memory, which are released afterwards. */
  withCopies<T>(arrays: readonly (Float32Array | Int32Array)[], work: (...at: Address[]) => T): T {
    const places: Address[] = [];
    try {
      for (const array of arrays) places.push(this.copyIn(array));
      return work(...places);
    } finally {
      for (const at of places) this.release(at);
    }
  }

  /** A copy of an array in memory; the caller releases it. */
  copyIn(array: Float32Array | Int32Array): Address {
    const at = this.allocate(array.byteLength);
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes);
    return at;
  }

  /** A copy of n floats of memory. */
  copyOut(at: Address, n: number): Float32Array {
    return Float32Array.from(new Float32Array(this.memory.buffer, at, n));
  }

  /** Bytes that the memory has grown to. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Ends the threads; the calling one computes alone from then on. */
  async dispose(): Promise<void> {
    this.exports.start(1, false);
    this.threads = 1;
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
  }
}
