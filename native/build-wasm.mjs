#!/usr/bin/env node
// Builds the kernels of native/kernels for WebAssembly, for inference where the native engine is missing: one module for
// SIMD of 128 bits and one for relaxed SIMD, which multiplies and adds at once. What is built is kept in .engine/ (or
// TRM_ENGINE_DIR). Without the compiler WASM infers as TensorFlow.js alone does, so that is no error.
//
//   node native/build-wasm.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { addonHome, engineHome, install, kernelHome, python, root } from './places.mjs';

const requirements = join(root, 'requirements-wasm.txt');
const compilerHome = join(engineHome, /^ziglang==\S+/m.exec(readFileSync(requirements, 'utf8'))[0]);
const compiler = join(compilerHome, 'ziglang', 'zig');

/** Instruction set -> what the compiler calls it. */
const sets = { simd128: 'simd128', relaxed: 'simd128+relaxed_simd' };
const sources = ['numeric', 'matrix-float', 'matrix-int16', 'product', 'core', 'cpu', 'pool-wasm', 'wasm'];
// Without loop strength reduction addresses are a base and a constant, which one instruction holds: products are a fifth faster.
const compileFlags =
  '-O3 -mllvm -disable-lsr -std=c++17 -fno-exceptions -fno-rtti -fno-math-errno -fno-trapping-math -ffp-contract=fast -DTRM_ISA=base -DTRM_LANES=4'.split(
    ' ',
  );
// Threads are instances of the module on one memory, which the host makes; see src/core/wasm/module.ts.
const linkFlags =
  '-O3 -s -mexec-model=reactor -Wl,-z,stack-size=1048576,--import-memory,--shared-memory,--max-memory=2147483648,--gc-sections'.split(
    ' ',
  );
const exported = ['__stack_pointer', '__wasm_init_tls', '__tls_size'];

const say = (text) => console.log(`wasm: ${text}`);
const target = (set) => ['-target', 'wasm32-wasi', `-mcpu=generic+${sets[set]}+atomics+bulk_memory`];

/** Names sources, flags and compiler, so that another version is compiled anew. */
function identity() {
  const hash = createHash('sha256').update(JSON.stringify([compileFlags, linkFlags, exported, sets]));
  hash.update(readFileSync(requirements));
  for (const name of readdirSync(kernelHome).sort())
    hash.update(name).update(readFileSync(join(kernelHome, name)));
  return hash.digest('hex').slice(0, 16);
}

function installCompiler() {
  if (existsSync(compiler)) return;
  say(`downloading the compiler (${compilerHome.split('/').at(-1)}, 100 MB)`);
  mkdirSync(engineHome, { recursive: true });
  const staging = mkdtempSync(join(engineHome, 'staging-'));
  try {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    const pip = ['-m', 'pip', 'install', ...quiet, '--target', staging, '-r', requirements];
    execFileSync(python, pip, { stdio: ['ignore', 'ignore', 'inherit'] });
    chmodSync(join(staging, 'ziglang', 'zig'), 0o755);
    rmSync(compilerHome, { recursive: true, force: true });
    renameSync(staging, compilerHome);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function compile(set, output) {
  const folder = mkdtempSync(join(engineHome, 'wasm-'));
  const run = (...args) =>
    execFileSync(compiler, args, {
      stdio: 'inherit',
      env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: join(compilerHome, 'cache') },
    });
  try {
    const objects = sources.map((name) => join(folder, `${name}.o`));
    sources.forEach((name, i) =>
      run('c++', ...target(set), ...compileFlags, '-c', join(kernelHome, `${name}.cc`), '-o', objects[i]),
    );
    const symbols = exported.map((name) => `-Wl,--export=${name}`);
    // Linked as C: of the C++ library the sources need headers and what wasm.cc defines.
    run('cc', ...target(set), ...linkFlags, ...symbols, ...objects, '-o', `${output}.tmp`);
    renameSync(`${output}.tmp`, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const id = identity();
const installed = (set) => join(addonHome, `trm_kernels.${set}.wasm`);
try {
  for (const set of Object.keys(sets)) {
    const built = join(engineHome, `trm_kernels-${id}.${set}.wasm`);
    if (!existsSync(built)) {
      installCompiler();
      say(`compiling the kernels for ${set}`);
      compile(set, built);
    }
    install(built, installed(set));
  }
} catch (error) {
  // Those of an older version go, too.
  for (const set of Object.keys(sets)) rmSync(installed(set), { force: true });
  console.error(
    `wasm: WARNING: the kernels could not be built (${error.message.split('\n')[0]}). Everything works without them; ` +
      'where the native engine is missing, inference is slower.',
  );
}
