import type { TokenText } from '../../records/sample';

/** A name that an import statement binds and what it stands for. */
export interface ImportedName {
  name: string;
  /**
   * Dotted path: `import numpy as np` gives `numpy`, `from a.b import c` gives `a.b.c`, `import a.b` binds `a` and
   * gives `a`. Relative imports keep their dots: `from ..a import b` gives `..a.b`.
   */
  path: string;
}

/**
 * Names bound by the import statement of tokens [from, to), in order; none when it is no import statement.
 * `from a import *` binds names that the statement does not tell.
 */
export function importedNames(tokens: readonly TokenText[], from: number, to: number): ImportedName[] {
  const head = tokens[from]?.text;
  if (tokens[from]?.kind !== 'keyword' || (head !== 'import' && head !== 'from')) return [];
  let at = from + 1;
  let module = '';
  if (head === 'from') {
    while (at < to && tokens[at].text !== 'import') module += tokens[at++].text;
    at += 1;
  }
  const found: ImportedName[] = [];
  while (at < to) {
    if (tokens[at].kind !== 'name') {
      at += 1;
      continue;
    }
    let path = tokens[at].text;
    while (tokens[at + 1]?.text === '.' && at + 2 < to) path += `.${tokens[(at += 2)].text}`;
    const renamed = tokens[at + 1]?.text === 'as' && tokens[at + 2]?.kind === 'name';
    if (renamed) at += 2;
    if (head === 'from') found.push({ name: tokens[at].text, path: joinPath(module, path) });
    else found.push(renamed ? { name: tokens[at].text, path } : topLevel(path));
    at += 1;
  }
  return found;
}

function joinPath(module: string, name: string): string {
  return module.endsWith('.') ? module + name : `${module}.${name}`;
}

function topLevel(path: string): ImportedName {
  const [name] = path.split('.');
  return { name, path: name };
}
