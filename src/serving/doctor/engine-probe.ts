import { loadEngine, nativeBindingPath, type EngineInfo } from '../../core/engine';
import type { Check } from './check';

/** Loads the native engine and, when that fails, WASM, and says what each can do. */
export async function probeEngine(): Promise<Check[]> {
  try {
    const info = await loadEngine({ choice: 'native' });
    return [
      { name: 'engine', state: 'ok', value: `native, tfjs backend "${info.backend}"`, fix: null },
      { name: 'tensorflow', state: 'ok', value: `${info.tensorflow} (${info.binding})`, fix: null },
      { name: 'threads', state: 'ok', value: `${info.threads}`, fix: null },
      kernelCheck(info.kernels),
      info.gpu
        ? { name: 'gpu', state: 'ok', value: 'CUDA device in use', fix: null }
        : { name: 'gpu', state: 'ok', value: 'none in use, computing on the processor', fix: null },
    ];
  } catch (error) {
    const reason = (error as Error).message;
    return [
      {
        name: 'engine',
        state: 'missing',
        value: reason,
        fix: 'run `make setup`; it builds ' + nativeBindingPath(),
      },
      await probeWasm(),
    ];
  }
}

function kernelCheck(kernels: EngineInfo['kernels']): Check {
  if ('isa' in kernels)
    return {
      name: 'kernels',
      state: 'ok',
      value: `fused kernels, ${kernels.isa}, bf16 by ${kernels.bf16 ?? 'rounding (no units for it)'}, int16 by ${kernels.int16}, ${kernels.threads} threads`,
      fix: null,
    };
  return {
    name: 'kernels',
    state: 'warning',
    value: `none (${kernels.off}): training is slower`,
    fix: 'run `make setup`, which compiles native/kernels',
  };
}

async function probeWasm(): Promise<Check> {
  try {
    const { kernels } = await loadEngine({ choice: 'wasm' });
    const own =
      'isa' in kernels
        ? `kernels ${kernels.isa}, ${kernels.threads} threads`
        : `no own kernels (${kernels.off}), one thread`;
    return {
      name: 'fallback',
      state: 'warning',
      value: `WASM: inference only, no training; ${own}`,
      fix: null,
    };
  } catch (error) {
    return { name: 'fallback', state: 'missing', value: (error as Error).message, fix: 'run `npm ci`' };
  }
}
