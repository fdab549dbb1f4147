import { extname } from 'node:path';
import { NOTEBOOK_ENDING } from '../python-files';
import type { Document } from './document';
import { pythonDocument } from './python-document';

/** Reads a file's bytes as what its name says. @throws UserError when they are something else */
export async function openDocument(name: string, bytes: Uint8Array): Promise<Document> {
  if (extname(name).toLowerCase() !== NOTEBOOK_ENDING) return pythonDocument(name, bytes);
  const { notebookDocument } = await import('./notebook.js');
  return notebookDocument(name, bytes);
}
