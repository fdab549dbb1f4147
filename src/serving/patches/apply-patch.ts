import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../../core/errors';
import { replaceContent, type ReplaceOptions } from '../replace-file';
import { readSourceFile } from '../source-file';

/** One file of a patch, ready to be written. */
export interface PatchedFile {
  name: string;
  before: Uint8Array;
  after: Uint8Array;
}

/** Settings of {@link preparePatch}. */
export interface PreparePatchOptions {
  /** Folder that the patch's paths start from. Default: the working directory. */
  root?: string;
}

/**
 * Reads a unified diff and applies it to the bytes of the files that it names; nothing is written. Every line of it must
 * stand where the patch says, or it does not apply.
 * @throws UserError when the text is no patch, or one of its files is not what the patch was made for
 */
export async function preparePatch(
  patch: Uint8Array,
  { root = '.' }: PreparePatchOptions = {},
): Promise<PatchedFile[]> {
  // Latin-1 gives each byte one character and back.
  const files = parse(Buffer.from(patch).toString('latin1'));
  const prepared: PatchedFile[] = [];
  for (const file of files) {
    const name = nameOf(file, root);
    const { bytes } = await readSourceFile(name);
    const after = applyPatch(bytes.toString('latin1'), file, {
      fuzzFactor: 0,
      autoConvertLineEndings: false,
    });
    if (after === false)
      throw new UserError(
        `${name} is not what the patch was made for: nothing was written`,
        'make the patch again: trm fix <files> --save-patch <patch>',
      );
    prepared.push({ name, before: bytes, after: Buffer.from(after, 'latin1') });
  }
  return prepared;
}

/**
 * Writes prepared files, see `replaceContent`. Where one cannot be written, those before it are put back.
 * @throws what `replaceContent` throws
 */
export function writePatched(files: readonly PatchedFile[], options: ReplaceOptions = {}): void {
  const written: PatchedFile[] = [];
  try {
    for (const file of files) {
      replaceContent(file.name, file.before, file.after, options);
      written.push(file);
    }
  } catch (error) {
    for (const { name, before, after } of written.reverse()) replaceContent(name, after, before, options);
    throw error;
  }
}

function parse(text: string): StructuredPatch[] {
  const fail = (reason: string): UserError =>
    new UserError(
      `expected a patch (a unified diff), ${reason}`,
      'make it by `trm fix <files> --save-patch <patch>`',
    );
  let files: StructuredPatch[];
  try {
    files = parsePatch(text);
  } catch (error) {
    throw fail((error as Error).message.split('\n')[0]);
  }
  const named = files.filter(({ newFileName, hunks }) => newFileName !== undefined && hunks.length > 0);
  if (named.length === 0 && text.trim() !== '') throw fail('found no file in it');
  return named;
}

/** `b/src/a.py` -> `src/a.py`; one that is not below the root, or leads out of it by `..`, is refused. */
function nameOf({ newFileName = '' }: StructuredPatch, root: string): string {
  const name = newFileName.replace(/^b\//, '');
  if (isAbsolute(name) || name.split('/').includes('..'))
    throw new UserError(
      `expected paths inside of one folder, the patch names ${name}`,
      'leave that file out',
    );
  return root === '.' ? name : join(root, name);
}
