import { extname } from 'node:path';
import { UserError } from '../../core/errors';
import { NOTEBOOK_ENDING } from '../python-files';
import type { Document } from './document';
import { pythonDocument } from './python-document';

/** More code than this and a file is data: it would take minutes and tell nothing. Outputs of notebooks do not count. */
export const MAX_CODE_CHARACTERS = 2 * 2 ** 20;

/** Reads a file's bytes as what its name says. @throws UserError when they are something else, or too much code */
export async function openDocument(name: string, bytes: Uint8Array): Promise<Document> {
  const document = await documentOf(name, bytes);
  const { length } = document.text;
  if (length > MAX_CODE_CHARACTERS)
    throw new UserError(
      `${name}: expected at most ${MAX_CODE_CHARACTERS / 2 ** 20} Mi characters of code, got ${(length / 2 ** 20).toFixed(1)} Mi`,
      'leave it out (--exclude): it holds data rather than code',
    );
  return document;
}

async function documentOf(name: string, bytes: Uint8Array): Promise<Document> {
  if (extname(name).toLowerCase() !== NOTEBOOK_ENDING) return pythonDocument(name, bytes);
  const { notebookDocument } = await import('./notebook.js');
  return notebookDocument(name, bytes);
}
