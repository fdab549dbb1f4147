// Where set-up keeps what it downloads and builds, for build-engine.mjs and build-wasm.mjs.
import { copyFileSync, existsSync, mkdirSync, realpathSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const python = process.env.PYTHON || 'python3';

const askedHome = resolve(root, process.env.TRM_ENGINE_DIR || '.engine');
/** Downloads and builds. Another work tree's link to the same folder is the same engine. */
export const engineHome = existsSync(askedHome) ? realpathSync(askedHome) : askedHome;

/** The package whose binding is built. */
export const packageHome = dirname(
  createRequire(join(root, 'package.json')).resolve('@tensorflow/tfjs-node-gpu/package.json'),
);
/** What the program loads at start: binding, addons, WebAssembly modules. */
export const addonHome = join(packageHome, 'lib', 'napi-v8');
export const kernelHome = join(root, 'native', 'kernels');

/** Puts a built part in its place by rename: a process that has the old one open keeps it. */
export function install(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, `${to}.tmp`);
  renameSync(`${to}.tmp`, to);
}
