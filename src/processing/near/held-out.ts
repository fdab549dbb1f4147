import { basename, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '../../core/errors';
import { parseJson } from '../../core/files';
import { projectRoot } from '../../core/paths';
import { lex } from '../../python/tokens/lexer';
import type { TokenText } from '../../records/sample';
import { dataDigest } from '../../shards/data-digest';
import { readRows } from '../../shards/reader';
import { shardFiles } from '../../shards/writer';
import { createFolderStore } from '../../storage/folder-store';
import { readLines } from '../../storage/json-lines';
import { contentKey } from '../admission/content-keys';
import { shinglesOf } from './shingles';

/** A function of a held-out set. */
export interface HeldOutItem {
  /** Content keys of its programs, mended and buggy; the mended one first. */
  contents: readonly string[];
  /** Shingles of the mended one; none when it is too short to be near another one. */
  shingles: Uint32Array;
}

const lineSchema = z.strictObject({
  /** Name of the set. */
  set: z.string().min(1),
  /** Program tokens of the mended function. */
  tokens: z.int().positive(),
  contents: z.array(z.string().regex(/^[0-9a-f]{16}$/)).min(1),
  /** Its shingles: Uint32, ascending, little-endian, as Base64. */
  shingles: z.base64(),
});

/** One line of a file of held-out functions, which tells of them without holding their code. */
export type HeldOutLine = z.infer<typeof lineSchema>;

/** The line of a function that is held out: its mended program and its buggy one. */
export function heldOutLine(set: string, after: string, before = after): HeldOutLine {
  const tokens = lex(after);
  const { contents, shingles } = describe(tokens, before === after ? tokens : lex(before));
  return {
    set,
    tokens: tokens.length,
    contents: contents.map((content) => content.slice(0, 16)),
    shingles: Buffer.from(shingles.buffer).toString('base64'),
  };
}

/**
 * Reads held-out functions, streaming: of folders of samples (`samples/` in them) and of files of {@link HeldOutLine}s.
 * @param names folders, and files that end in `.jsonl`
 * @param minTokens shorter functions have no shingles
 * @throws ConfigError when one is not there
 * @throws DataError when one is damaged
 */
export async function* readHeldOut(names: readonly string[], minTokens: number): AsyncGenerator<HeldOutItem> {
  for (const name of names) {
    const { path, isFolder } = await locate(name);
    yield* isFolder ? readFolder(path, minTokens) : readFile(path, minTokens);
  }
}

/** Finds a held-out set; relative paths start at the root of the project. @throws ConfigError when it is not there */
async function locate(name: string): Promise<{ path: string; isFolder: boolean }> {
  const path = resolve(projectRoot(), name);
  const found = await stat(path).catch(() => null);
  if (found) return { path, isFolder: found.isDirectory() };
  throw new ConfigError(
    `process.nearDuplicates.heldOut: expected a folder of samples or a file of held-out functions, found no ${path}`,
    'mend the path, or leave it out',
  );
}

/**
 * What each held-out set holds: the digest of its content, or SHA-256 of its file, by its name.
 * @throws ConfigError when one is not there
 */
export async function heldOutHashes(names: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of names) hashes[basename(name)] = await dataDigest((await locate(name)).path);
  return hashes;
}

async function* readFolder(folder: string, minTokens: number): AsyncGenerator<HeldOutItem> {
  const files = await shardFiles(createFolderStore(folder), 'samples');
  for await (const row of readRows(files, ['before', 'after'])) {
    const before = String(row.before);
    // A clean function's source is stored once.
    const after = String(row.after ?? before);
    const tokens = lex(after);
    yield describe(tokens, before === after ? tokens : lex(before), minTokens);
  }
}

async function* readFile(path: string, minTokens: number): AsyncGenerator<HeldOutItem> {
  let number = 0;
  for await (const line of readLines(path)) {
    const { tokens, contents, shingles } = parseJson(line, lineSchema, `${path} line ${++number}`);
    const bytes = Uint8Array.from(Buffer.from(shingles, 'base64'));
    yield { contents, shingles: tokens < minTokens ? new Uint32Array() : new Uint32Array(bytes.buffer) };
  }
}

function describe(after: readonly TokenText[], before: readonly TokenText[], minTokens = 0): HeldOutItem {
  return {
    contents: after === before ? [contentKey(after)] : [contentKey(after), contentKey(before)],
    shingles: after.length < minTokens ? new Uint32Array() : shinglesOf(after),
  };
}
