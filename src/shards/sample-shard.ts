import { DataError } from '../core/errors';
import type { Resource } from '../records/manifest';
import { SAMPLE_VERSION, sampleSchema, type Sample } from '../records/sample';
import type { ObjectStore } from '../storage/object-store';
import type { Cell, Column, Row } from './columns';
import { ParquetReader, requireVersion } from './reader';
import { shardFiles, writeShards, type ShardsOptions } from './writer';

const VERSION_KEY = 'trm:sampleVersion';

/** Columns of sample shards: all fields of the Sample record; nested ones as JSON text (names end in `_json`). */
export const SAMPLE_COLUMNS = [
  { name: 'id', type: 'string', description: 'sha256 hex of the normalised before + NUL + after' },
  {
    name: 'group',
    type: 'string',
    description: 'repository or package; `projectOf` tells its project, which splits go by',
  },
  { name: 'parent_id', type: 'string', nullable: true, description: 'id of the clean function of a mutant' },
  { name: 'source', type: 'string', description: 'github, git, stackoverflow, linter, synthetic or folder' },
  { name: 'origin_json', type: 'string', description: 'by kind: repo, commit, path, function, ...' },
  { name: 'context_id', type: 'string', nullable: true, description: 'context of the file, in contexts/' },
  { name: 'context_function', type: 'int32', nullable: true, description: 'which function of the context' },
  { name: 'licence', type: 'string', description: 'SPDX id or NOASSERTION' },
  { name: 'attribution_json', type: 'string', nullable: true, description: 'author, url, notice' },
  { name: 'bug_type', type: 'string', nullable: true, description: 'taxonomy id' },
  { name: 'family', type: 'string', nullable: true, description: 'bug family' },
  { name: 'before', type: 'string', description: 'function source with the bug, dedented, \\n line ends' },
  { name: 'after', type: 'string', nullable: true, description: 'without it; null: clean, so as before' },
  { name: 'edits_json', type: 'string', description: 'edits that turn before into after' },
  { name: 'lexer_version', type: 'int32', description: 'lexer whose tokens the spans count' },
  { name: 'difficulty', type: 'int32', description: '1..5' },
  { name: 'quality_json', type: 'string', description: 'scores 0..1 by validation stage' },
  { name: 'evidence_json', type: 'string', description: 'what speaks for the bug' },
  { name: 'flags_json', type: 'string', description: 'snake_case remarks' },
  { name: 'split', type: 'string', nullable: true, description: 'train, val, test; null before processing' },
] as const satisfies readonly Column[];

/**
 * Writes samples as `<folder>/shard_00000.parquet`, ... in their order, streaming.
 * @returns the manifest's resources, in order
 * @throws DataError when a sample does not fit its columns
 */
export async function writeSampleShards(
  store: ObjectStore,
  folder: string,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: ShardsOptions = {},
): Promise<Resource[]> {
  const metadata = { [VERSION_KEY]: String(SAMPLE_VERSION), ...options.metadata };
  return writeShards(store, folder, SAMPLE_COLUMNS, mapRows(samples), { ...options, metadata });
}

/**
 * Reads the samples of a folder's shards in order, streaming; each is validated.
 * @param folder default `samples`
 * @throws DataError when there is no shard, one is damaged, or a row is no valid Sample
 */
export async function* readSamples(store: ObjectStore, folder = 'samples'): AsyncGenerator<Sample> {
  const files = await shardFiles(store, folder);
  const reader = await ParquetReader.open();
  try {
    for (const file of files) yield* readShard(reader, file);
  } finally {
    reader.close();
  }
}

async function* readShard(reader: ParquetReader, path: string): AsyncGenerator<Sample> {
  await requireVersion(reader, path, VERSION_KEY, SAMPLE_VERSION);
  let before = 0;
  for await (const { rows, cells } of reader.readFile(path, COLUMN_NAMES)) {
    for (let row = 0; row < rows; row++) {
      const checked = sampleSchema.safeParse(sampleAt(cells, row));
      if (!checked.success) {
        const { path: at, message } = checked.error.issues[0];
        throw new DataError(
          `${path} row ${before + row}: no valid sample, ${at.map(String).join('.')}: ${message}`,
          'the shard may come from another version; make it again',
        );
      }
      yield checked.data;
    }
    before += rows;
  }
}

async function* mapRows(samples: AsyncIterable<Sample> | Iterable<Sample>): AsyncGenerator<Row> {
  for await (const sample of samples) yield toRow(sample);
}

function toRow(sample: Sample): Row {
  return {
    id: sample.id,
    group: sample.group,
    parent_id: sample.parentId,
    source: sample.source,
    origin_json: JSON.stringify(sample.origin),
    context_id: sample.context?.id ?? null,
    context_function: sample.context?.function ?? null,
    licence: sample.licence,
    attribution_json: sample.attribution && JSON.stringify(sample.attribution),
    bug_type: sample.bugType,
    family: sample.family,
    before: sample.before,
    // Most of a shard's bytes are source: a clean function's is stored once.
    after: sample.after === sample.before ? null : sample.after,
    edits_json: JSON.stringify(sample.edits),
    lexer_version: sample.lexerVersion,
    difficulty: sample.difficulty,
    quality_json: JSON.stringify(sample.quality),
    evidence_json: JSON.stringify(sample.evidence),
    flags_json: JSON.stringify(sample.flags),
    split: sample.split,
  };
}

const COLUMN_NAMES = SAMPLE_COLUMNS.map(({ name }) => name);
const COLUMN = Object.fromEntries(COLUMN_NAMES.map((name, i) => [name, i])) as Record<
  (typeof COLUMN_NAMES)[number],
  number
>;

function sampleAt(cells: readonly (readonly Cell[])[], row: number): Record<keyof Sample, unknown> {
  const cell = (name: keyof typeof COLUMN): Cell => cells[COLUMN[name]][row];
  const json = (name: keyof typeof COLUMN): unknown => JSON.parse(String(cell(name)));
  const contextId = cell('context_id');
  const attribution = cell('attribution_json');
  return {
    id: cell('id'),
    group: cell('group'),
    parentId: cell('parent_id'),
    source: cell('source'),
    origin: json('origin_json'),
    context: contextId === null ? null : { id: contextId, function: cell('context_function') },
    licence: cell('licence'),
    attribution: attribution === null ? null : json('attribution_json'),
    bugType: cell('bug_type'),
    family: cell('family'),
    before: cell('before'),
    after: cell('after') ?? cell('before'),
    edits: json('edits_json'),
    lexerVersion: cell('lexer_version'),
    difficulty: cell('difficulty'),
    quality: json('quality_json'),
    evidence: json('evidence_json'),
    flags: json('flags_json'),
    split: cell('split'),
  };
}
