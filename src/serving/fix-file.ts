import { realpath } from 'node:fs/promises';
import { UserError } from '../core/errors';
import { decodeSource, encodeSource } from '../python/tokens/codec';
import type { Fix } from '../records/finding';
import { patchBytes, patchPath } from '../repair/diff';
import type { Repairer, RepairOptions } from '../repair/repairer';
import { replaceContent, type ReplaceOptions } from './replace-file';
import { readSourceFile, STDIN } from './source-file';

/** A file's repair, and how to put it back. */
export interface RepairedFile {
  fix: Fix;
  /** True when `fix.fixed` differs from the file. */
  changed: boolean;
  /**
   * The patch from the file's bytes to those that {@link write} would write, in the file's own encoding: `git apply` takes
   * it in the working directory, or in `/` for a file that lies elsewhere. Empty when nothing changed.
   */
  patch(): Uint8Array;
  /** Writes `fix.fixed` to the file in its own encoding (see `replaceContent`); on standard input, to standard output. */
  write(options?: ReplaceOptions): void;
}

/**
 * Repairs a file, or standard input when its name is `-`. Nothing is written.
 * @throws UserError when the file cannot be read, or holds what CPython would refuse to decode
 */
export async function repairFile(
  name: string,
  repairer: Repairer,
  options: RepairOptions,
): Promise<RepairedFile> {
  const { bytes, readOnlyBecause } = await readSourceFile(name, options.signal);
  const decoded = decodeSource(bytes);
  if (decoded.problem !== null)
    throw new UserError(`${name}: ${decoded.problem}`, 'correct the encoding or its declaration first');
  const fix = await repairer.repair(decoded.text, { ...options, file: name === STDIN ? '<stdin>' : name });
  // git knows a symbolic link by what it points to, and refuses to look behind it.
  const real = await realpath(name).catch(() => name);
  const after = (): Uint8Array => encodeSource({ ...decoded, text: fix.fixed });
  return {
    fix,
    changed: fix.fixed !== decoded.text,
    patch: () =>
      patchBytes(bytes, after(), { file: name === STDIN ? 'stdin' : patchPath(real), like: fix.diff }),
    write: (settings) => {
      if (name === STDIN) process.stdout.write(after());
      else if (readOnlyBecause === null) replaceContent(name, bytes, after(), settings);
      else
        throw new UserError(
          `cannot write ${name}: ${readOnlyBecause}; nothing was written`,
          '--diff shows the patch, and `trm fix -` writes the fixed source to standard output',
        );
    },
  };
}
