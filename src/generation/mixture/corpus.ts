import { setImmediate } from 'node:timers/promises';
import { ConfigError, throwIfAborted } from '../../core/errors';
import { allowedProjects } from '../../core/keys/groups';
import type { Sample } from '../../records/sample';
import type { Contexts } from '../../shards/context-shard';
import { readSamples } from '../../shards/sample-shard';
import type { ObjectStore } from '../../storage/object-store';
import type { StageContext } from '../../stages/context';
import type { GenerateConfig } from '../config';
import { aimedShares, fixedFamilies } from './aims';
import { fitMixture, type FittedMixture } from './fit';
import { SeededSample, surveyOffers, type Plantable } from './offers';

/**
 * Fits the mixture that a config asks for to the clean functions of `collected`, of which a sample by seed is surveyed.
 * Depends on config, seed and functions alone, not on their order, so that an interrupted run finds the same weights.
 * @throws ConfigError when the config leaves every bug type out
 */
export async function fitToCorpus(
  config: GenerateConfig,
  { signal, progress, seed }: Pick<StageContext, 'signal' | 'progress' | 'seed'>,
  collected: ObjectStore,
  contexts: Contexts,
): Promise<FittedMixture> {
  const aims = aimedShares(config);
  if (Object.values(aims).every((share) => share === 0))
    throw new ConfigError(
      'generate: expected a share above 0 for some bug type, got none',
      'look at generate.families and generate.types: 0 leaves out',
    );
  const sample = new SeededSample<Pick<Sample, 'id' | 'after' | 'context'>>(config.surveyFunctions, seed);
  const isAllowed = allowedProjects(config.allowedGroups);
  for await (const one of readSamples(collected)) {
    throwIfAborted(signal, 'generate');
    const { id, after, context, edits } = one;
    if (edits.length === 0 && isAllowed(one)) sample.add({ id, after, context });
  }
  const functions = sample.items().map((one): Plantable => ({ ...one, context: contexts.around(one) }));
  const task = progress.start('surveying functions', { total: functions.length });
  const onFunction = async (): Promise<void> => {
    task.advance();
    // Mutators work without a pause: signals are heard in between.
    await setImmediate();
    throwIfAborted(signal, 'generate');
  };
  const offers = await surveyOffers(functions, { maxTokens: config.maxTokens, onFunction });
  task.finish();
  return fitMixture(offers, { aims, fixed: fixedFamilies(config), mutants: config.mutantsPerFunction });
}
