import { loadEngine } from '../../core/engine';
import { DataError } from '../../core/errors';
import { BREAKER, BREAKER_KEY, type GenerateConfig } from '../../generation/config';
import type { Breaker } from '../../generation/drawing/learned-bugs';
import { generateWith } from '../../generation/stage';
import { proposeBugs } from '../../repair/breaker';
import { loadRepairModel } from '../../repair/model-folder';
import type { Stage } from '../../stages/context';
import { modelFolder, modelRevision } from '../../training/initial-weights-folder';

/**
 * The generate stage, with the breaker that its config names: the stage itself knows no model, so the model is loaded
 * here and handed in.
 * @throws UserError when the folder is no model
 * @throws DataError when it is another model than the one that the stage was begun for
 */
export const generateStage: Stage<GenerateConfig> = async (config, context) => {
  if (config.breaker === null) return generateWith(config, context);
  const { breaker, close } = await openBreaker(config.breaker, context.sources?.[BREAKER]);
  try {
    return await generateWith(config, context, { breaker });
  } finally {
    close();
  }
};

/** @param promised revision of the model that the stage's job names; undefined: as it is */
async function openBreaker(
  { model: given, bugsPerFunction, temperature }: NonNullable<GenerateConfig['breaker']>,
  promised: string | undefined,
): Promise<{ breaker: Breaker; close: () => void }> {
  const revision = await modelRevision(given, BREAKER_KEY);
  if (promised !== undefined && promised !== revision)
    throw new DataError(
      `${BREAKER_KEY}: expected the model that the stage was begun for (${promised}), got ${revision}`,
      'run the same command again: it begins with the folder as it is now',
    );
  await loadEngine();
  const parts = await loadRepairModel(modelFolder(given, BREAKER_KEY));
  return {
    breaker: {
      revision,
      propose: (request, signal) => proposeBugs(parts, request, { bugsPerFunction, temperature, signal }),
    },
    close: () => {
      parts.model.dispose();
    },
  };
}
