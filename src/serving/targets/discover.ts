import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { fromSystemError, throwIfAborted, UserError } from '../../core/errors';
import { SOURCE_ENDINGS } from '../python-files';
import { STDIN } from '../source-file';

/** Settings of {@link discoverFiles}. */
export interface DiscoverOptions {
  /** Patterns as in .gitignore, relative to `root`, of what is left out of folders. Default none. */
  exclude?: readonly string[];
  /** Folder that the patterns start from. Default: the working directory. */
  root?: string;
  /** False: files that git ignores are taken, too. Default true. */
  respectGitignore?: boolean;
  signal?: AbortSignal;
}

/** Files to work on, and what could not be looked at. */
export interface Discovered {
  /** As they were named, or below the folder that was named; each file once. */
  files: string[];
  /** Folders that hold no Python or cannot be read. */
  problems: unknown[];
}

/** Folders that hold nobody's own code, whether git ignores them or not. */
const NEVER = [
  '.bzr .direnv .eggs .git .hg .ipynb_checkpoints .mypy_cache .nox .pyenv .pytest_cache .ruff_cache .svn .tox .venv',
  '__pycache__ __pypackages__ node_modules site-packages venv',
]
  .join(' ')
  .split(' ');

/**
 * The files that arguments name: files as they are, folders with all Python files and notebooks below them. Links to
 * folders are not followed. What does not exist is passed on: whoever reads it says more.
 */
export async function discoverFiles(
  names: readonly string[],
  options: DiscoverOptions = {},
): Promise<Discovered> {
  const { root = process.cwd(), exclude = [] } = options;
  const files: string[] = [];
  const problems: unknown[] = [];
  const seen = new Set<string>();
  const add = async (file: string): Promise<void> => {
    const real = await realpath(file).catch(() => file);
    if (file !== STDIN && seen.has(real)) return;
    seen.add(real);
    files.push(file);
  };
  const excluded: Rules = { folder: resolve(root), rules: ignore().add([...exclude]) };
  for (const name of names) {
    const folder = name !== STDIN && (await stat(name).catch(() => undefined))?.isDirectory();
    if (!folder) await add(name);
    else
      try {
        const found = await walk(name, {
          ...options,
          rules: [excluded, ...(await rulesAbove(name, options))],
        });
        for (const file of found) await add(file);
        if (found.length === 0) throw nothingIn(name);
      } catch (error) {
        throwIfAborted(options.signal, 'the search for files');
        problems.push(fromSystemError(error, 'read', name));
      }
  }
  return { files, problems };
}

/** Rules of one .gitignore: they speak of paths below its folder. */
interface Rules {
  folder: string;
  rules: Ignore;
}

interface Walk extends DiscoverOptions {
  rules: readonly Rules[];
}

async function walk(folder: string, options: Walk): Promise<string[]> {
  throwIfAborted(options.signal, 'the search for files');
  const own = options.respectGitignore === false ? null : await gitignore(folder);
  const rules = own ? [...options.rules, own] : options.rules;
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  // The same order on every machine.
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '.' ? entry.name : join(folder, entry.name);
    if (entry.isDirectory()) {
      if (NEVER.includes(entry.name) || isIgnored(rules, path, true)) continue;
      found.push(...(await walk(path, { ...options, rules })));
    } else if (SOURCE_ENDINGS.has(extname(entry.name).toLowerCase()) && !isIgnored(rules, path, false)) {
      if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) found.push(path);
    }
  }
  return found;
}

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false;

/** The innermost .gitignore that says something decides, as in git. */
function isIgnored(rules: readonly Rules[], path: string, isFolder: boolean): boolean {
  for (const { folder, rules: own } of [...rules].reverse()) {
    const inside = relative(folder, resolve(path)).split(sep).join('/');
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) continue;
    const { ignored, unignored } = own.test(isFolder ? `${inside}/` : inside);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

/** Rules of the repository that a folder lies in: of the folders above it, and .git/info/exclude. */
async function rulesAbove(name: string, { respectGitignore = true }: DiscoverOptions): Promise<Rules[]> {
  if (!respectGitignore) return [];
  const found: Rules[] = [];
  for (let folder = resolve(name); ; folder = dirname(folder)) {
    if (folder !== resolve(name)) {
      const own = await gitignore(folder);
      if (own) found.unshift(own);
    }
    if (existsSync(join(folder, '.git'))) {
      const own = await gitignore(folder, join('.git', 'info', 'exclude'));
      return own ? [own, ...found] : found;
    }
    // Without a repository above, files named .gitignore there mean nothing.
    if (dirname(folder) === folder) return [];
  }
}

async function gitignore(folder: string, file = '.gitignore'): Promise<Rules | null> {
  const text = await readFile(join(folder, file), 'utf8').catch(() => null);
  return text === null ? null : { folder: resolve(folder), rules: ignore().add(text) };
}

function nothingIn(name: string): UserError {
  return new UserError(
    `expected Python files in ${name}, found none (${[...SOURCE_ENDINGS].join(', ')}) that git does not ignore`,
    'name another folder, or --no-respect-gitignore',
  );
}
