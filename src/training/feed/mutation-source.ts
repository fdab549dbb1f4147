import { DataError } from '../../core/errors';
import { hashJson, sha256 } from '../../core/hash';
import { KeySet } from '../../core/key-set';
import { mapAhead } from '../../generation/ahead';
import { GENERATE_VERSION } from '../../generation/config';
import { loadClosedVocabulary, type ClosedVocabulary } from '../../processing/closed-vocabulary';
import { loadTokenizer, type Tokenizer } from '../../processing/tokenizer/tokenizer';
import { Critic } from '../../python/critic';
import { normalText } from '../../python/edits';
import { lex } from '../../python/lexer';
import type { Example } from '../../records/example';
import { rowOfExample } from '../../shards/example-columns';
import { RowGroupReader } from '../../shards/row-groups';
import { taxonomyHash } from '../../taxonomy/table';
import { makeBlock, type BlockPosition, type RowBlock, type RowCount } from './block';
import type { Mixture } from './feed';
import { mutateFunctions, scaledMixture, type CleanFunction } from './mutate';
import { epochSlices, numberGroups, rowOrder, type FunctionSlice, type NumberedGroup } from './order';
import { packRows } from './pack';
import { checkFooter, EXAMPLE_LAYOUT, identityOf } from './shard-source';
import type { BlockSource, SourceInfo, SourceSettings } from './source';

/** Functions whose mutants go to the critic together; while it works on them the next ones are drawn. */
const BATCH = 64;

/** `edits_json` of functions without a bug. */
const NO_EDITS = '[]';

/** The clean functions of a row group: places of those that did not come before. */
interface FunctionGroup {
  group: NumberedGroup;
  rows: Int32Array;
}

/**
 * Plants bugs into the clean functions of the train split, other ones each epoch. Owns a database and CPython
 * processes: call `close`.
 */
export class MutationSource implements BlockSource {
  private epoch: { number: number; slices: FunctionSlice[] } | null = null;
  /** Functions of the row group read last. */
  private cached: { group: number; functions: Map<number, CleanFunction> } | null = null;

  private constructor(
    private readonly settings: SourceSettings,
    private readonly reader: RowGroupReader,
    private readonly critic: Critic,
    private readonly groups: readonly FunctionGroup[],
    private readonly heldOut: KeySet,
    private readonly vocabularies: { tokenizer: Tokenizer; vocabulary: ClosedVocabulary },
    readonly info: SourceInfo,
  ) {}

  /**
   * Finds the clean functions and the programs of the other splits.
   * @throws DataError when a shard is damaged or of another version, or there is no clean function
   */
  static async open(settings: SourceSettings): Promise<MutationSource> {
    const reader = await RowGroupReader.open();
    let critic: Critic | undefined;
    try {
      const vocabularies = {
        tokenizer: loadTokenizer(settings.vocabularies?.tokenizer ?? ''),
        vocabulary: loadClosedVocabulary(settings.vocabularies?.closed ?? ''),
      };
      const groups = await findFunctions(reader, settings);
      const heldOut = await findPrograms(reader, settings);
      critic = await Critic.start({ workers: settings.config.mutations.criticWorkers });
      const versions = { generate: GENERATE_VERSION, taxonomy: taxonomyHash(), python: critic.pythonVersion };
      const counts = groups.map((group) => group.rows.length);
      const info: SourceInfo = {
        rows: counts.reduce((sum, count) => sum + count, 0),
        counts: [],
        identity: hashJson({ of: identityOf(settings, counts), versions }),
      };
      return new MutationSource(settings, reader, critic, groups, heldOut, vocabularies, info);
    } catch (error) {
      reader.close();
      await critic?.close();
      throw error;
    }
  }

  async read(position: BlockPosition, mixture: Mixture): Promise<RowBlock> {
    const { epoch, block } = position;
    const { seed, config, longest } = this.settings;
    const { blockFunctions } = config.mutations;
    if (this.epoch?.number !== epoch) {
      const sizes = this.groups.map((group) => group.rows.length);
      this.epoch = { number: epoch, slices: epochSlices(sizes, { seed, epoch, blockFunctions }) };
    }
    const { slices } = this.epoch;
    const functions = await this.functionsOf(slices[block]);
    const options = {
      ...this.vocabularies,
      settings: config.mutations,
      mixture: scaledMixture(config.mutations, mixture),
      critic: this.critic,
      maxTokens: longest,
      seed,
      epoch,
      isHeldOut: (key: string) => this.heldOut.has(key),
    };
    const examples: Example[] = [];
    const dropped: Record<string, number> = {};
    const work = (batch: CleanFunction[]): ReturnType<typeof mutateFunctions> =>
      mutateFunctions(batch, options);
    for await (const part of mapAhead(batches(functions), work, 1)) {
      examples.push(...part.examples);
      for (const reason of part.dropped) dropped[reason] = (dropped[reason] ?? 0) + 1;
    }
    const packed = packRows(EXAMPLE_LAYOUT, examples.map(rowOfExample));
    const order = rowOrder(seed, position, examples.length);
    return {
      ...makeBlock([packed], [block * 2 ** 16], order),
      endsEpoch: block === slices.length - 1,
      counts: countRows(examples),
      dropped,
    };
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.critic.close();
  }

  private async functionsOf({ group, members }: FunctionSlice): Promise<CleanFunction[]> {
    if (this.cached?.group !== group)
      this.cached = { group, functions: await this.readGroup(this.groups[group]) };
    const { functions } = this.cached;
    return members.map((member) => functions.get(this.groups[group].rows[member]) as CleanFunction);
  }

  private async readGroup({ group, rows }: FunctionGroup): Promise<Map<number, CleanFunction>> {
    const wanted = new Set(rows);
    const functions = new Map<number, CleanFunction>();
    let row = 0;
    for await (const { cells, rows: count } of this.reader.read(group, FUNCTION_COLUMNS))
      for (let i = 0; i < count; i++, row++) {
        if (!wanted.has(row)) continue;
        const [id, after, context, origin] = cells.map((column) => column[i] as string);
        functions.set(row, {
          id,
          after,
          context: JSON.parse(context) as CleanFunction['context'],
          origin: JSON.parse(origin) as CleanFunction['origin'],
        });
      }
    return functions;
  }
}

const FUNCTION_COLUMNS = ['id', 'after', 'context_json', 'origin_json'];

/** The clean functions of all shards, each once: the process stage repeats some for balance. */
async function findFunctions(
  reader: RowGroupReader,
  { paths, footer }: SourceSettings,
): Promise<FunctionGroup[]> {
  const seen = new KeySet();
  const groups: NumberedGroup[] = [];
  for (const path of paths) {
    checkFooter(await reader.metadata(path), footer, path);
    groups.push(...numberGroups(await reader.rowGroups(path)));
  }
  const found: FunctionGroup[] = [];
  for (const group of groups) {
    const rows: number[] = [];
    let row = 0;
    for await (const { cells, rows: count } of reader.read(group, ['id', 'edits_json']))
      for (let i = 0; i < count; i++, row++)
        if (cells[1][i] === NO_EDITS && seen.add(String(cells[0][i]))) rows.push(row);
    if (rows.length > 0) found.push({ group, rows: Int32Array.from(rows) });
  }
  if (found.length === 0)
    throw new DataError(
      'expected clean functions to plant bugs into, got none',
      'look at the process stage: are there clean functions in its train split?',
    );
  return found;
}

/** Hashes of the programs of the other splits, as the generate stage hashes its mutants. */
async function findPrograms(reader: RowGroupReader, { heldOut }: SourceSettings): Promise<KeySet> {
  const programs = new KeySet();
  for (const path of heldOut)
    for (const group of await reader.rowGroups(path))
      for await (const { cells } of reader.read(group, ['before']))
        for (const before of cells[0]) programs.add(sha256(normalText(lex(String(before)))));
  return programs;
}

async function* batches(functions: readonly CleanFunction[]): AsyncGenerator<CleanFunction[]> {
  for (let i = 0; i < functions.length; i += BATCH) yield functions.slice(i, i + BATCH);
}

function countRows(examples: readonly Example[]): RowCount[] {
  const found = new Map<string, RowCount>();
  for (const { length, difficulty, target } of examples) {
    const clean = target.location === 0;
    const { bugType } = target;
    const key = [length, clean, bugType, difficulty].join();
    const count = found.get(key) ?? { length, clean, bugType, difficulty, rows: 0 };
    count.rows++;
    found.set(key, count);
  }
  return [...found.values()];
}
