import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { KernelInfo } from './engine';
import { projectRoot } from './paths';

// Each case needs a process of its own: an engine is loaded once.
function inNewProcess(code: string): string {
  const engine = JSON.stringify(join(projectRoot(), 'dist', 'src', 'core', 'engine.js'));
  const script = `const engine = require(${engine}); (async () => { ${code} })().catch((e) => console.log(e.name + ': ' + e.message));`;
  return execFileSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

test('WASM computes the same, and training on it is refused', () => {
  const out = inNewProcess(`
    const info = await engine.loadEngine({ choice: 'wasm' });
    const tf = require('@tensorflow/tfjs-core');
    console.log(info.engine, tf.getBackend(), Array.from(tf.matMul(tf.tensor2d([1,2,3,4],[2,2]), tf.eye(2)).dataSync()).join());
    await engine.requireNativeEngine();
  `);
  assert.match(out, /wasm wasm 1,2,3,4/);
  assert.match(out, /EngineError: expected the native TensorFlow engine, got WASM/);
});

test('WASM has kernels with threads, which do not keep the process; without the modules it works alone', () => {
  const load = `const { kernels } = await engine.loadEngine({ choice: 'wasm' });
    console.log(JSON.stringify([kernels, engine.loadedWasm() === null, engine.loadedKernels() === null]));`;
  const out = inNewProcess(`process.env.TF_NUM_INTRAOP_THREADS = '3'; ${load}`);
  const [kernels, ...rest] = JSON.parse(out) as [KernelInfo, ...boolean[]];
  assert.match(kernels.isa, /^(relaxed|simd128)$/);
  assert.equal([kernels.threads, ...rest], [3, false, true]);
  const hide = `const files = require('fs/promises'); const { readFile } = files;
    files.readFile = (file, ...rest) =>
      /trm_kernels/.test(file) ? Promise.reject(new Error('no such module')) : readFile(file, ...rest);`;
  assert.equal(JSON.parse(inNewProcess(hide + load)), [{ off: 'no such module' }, true, true]);
  assert.match(inNewProcess(`process.env.TRM_KERNELS = 'off'; ${load}`), /switched off by TRM_KERNELS/);
});

test('without the native binding, auto falls back loudly and native refuses', () => {
  const hide = `require('fs').existsSync = () => false;`;
  const auto = inNewProcess(`${hide} const said = [];
    const info = await engine.loadEngine({ warn: (text) => said.push(text) });
    console.log(info.engine, said.length, said[0]);`);
  assert.match(auto, /wasm 1 WARNING: the native TensorFlow engine did not load.*inference only/);
  assert.match(
    inNewProcess(`${hide} await engine.loadEngine({ choice: 'native' });`),
    /EngineError: .*did not load: no native binding/,
  );
});

test.run();
