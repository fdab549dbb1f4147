import { TEST_PATTERNS, type FolderSource, type GitSource } from '../config';
import type { DropReason } from '../dropped';

/**
 * Whether a path fits a pattern. Without `/`, the pattern must fit one part of the path (`tests` fits
 * `a/tests/b.py`); with `/`, it must fit the path or its beginning (`pkg/data` fits `pkg/data/x.py`).
 * `*` stands for any characters but `/`.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const expression = patternExpression(pattern);
  if (!pattern.includes('/')) return path.split('/').some((part) => expression.test(part));
  const depth = pattern.split('/').length;
  return expression.test(path.split('/').slice(0, depth).join('/'));
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

function patternExpression(pattern: string): RegExp {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`);
}
