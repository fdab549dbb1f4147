import { loadEngine, nativeBindingPath } from '../../core/engine';
import type { Check } from './diagnosis';

/** Loads the native engine and, when that fails, WASM, and says what each can do. */
export async function probeEngine(): Promise<Check[]> {
  try {
    const info = await loadEngine({ choice: 'native' });
    return [
      { name: 'engine', state: 'ok', value: `native, tfjs backend "${info.backend}"`, fix: null },
      { name: 'tensorflow', state: 'ok', value: `${info.tensorflow} (${info.binding})`, fix: null },
      { name: 'threads', state: 'ok', value: `${info.threads}`, fix: null },
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

async function probeWasm(): Promise<Check> {
  try {
    await loadEngine({ choice: 'wasm' });
    return { name: 'fallback', state: 'warning', value: 'WASM: inference only, no training', fix: null };
  } catch (error) {
    return { name: 'fallback', state: 'missing', value: (error as Error).message, fix: 'run `npm ci`' };
  }
}
