#!/usr/bin/env node
// Compiles src, bench and scripts to dist, and removes from dist what no longer has a source: tsc never deletes, so a
// deleted test would still run and a moved module would still be found. Only files that differ are written and only
// stale ones removed, so a program that runs from dist meanwhile is not disturbed.
//
//   node scripts/build.mjs
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const FOLDERS = ['src', 'bench', 'scripts'];
/** What tsc makes of one source. */
const OUTPUTS = ['.js', '.js.map', '.d.ts'];

/** Files below a folder, relative to it; none when there is no such folder. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Outputs that the sources ask for, relative to dist. */
function wanted() {
  const sources = FOLDERS.flatMap((folder) =>
    filesBelow(join(root, folder)).map((file) => join(folder, file)),
  );
  return sources
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .flatMap((file) => OUTPUTS.map((ending) => file.replace(/\.ts$/, ending)));
}

/** Removes what no source asks for, and folders that are empty then. Stamps (dot files of dist itself) stay. */
function prune(keep) {
  const stale = filesBelow(dist).filter((file) => !keep.has(file) && !/^\.[^/]+$/.test(file));
  for (const file of stale) rmSync(join(dist, file));
  for (let folder of new Set(stale.map((file) => dirname(file))))
    for (; folder !== '.' && readdirSync(join(dist, folder)).length === 0; folder = dirname(folder))
      rmdirSync(join(dist, folder));
  if (stale.length > 0) console.log(`build: removed ${stale.length} outputs without a source`);
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

const started = new Date();
const keep = new Set(wanted());
let status = compile();
// tsc's own record says what it wrote once, not what is still there.
if ([...keep].some((file) => file.endsWith('.js') && !existsSync(join(dist, file)))) {
  rmSync(join(dist, '.tsbuildinfo'), { force: true });
  status = compile();
}
if (existsSync(dist)) prune(keep);
const main = join(dist, 'src', 'serving', 'cli', 'main.js');
if (existsSync(main)) chmodSync(main, 0o755);
if (status === 0) {
  // Dated before the first source was read: what is saved while tsc works counts as newer.
  const stamp = join(dist, '.built');
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}
process.exitCode = status;
