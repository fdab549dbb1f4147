import { DataError } from '../../core/errors';
import { KeySet } from '../../core/keys/key-set';
import { seedStream } from '../../core/rng';
import type { AdmissionDrop } from '../../processing/admission/admission';
import { contentKeys } from '../../processing/admission/content-keys';
import type { EncodableSample } from '../../processing/encoding/encode-sample';
import { normalText, sampleIdOf } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Surroundings } from '../../records/file-context';
import type { Contexts } from '../../shards/context-shard';
import type { ParquetReader } from '../../shards/reader';
import { numberGroups, type NumberedGroup } from './order';
import { checkFooter } from './shard-source';
import type { SourceSettings } from './source';

/** A clean function to plant bugs into. */
export interface CleanFunction extends Pick<EncodableSample, 'id' | 'after'> {
  surroundings: Surroundings;
}

/** `edits_json` of functions without a bug. */
const NO_EDITS = '[]';

/** The clean functions of a row group: places of those that did not come before. */
export interface FunctionGroup {
  group: NumberedGroup;
  rows: Int32Array;
}

/**
 * The clean functions of all shards, each once: the process stage repeats some for balance.
 * @returns where they stand, and their ids
 * @throws DataError when there is none
 */
export async function findFunctions(
  reader: ParquetReader,
  { paths, footer }: SourceSettings,
): Promise<{ groups: FunctionGroup[]; ids: KeySet }> {
  const ids = new KeySet();
  const numbered: NumberedGroup[] = [];
  for (const path of paths) {
    checkFooter(await reader.metadata(path), footer, path);
    numbered.push(...numberGroups(await reader.rowGroups(path)));
  }
  const groups: FunctionGroup[] = [];
  for (const group of numbered) {
    const rows: number[] = [];
    let row = 0;
    for await (const { cells, rows: count } of reader.readGroup(group, ['id', 'edits_json']))
      for (let i = 0; i < count; i++, row++)
        if (cells[1][i] === NO_EDITS && ids.add(String(cells[0][i]))) rows.push(row);
    if (rows.length > 0) groups.push({ group, rows: Int32Array.from(rows) });
  }
  if (groups.length === 0)
    throw new DataError(
      'expected clean functions to plant bugs into, got none',
      'look at the process stage: are there clean functions in its train split?',
    );
  return { groups, ids };
}

/** A clean function's `after` is its `before`, and not stored again. */
const FUNCTION_COLUMNS = ['id', 'before', 'context_id', 'context_function'];

/** Reads functions of a row group, by their row in it. */
export async function readFunctions(
  reader: ParquetReader,
  { group, rows }: FunctionGroup,
  contexts: Contexts,
): Promise<Map<number, CleanFunction>> {
  const wanted = new Set(rows);
  const functions = new Map<number, CleanFunction>();
  let row = 0;
  for await (const { cells, rows: count } of reader.readGroup(group, FUNCTION_COLUMNS))
    for (let i = 0; i < count; i++, row++) {
      if (!wanted.has(row)) continue;
      const [id, after, contextId, index] = cells.map((column) => column[i]);
      const context = contextId === null ? null : { id: String(contextId), function: Number(index) };
      const surroundings = contexts.around({ context });
      functions.set(row, { id: String(id), after: String(after), surroundings });
    }
  return functions;
}

/** Functions that are surveyed, and row groups that they are taken from, at most. */
const SURVEYED = 2000;
const SURVEYED_GROUPS = 8;

/** A sample of the functions by seed, from row groups drawn by seed. */
export async function sampleFunctions(
  reader: ParquetReader,
  groups: readonly FunctionGroup[],
  { seed }: SourceSettings,
  contexts: Contexts,
): Promise<CleanFunction[]> {
  const rng = seedStream(seed, 'survey');
  const drawn = rng.shuffle(groups).slice(0, SURVEYED_GROUPS);
  const all = drawn.reduce((sum, { rows }) => sum + rows.length, 0);
  const share = Math.min(1, SURVEYED / all);
  const out: CleanFunction[] = [];
  for (const { group, rows } of drawn) {
    const members = rng.shuffle(Array.from(rows)).slice(0, Math.ceil(share * rows.length));
    out.push(...(await readFunctions(reader, { group, rows: Int32Array.from(members) }, contexts)).values());
  }
  return out;
}

/** Why a mutant that is made while training may not be learned from, see `Admission`. */
export type MutantDrop = AdmissionDrop | 'twin_in_other_split';

/** The programs that a mutant must not be. */
export class KnownPrograms {
  /** Programs of the other splits, buggy and mended, and what they are up to names and literals. */
  private readonly contents = new KeySet();
  private readonly shapes = new KeySet();

  /** @param cleanIds ids of train's clean functions */
  private constructor(private readonly cleanIds: KeySet) {}

  /** Reads the programs of the other splits. */
  static async read(
    reader: ParquetReader,
    { heldOut }: SourceSettings,
    cleanIds: KeySet,
  ): Promise<KnownPrograms> {
    const programs = new KnownPrograms(cleanIds);
    for (const path of heldOut)
      for (const group of await reader.rowGroups(path))
        for await (const { cells } of reader.readGroup(group, ['before', 'after']))
          for (const column of cells)
            for (const source of column) if (source !== null) programs.holdOut(String(source));
    return programs;
  }

  /** Why a buggy program is dropped; undefined when it is not. */
  dropOf(before: string): MutantDrop | undefined {
    const tokens = lex(before);
    const { content, shape } = contentKeys(tokens);
    if (this.contents.has(content)) return 'content_in_other_split';
    const text = normalText(tokens);
    if (this.cleanIds.has(sampleIdOf(text, text))) return 'bug_is_clean_code';
    return this.shapes.has(shape) ? 'twin_in_other_split' : undefined;
  }

  private holdOut(source: string): void {
    const { content, shape } = contentKeys(lex(source));
    this.contents.add(content);
    this.shapes.add(shape);
  }
}
