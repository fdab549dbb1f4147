import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { UserError } from '../core/errors';

/** Ending of Jupyter notebooks. */
export const NOTEBOOK_ENDING = '.ipynb';

/** Endings of Python source; `.pyi` declares types, `.pyw` runs without a console. */
const ENDINGS = new Set(['.py', '.pyi', '.pyw']);

/** Endings that are taken from a folder: Python source and notebooks. */
export const SOURCE_ENDINGS: ReadonlySet<string> = new Set([...ENDINGS, NOTEBOOK_ENDING]);

/** Bytes in which a first line is looked for. */
const FIRST_LINE = 256;

/**
 * Lets pass what is Python or a notebook by its name, or, without an ending, by its first line (`#!/usr/bin/env python3`, an encoding
 * declaration). Standard input, pipes and what does not exist pass too: they have no name that says anything, or whoever
 * reads them says more.
 * @throws UserError for everything else: what a Python model makes of JavaScript or YAML is never a fix
 */
export async function requirePythonFile(name: string): Promise<void> {
  const ending = extname(name).toLowerCase();
  if (SOURCE_ENDINGS.has(ending)) return;
  const file = await stat(name).catch(() => undefined);
  if (!file?.isFile()) return;
  if (ending === '' && !basename(name).startsWith('.') && isPython(await firstLine(name))) return;
  throw new UserError(
    `expected Python source in ${name}: its name ends in none of ${[...ENDINGS].join(', ')}` +
      (ending === '' ? ', and its first line names no Python' : ''),
    'if it is Python all the same, give it on standard input: trm fix - < file',
  );
}

/** An interpreter named python or pypy, a runner of Python scripts (uv, pipx), or an encoding declaration in a comment. */
function isPython(line: string): boolean {
  return (
    /^#!.*\b((python|pypy)[\d.]*|(uv|pipx) run)\b/.test(line) || /^\s*#.*coding[:=]\s*[-\w.]+/.test(line)
  );
}

async function firstLine(name: string): Promise<string> {
  const file = await open(name).catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await file?.read(Buffer.alloc(FIRST_LINE), 0, FIRST_LINE, 0)) ?? {};
    return (
      buffer
        ?.subarray(0, bytesRead)
        .toString('latin1')
        .split(/[\r\n]/)[0]
        .replace(/^\xEF\xBB\xBF/, '') ?? ''
    );
  } catch {
    return ''; // The reader of the file says what is wrong with it.
  } finally {
    await file?.close();
  }
}
