import { existsSync } from 'node:fs';
import type * as TfNode from '@tensorflow/tfjs-node-gpu';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { EngineError } from './errors';
import { startWasm, type WasmModule } from './wasm/module';
import { nodeHost } from './wasm/node';

/** Which engine to use: the native one, WASM (inference only), or native with WASM as the fallback. */
export type EngineChoice = 'native' | 'wasm' | 'auto';

/** The engine in use, for `trm doctor`, run records and tests. */
export interface EngineInfo {
  engine: 'native' | 'wasm';
  /** tfjs backend name: `tensorflow` or `wasm`. */
  backend: string;
  /** Version of the native TensorFlow library; null for WASM. */
  tensorflow: string | null;
  /** File of the native binding; null for WASM. */
  binding: string | null;
  /** Processor cores the engine may use. */
  threads: number;
  /** True when TensorFlow sees a CUDA device. */
  gpu: boolean;
  /** The fused kernels of training and inference, or why they are not in use. */
  kernels: KernelInfo | { off: string };
}

/** The fused kernels of native/kernels. */
export interface KernelInfo {
  /** Instruction set chosen for this processor: `avx512`, `avx2` or `base`; on WASM `relaxed` or `simd128`. */
  isa: string;
  /** Units that multiply bf16 directly, where the processor has some: `amx` or `avx512bf16`. */
  bf16?: string;
  /** Instruction set of int16 products: `avx512vnni`, `avx512`, `avx2` or `base`; not on WASM. */
  int16?: string;
  /** Threads they compute with. */
  threads: number;
}

let loading: Promise<EngineInfo> | undefined;
let kernels: KernelInfo | null = null;
let wasm: WasmModule | null = null;

/** The fused kernels, once the native engine is loaded and has them; null otherwise. */
export function loadedKernels(): KernelInfo | null {
  return kernels;
}

/** The kernels of inference, once WASM is loaded as the engine and has them; null otherwise. */
export function loadedWasm(): WasmModule | null {
  return wasm;
}

/**
 * Loads a TensorFlow.js engine once for the process; afterwards `@tensorflow/tfjs-core` computes on it. Later calls
 * return the first result.
 * @param options.choice default `auto`: native, and WASM only when the native one is missing, said through `warn`
 * @param options.warn receives the reason for a fallback; default: standard error
 * @throws EngineError when the wanted engine cannot be loaded
 */
export function loadEngine(
  options: { choice?: EngineChoice; warn?: (text: string) => void } = {},
): Promise<EngineInfo> {
  const { choice = 'auto', warn = (text) => void process.stderr.write(`${text}\n`) } = options;
  loading ??= choose(choice, warn);
  return loading.catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
}

/** Loads the native engine or throws: training needs it (WASM has no kernel for the gradient of embeddings). */
export async function requireNativeEngine(): Promise<EngineInfo> {
  const info = await loadEngine({ choice: 'native' });
  if (info.engine !== 'native')
    throw new EngineError(
      'expected the native TensorFlow engine, got WASM, which cannot train',
      'run `make setup`',
    );
  return info;
}

async function choose(choice: EngineChoice, warn: (text: string) => void): Promise<EngineInfo> {
  if (choice === 'wasm') return loadWasm();
  try {
    return await loadNative(warn);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    if (choice === 'native')
      throw new EngineError(`the native TensorFlow engine did not load: ${reason}`, 'run `make setup`', {
        cause: error,
      });
    warn(
      `WARNING: the native TensorFlow engine did not load (${reason}). Falling back to WASM: inference only, slower, ` +
        'no training. Run `make setup` to build the native engine.',
    );
    return loadWasm();
  }
}

/** The part of tfjs-node that tells about the library behind it. */
interface NativeBackend {
  binding: { TF_Version: string };
  isUsingGpuDevice?: boolean;
}

/** tfjs-node calls two functions that Node 23 took out of `util` (slices, for one, cannot be taken without them). */
function restoreRemovedUtil(): void {
  const removed = util as unknown as Record<string, unknown>;
  removed.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  removed.isArray ??= Array.isArray;
}

async function loadNative(warn: (text: string) => void): Promise<EngineInfo> {
  // 1 = warnings and worse: TensorFlow's start-up notes would drown a notebook's first cell.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  const binding = nativeBindingPath();
  if (!existsSync(binding)) throw new EngineError(`no native binding at ${binding}`, 'run `make setup`');
  // Turns the notes away that come before TensorFlow reads the level; see native/quiet-log.cc.
  const quietLog = join(dirname(binding), 'quiet_log.node');
  if (existsSync(quietLog)) process.dlopen({ exports: {} }, quietLog);
  restoreRemovedUtil();
  // Not by import(): Node would read these large files once more, for the names that they export.
  const load = createRequire(__filename);
  const tf = load('@tensorflow/tfjs-node-gpu') as typeof TfNode;
  await tf.ready();
  const backend = tf.backend() as unknown as NativeBackend;
  const gpu = backend.isUsingGpuDevice === true;
  const fused = loadKernels(binding, gpu, warn);
  kernels = 'off' in fused ? null : fused;
  return {
    engine: 'native',
    backend: tf.getBackend(),
    tensorflow: backend.binding.TF_Version,
    binding,
    threads: cpus().length,
    gpu,
    kernels: fused,
  };
}

/** Adds the fused kernels to the TensorFlow that `binding` loaded. Everything works without them, only slower. */
function loadKernels(
  binding: string,
  gpu: boolean,
  warn: (text: string) => void,
): KernelInfo | { off: string } {
  if (process.env.TRM_KERNELS === 'off') return { off: 'switched off by TRM_KERNELS' };
  if (gpu) return { off: 'a GPU computes, they are for processors' };
  const file = join(dirname(binding), 'trm_kernels.node');
  try {
    const addon: { exports: Partial<KernelInfo> } = { exports: {} };
    process.dlopen(addon, file);
    return addon.exports as KernelInfo;
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    warn(`WARNING: the fused kernels did not load (${reason}); training is slower. Run \`make setup\`.`);
    return { off: reason };
  }
}

/** Where the native binding stands in node_modules, whether or not it exists. */
export function nativeBindingPath(): string {
  return require
    .resolve('@tensorflow/tfjs-node-gpu/package.json')
    .replace(/package\.json$/, 'lib/napi-v8/tfjs_binding.node');
}

/** Starts the kernels of inference beside tfjs's own. Everything works without them, only slower. */
async function startKernels(): Promise<EngineInfo['kernels']> {
  if (process.env.TRM_KERNELS === 'off') return { off: 'switched off by TRM_KERNELS' };
  try {
    wasm = await startWasm(nodeHost(dirname(nativeBindingPath())));
    return { isa: wasm.set, threads: wasm.threads };
  } catch (error) {
    return { off: (error as Error).message.split('\n')[0] };
  }
}

async function loadWasm(): Promise<EngineInfo> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new EngineError('the WASM backend did not start');
  await tf.ready();
  const own = await startKernels();
  return {
    engine: 'wasm',
    backend: tf.getBackend(),
    tensorflow: null,
    binding: null,
    threads: wasm?.threads ?? 1,
    gpu: false,
    kernels: own,
  };
}
