/** Helpers of tests; nothing else imports this file. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pythonPath } from '../core/paths';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { runProcess } from '../core/processes/subprocess';
import type { Manifest } from '../records/manifest';
import { fileOrigin, type FileOrigin, type Sample } from '../records/sample';
import { Contexts } from '../shards/context-shard';
import { readManifest } from '../shards/manifest';
import { readSamples } from '../shards/sample-shard';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import type { StageContext } from '../stages/context';
import { localFolders } from '../stages/context';
import { collectAll } from '../storage/testing';
import { collectConfigSchema } from './config';
import type { Dropped } from './dropped';
import { collect } from './stage';
import { testMachine } from '../stages/testing';

/** A commit to make: its message, and files by path; null deletes one. */
export interface PlannedCommit {
  message: string;
  files: Readonly<Record<string, string | null>>;
}

/** Makes a real git repository with a straight history on branch `main`. @returns commit ids, oldest first */
export async function makeRepository(
  folder: string,
  commits: readonly PlannedCommit[],
  { bare = false } = {},
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const block = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const parts = commits.map(({ message, files }, i) => {
    const changes = Object.entries(files).map(([path, text]) => {
      const name = /[\n"]/.test(path) ? JSON.stringify(path) : path;
      return text === null ? `D ${name}\n` : `M 100644 inline ${name}\n${block(text)}`;
    });
    const person = `Test Person <test@example.org> ${1_700_000_000 + i * 60} +0200`;
    const from = i > 0 ? `from :${i}\n` : '';
    return `commit refs/heads/main\nmark :${i + 1}\ncommitter ${person}\n${block(message)}${from}${changes.join('')}\n`;
  });
  await git(folder, ['init', '-q', ...(bare ? ['--bare'] : []), '--initial-branch=main']);
  await git(folder, ['fast-import', '--quiet', '--done'], `${parts.join('')}done\n`);
  const list = await git(folder, ['rev-list', '--reverse', 'main']);
  return list.trim().split('\n');
}

/** Runs git in a folder and returns its output. */
export async function git(folder: string, args: readonly string[], input?: string): Promise<string> {
  const hidden = Object.keys(process.env).filter((name) => name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(hidden.map((name) => [name, undefined])),
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return (await runProcess('git', ['-C', folder, ...args], { env, input })).stdout;
}

/** A function that no filter leaves out. */
export const GOOD = 'def add(first, second):\n    """Sum."""\n    return first + second\n';

/** Config of the collect stage before defaults. */
export type ConfigInput = Parameters<(typeof collectConfigSchema)['parse']>[0];

/** What a collection left. */
export interface Collected {
  manifest: Manifest;
  samples: (Sample & { origin: FileOrigin })[];
  contexts: Contexts;
  drops: Dropped[];
  store: ObjectStore;
}

/** A stage context over a store. */
export function contextFor(store: ObjectStore, more: Partial<StageContext> = {}): StageContext {
  return {
    store,
    signal: new AbortController().signal,
    progress: silentProgress,
    machine: testMachine,
    inputs: {},
    ...localFolders(`${store.location}-local`),
    seed: 5,
    rng: seedStream(5, 'collect'),
    ...more,
  };
}

/** Collects into a folder and reads everything back. */
export async function run(
  target: string,
  config: ConfigInput,
  more: Partial<StageContext> = {},
): Promise<Collected> {
  const store = createFolderStore(target);
  await collect(collectConfigSchema.parse(config), contextFor(store, more));
  return {
    store,
    manifest: await readManifest(store),
    samples: (await collectAll(readSamples(store))).map((sample) => ({
      ...sample,
      origin: fileOrigin(sample.origin),
    })),
    contexts: await Contexts.read(store),
    drops: (await readFile(join(target, 'drops.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Dropped),
  };
}

/** Writes files below a folder. @returns the folder */
export async function writeTree(
  root: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

/** Two sources with several batches each. */
export async function manyBatches(folder: string): Promise<ConfigInput> {
  const files = Array.from({ length: 150 }, (_, i) => [`m${i}.py`, GOOD.replace('add', `add_${i}`)] as const);
  const root = await writeTree(join(folder, 'many'), Object.fromEntries(files));
  const commits = Array.from({ length: 251 }, (_, i) => ({
    message: i ? `Fix ${i}` : 'Start',
    files: { 'a.py': `def f(a):\n    b = a\n    return a + b + ${i}\n` },
  }));
  await makeRepository(join(folder, 'history'), commits);
  return {
    sources: [
      { kind: 'folder', path: root, licence: 'MIT' },
      { kind: 'git', path: join(folder, 'history'), licence: 'MIT' },
    ],
    rowsPerShard: 100,
  };
}

/** Makes a wheel of `wheelpkg` and a source archive of `sdistpkg`, with members that no archive should have. */
const MAKE = `
import io, sys, tarfile, zipfile
folder = sys.argv[1]
meta = "Metadata-Version: 2.1\\nName: {}\\nVersion: 1.5\\n{}\\n"
with zipfile.ZipFile(folder + "/wheelpkg-1.5-py3-none-any.whl", "w") as file:
    file.writestr("wheelpkg/__init__.py", "def f(a):\\n    return a\\n")
    file.writestr("wheelpkg/data.bin", "x")
    file.writestr("wheelpkg-1.5.data/purelib/wheelpkg/extra.py", "def g(a):\\n    return a\\n")
    file.writestr("wheelpkg-1.5.dist-info/METADATA", meta.format("wheelpkg", "License-Expression: MIT"))
    file.writestr("wheelpkg-1.5.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
    file.writestr("wheelpkg-1.5.dist-info/RECORD", "")
with zipfile.ZipFile(folder + "/evil-1.0-py3-none-any.whl", "w") as file:
    file.writestr("../../outside.py", "x = 1\\n")
    file.writestr("evil-1.0.dist-info/METADATA", meta.format("evil", ""))
with zipfile.ZipFile(folder + "/wiper-1.0-py3-none-any.whl", "w") as file:
    file.writestr("wiper.py", "x = 1\\n")
    file.writestr("wiper-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: wiper\\nVersion: 1.0\\n")
    file.writestr("wiper-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
    file.writestr("wiper-1.0.dist-info/RECORD", "")
    for place in ("PKG-INFO", "wiper-1.0.dist-info/sub/METADATA"):
        file.writestr(place, "Metadata-Version: 2.1\\nName: wiper\\nVersion: 1/../../victim\\n")
with zipfile.ZipFile(folder + "/liar-1.0-py3-none-any.whl", "w") as file:
    file.writestr("liar.py", "x = 1\\n")
    file.writestr("liar-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: liar\\nVersion: 1/../../victim\\n")
with open(folder + "/broken-1.0-py3-none-any.whl", "w") as file:
    file.write("no archive")
with tarfile.open(folder + "/sdist_pkg-1.5.tar.gz", "w:gz") as file:
    def add(name, text, **more):
        info = tarfile.TarInfo("sdist_pkg-1.5/" + name)
        info.size = len(text)
        for key, value in more.items():
            setattr(info, key, value)
        file.addfile(info, io.BytesIO(text.encode()))
    add("PKG-INFO", meta.format("sdist_pkg", "Classifier: License :: OSI Approved :: MIT License"))
    add("setup.py", "open(%r, 'w').close()\\nimport setuptools\\nsetuptools.setup(name='sdist_pkg')\\n" % (folder + "/executed"))
    add("src/sdist_pkg/__init__.py", "def f(a):\\n    return a\\n")
    add("examples/e.py", "e = 1\\n")
    add("src/sdist_pkg/link.py", "", type=tarfile.SYMTYPE, linkname="/etc/passwd")
`;

/** Makes the archives of {@link MAKE} in a folder that pip can look into. */
export async function archives(folder: string): Promise<string> {
  const index = join(folder, 'index');
  await mkdir(index);
  await runProcess(pythonPath(), ['-I', '-c', MAKE, index]);
  return index;
}

/** Runs with pip looking at a folder instead of a package index. */
export async function withIndex<T>(index: string, use: () => Promise<T>): Promise<T> {
  return withEnvironment({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_CONFIG_FILE: '/dev/null' }, use);
}

/** Runs with other variables in the environment; undefined takes one away. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string | undefined>>,
  use: () => Promise<T>,
): Promise<T> {
  const set = (values: Readonly<Record<string, string | undefined>>): void => {
    for (const key of Object.keys(variables))
      if (values[key] === undefined) delete process.env[key];
      else process.env[key] = values[key];
  };
  const before = { ...process.env };
  set(variables);
  try {
    return await use();
  } finally {
    set(before);
  }
}
