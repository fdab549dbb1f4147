import { canonicalJson, hashJson } from '../../core/hash';
import { mapAhead } from '../../core/processes/ahead';
import { GENERATE_VERSION } from '../../generation/config';
import type { DrawnMutant } from '../../generation/drawing/draw';
import { fixedFamilies } from '../../generation/mixture/aims';
import { fitMixture } from '../../generation/mixture/fit';
import { surveyOffers, type Offers } from '../../generation/mixture/offers';
import { createMixture, type MixturePart } from '../../generation/drawing/mixture-part';
import { loadClosedVocabulary, type ClosedVocabulary } from '../../processing/vocabulary/closed-vocabulary';
import { loadTokenizer, type Tokenizer } from '../../processing/tokenizer/tokenizer';
import { Critic } from '../../python/critic/critic';
import type { Example } from '../../records/example';
import { rowOfExample } from '../../shards/example-columns';
import { Contexts } from '../../shards/context-shard';
import { ParquetReader } from '../../shards/reader';
import { taxonomyHash } from '../../taxonomy/table';
import { makeBlock, type BlockPosition, type RowBlock, type RowCount } from './block';
import {
  findFunctions,
  KnownPrograms,
  readFunctions,
  sampleFunctions,
  type FunctionGroup,
} from './clean-functions';
import type { Mixture } from './feed';
import { mutateFunctions, scaledAims } from './mutate';
import type { CleanFunction } from './clean-functions';
import { epochSlices, rowOrder, type FunctionSlice } from './order';
import { packRows } from './pack';
import { EXAMPLE_LAYOUT, identityOf } from './shard-source';
import type { BlockSource, SourceInfo, SourceSettings } from './source';

/** Functions whose mutants go to the critic together; while it works on them the next ones are drawn. */
const BATCH = 64;

/**
 * Plants bugs into the clean functions of the train split, other ones each epoch. Owns a database and CPython
 * processes: call `close`.
 */
export class MutationSource implements BlockSource {
  private epoch: { number: number; slices: FunctionSlice[] } | null = null;
  /** Weights for a curriculum's mixture: of the last one asked for. */
  private fitted: { key: string; mixture: MixturePart[] } | null = null;
  /** Functions of the row group read last. */
  private cached: { group: number; functions: Map<number, CleanFunction> } | null = null;

  private constructor(
    private readonly settings: SourceSettings,
    private readonly reader: ParquetReader,
    private readonly critic: Critic,
    private readonly groups: readonly FunctionGroup[],
    private readonly contexts: Contexts,
    private readonly programs: KnownPrograms,
    private readonly vocabularies: { tokenizer: Tokenizer; vocabulary: ClosedVocabulary },
    private readonly offers: Offers,
    readonly info: SourceInfo,
  ) {}

  /**
   * Finds the clean functions and the programs of the other splits, and surveys what the functions offer.
   * @throws DataError when a shard is damaged or of another version, or there is no clean function
   */
  static async open(settings: SourceSettings): Promise<MutationSource> {
    const reader = await ParquetReader.open();
    let critic: Critic | undefined;
    try {
      const vocabularies = {
        tokenizer: loadTokenizer(settings.vocabularies?.tokenizer ?? ''),
        vocabulary: loadClosedVocabulary(settings.vocabularies?.closed ?? ''),
      };
      const { groups, ids } = await findFunctions(reader, settings);
      const contexts = await Contexts.readFiles(settings.contexts);
      const programs = await KnownPrograms.read(reader, settings, ids);
      const { maxTokens } = settings.config.mutations;
      const surveyed = await sampleFunctions(reader, groups, settings, contexts);
      const functions = surveyed.map(({ surroundings, ...one }) => ({ ...one, context: surroundings }));
      const offers = await surveyOffers(functions, { maxTokens });
      // The machine's pool belongs to another thread.
      const { criticWorkers: workers } = settings.config.mutations;
      critic = await Critic.start({ workers, python: settings.python });
      const versions = { generate: GENERATE_VERSION, taxonomy: taxonomyHash(), python: critic.pythonVersion };
      const counts = groups.map((group) => group.rows.length);
      const info: SourceInfo = {
        rows: counts.reduce((sum, count) => sum + count, 0),
        counts: [],
        identity: hashJson({ of: identityOf(settings, counts), versions }),
      };
      return new MutationSource(
        settings,
        reader,
        critic,
        groups,
        contexts,
        programs,
        vocabularies,
        offers,
        info,
      );
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
      mixture: this.mixtureFor(mixture),
      critic: this.critic,
      maxTokens: longest,
      seed,
      epoch,
      admissionDrop: (mutant: Pick<DrawnMutant, 'before'>) => this.programs.dropOf(mutant.before),
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

  /** The generate stage's mixture under a curriculum's, fitted to the functions at hand. */
  private mixtureFor(mixture: Mixture): MixturePart[] {
    const { mutations } = this.settings.config;
    const aims = scaledAims(mutations, mixture);
    const key = canonicalJson(aims);
    if (this.fitted?.key !== key) {
      const { weights } = fitMixture(this.offers, {
        aims,
        fixed: fixedFamilies(mutations),
        mutants: mutations.mutantsPerFunction,
      });
      this.fitted = { key, mixture: createMixture(weights) };
    }
    return this.fitted.mixture;
  }

  private async functionsOf({ group, members }: FunctionSlice): Promise<CleanFunction[]> {
    if (this.cached?.group !== group)
      this.cached = { group, functions: await readFunctions(this.reader, this.groups[group], this.contexts) };
    const { functions } = this.cached;
    return members.map((member) => functions.get(this.groups[group].rows[member]) as CleanFunction);
  }
}

async function* batches(functions: readonly CleanFunction[]): AsyncGenerator<CleanFunction[]> {
  for (let i = 0; i < functions.length; i += BATCH) yield functions.slice(i, i + BATCH);
}

function countRows(examples: readonly Example[]): RowCount[] {
  const found = new Map<string, RowCount>();
  for (const { length, difficulty, origin, target } of examples) {
    const clean = target.location === 0;
    const { bugType } = target;
    const key = [length, clean, bugType, difficulty, origin].join();
    const count = found.get(key) ?? { length, clean, bugType, difficulty, origin, rows: 0 };
    count.rows++;
    found.set(key, count);
  }
  return [...found.values()];
}
