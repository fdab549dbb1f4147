import { chmod, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../core/errors';
import { withAtomicFile } from '../core/files';
import { decodeSource, encodeSource, type DecodedSource } from '../python/codec';
import type { Finding, Fix } from '../records/finding';
import type { Repairer, RepairOptions } from '../repair/repairer';

/** Name of standard input in file lists and messages. */
export const STDIN = '-';

/** A file's repair, and how to put it back. */
export interface RepairedFile {
  fix: Fix;
  /** True when `fix.fixed` differs from the file. */
  changed: boolean;
  /** Writes `fix.fixed` to the file in its own encoding, atomically; on standard input, to standard output. */
  write(): Promise<void>;
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
  const decoded = await readSource(name);
  const fix = await repairer.repair(decoded.text, { ...options, file: name === STDIN ? '<stdin>' : name });
  return {
    fix,
    changed: fix.fixed !== decoded.text,
    write: async () => {
      const bytes = encodeSource({ ...decoded, text: fix.fixed });
      if (name === STDIN) process.stdout.write(bytes);
      else await replaceFile(name, bytes);
    },
  };
}

async function readSource(name: string): Promise<DecodedSource> {
  const bytes =
    name === STDIN
      ? await buffer(process.stdin)
      : await readFile(name).catch((error: NodeJS.ErrnoException) => {
          throw new UserError(
            `expected a readable Python file at ${name}: ${error.code ?? error.message}`,
            'check the path',
            { cause: error },
          );
        });
  const decoded = decodeSource(bytes);
  if (decoded.problem !== null)
    throw new UserError(`${name}: ${decoded.problem}`, 'correct the encoding or its declaration first');
  return decoded;
}

/** Replaces a file's content in one step; links are followed, the permissions stay. */
async function replaceFile(name: string, bytes: Uint8Array): Promise<void> {
  const path = await realpath(name);
  const { mode } = await stat(path);
  await withAtomicFile(path, async (temporary) => {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await chmod(temporary, mode);
  });
}

/** One line a finding: `file:line:column: verified 0.97 missing-colon: "" -> ":"` (column 1-based, as editors count). */
export function formatFinding({ file, start, tier, confidence, bugType, before, after }: Finding): string {
  const place = `${file}:${start.line}:${start.column + 1}`;
  const kind = bugType === null ? '' : ` ${bugType}`;
  return `${place}: ${tier} ${confidence.toFixed(2)}${kind}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}
