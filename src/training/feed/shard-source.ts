import { DataError } from '../../core/errors';
import { hashJson } from '../../core/hash';
import { checkExample, EXAMPLE_COLUMNS, exampleOfRow } from '../../shards/example-columns';
import { ParquetReader, type CellBatch } from '../../shards/reader';
import { makeBlock, type BlockPosition, type RowBlock, type RowCount } from './block';
import { checkRow } from './check-row';
import { epochBlocks, numberGroups, rowOrder, type NumberedGroup } from './order';
import { packColumns, recordLayout, unpackRow, type PackedRows } from './pack';
import type { BlockSource, SourceInfo, SourceSettings } from './source';

/** Layout of the records of example shards. */
export const EXAMPLE_LAYOUT = recordLayout(EXAMPLE_COLUMNS);

const NAMES = EXAMPLE_COLUMNS.map(({ name }) => name);

/** Streams the row groups of example shards. Owns a database: call `close`. */
export class ShardSource implements BlockSource {
  /** Blocks of the epoch read last. */
  private epoch: { number: number; blocks: NumberedGroup[][] } | null = null;

  private constructor(
    private readonly settings: SourceSettings,
    private readonly reader: ParquetReader,
    private readonly groups: readonly NumberedGroup[],
    readonly info: SourceInfo,
  ) {}

  /**
   * Reads all footers and the few columns that buckets and mixture go by.
   * @throws DataError when a shard is damaged, or of another version, tokenizer or vocabulary; when there is no row,
   * or one that is too long for the buckets
   */
  static async open(settings: SourceSettings): Promise<ShardSource> {
    const reader = await ParquetReader.open();
    try {
      const groups = [];
      for (const path of settings.paths) {
        checkFooter(await reader.metadata(path), settings.footer, path);
        groups.push(...(await reader.rowGroups(path)));
      }
      const counts = await countRows(reader, settings);
      const rows = groups.reduce((sum, group) => sum + group.rows, 0);
      const identity = identityOf(
        settings,
        groups.map((group) => group.rows),
      );
      return new ShardSource(settings, reader, numberGroups(groups), { rows, counts, identity });
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  async read({ epoch, block }: BlockPosition): Promise<RowBlock> {
    const { seed, config } = this.settings;
    if (this.epoch?.number !== epoch) {
      const blocks = epochBlocks(this.groups, { seed, epoch, bufferRows: config.bufferRows });
      this.epoch = { number: epoch, blocks };
    }
    const { blocks } = this.epoch;
    const parts: PackedRows[] = [];
    const numbers: number[] = [];
    for (const group of blocks[block]) {
      let number = group.firstInDataset;
      for await (const batch of this.reader.readGroup(group, NAMES)) {
        parts.push(this.pack(batch, group.path));
        numbers.push(number);
        number += batch.rows;
      }
    }
    const rows = parts.reduce((sum, { starts }) => sum + starts.length - 1, 0);
    const order = rowOrder(seed, { epoch, block }, rows);
    return { ...makeBlock(parts, numbers, order), endsEpoch: block === blocks.length - 1, dropped: {} };
  }

  close(): Promise<void> {
    this.reader.close();
    return Promise.resolve();
  }

  /** Packs a batch of rows and checks each. */
  private pack({ cells, rows }: CellBatch, place: string): PackedRows {
    const packed = packColumns(EXAMPLE_LAYOUT, cells, rows);
    for (let row = 0; row < rows; row++) {
      const example = exampleOfRow(unpackRow(EXAMPLE_LAYOUT, packed.buffer, packed.starts[row]));
      checkExample(example, place);
      checkRow(example, this.settings.sizes, place);
    }
    return packed;
  }
}

/** Refuses a shard whose footer says otherwise than expected. */
export function checkFooter(
  got: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
  path: string,
): void {
  for (const [key, value] of Object.entries(expected))
    if (got[key] !== value)
      throw new DataError(
        `${path}: expected ${key} ${value}, got ${(got[key] as string | undefined) ?? 'none'}`,
        'the shard was made with another version, tokenizer or vocabulary; run the process stage again',
      );
}

/** What buckets and mixtures go by. */
const COUNTED = ['length', 'location', 'bug_type', 'difficulty', 'origin'];

async function countRows(reader: ParquetReader, { paths, longest }: SourceSettings): Promise<RowCount[]> {
  const found = new Map<string, RowCount>();
  for (const path of paths)
    for (const counted of await reader.countBy(path, COUNTED)) {
      const [length, location, bugType, difficulty, origin, rows] = counted;
      if (length > longest)
        throw new DataError(
          `${path}: expected windows of at most ${longest} tokens, got one of ${length}`,
          'raise train.bucketLengths or lower process.maxTokens',
        );
      const clean = location === 0;
      const key = [length, clean, bugType, difficulty, origin].join();
      const before = found.get(key)?.rows ?? 0;
      found.set(key, { length, clean, bugType, difficulty, origin, rows: before + rows });
    }
  if (found.size === 0)
    throw new DataError(
      'expected training examples, got none',
      'look at the process stage: what did it drop?',
    );
  return [...found.values()];
}

/** Hash of all that decides which rows stand at a position. */
export function identityOf(
  { kind, seed, config, footer }: SourceSettings,
  groups: readonly number[],
): string {
  const { bufferRows, mutations } = config;
  return hashJson({ kind, seed, footer, groups, ...(kind === 'shards' ? { bufferRows } : { mutations }) });
}
