import picomatch from 'picomatch';
import { TEST_PATTERNS, type FolderSource, type GitSource } from '../config';
import type { DropReason } from '../dropped';

/**
 * Whether a path fits a pattern of shells. Without `/`, the pattern must fit one part of the path (`tests` fits
 * `a/tests/b.py`); with `/`, it must fit the path or its beginning (`pkg/data` fits `pkg/data/x.py`). `*` stands for any
 * characters but `/`, `**` for any number of folders (`**` + `/tests/data` fits at any depth), `?` for one character,
 * `[ab]` and `{a,b}` for one of several.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const fits = matcherOf(pattern);
  const parts = path.split('/');
  if (!pattern.includes('/')) return parts.some((part) => fits(part));
  return parts.some((_, i) => fits(parts.slice(0, i + 1).join('/')));
}

const matchers = new Map<string, (path: string) => boolean>();

/** A pattern is asked about every file of a source: it is compiled once. */
function matcherOf(pattern: string): (path: string) => boolean {
  const known = matchers.get(pattern) ?? picomatch(pattern, { dot: true, noextglob: true, nonegate: true });
  matchers.set(pattern, known);
  return known;
}

/**
 * Why a path is left out before its file is read; undefined when it is not.
 * @param path a file, or a folder with a closing `/`
 */
export function dropPath(
  path: string,
  { exclude, includeTests }: Pick<FolderSource | GitSource, 'exclude' | 'includeTests'>,
): DropReason | undefined {
  const bare = path.replace(/\/$/, '');
  if (exclude.some((pattern) => matchesPath(pattern, bare))) return 'excluded_path';
  if (!includeTests && TEST_PATTERNS.some((pattern) => matchesPath(pattern, bare))) return 'test_path';
  return path.endsWith('.py') || path.endsWith('/') ? undefined : 'not_python';
}

/** The module or package a path belongs to, below the root: `json/decoder.py` -> `json`, `abc.py` -> `abc`. */
export function topLevelName(path: string): string {
  return path.split('/', 1)[0].replace(/\.py$/, '');
}
