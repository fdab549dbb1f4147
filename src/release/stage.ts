import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { throwIfAborted } from '../core/errors';
import { parseJson, writeFileAtomic } from '../core/files';
import { projectRoot } from '../core/paths';
import { readDemonstration, scoreRepair, type RepairScores } from '../evaluation/demonstration';
import { reportSchema } from '../evaluation/report';
import { CALIBRATION_KEY, REPORT_KEY } from '../evaluation/stage';
import { CLOSED_VOCABULARY_KEY, TOKENIZER_KEY } from '../processing/stage';
import { RELEASE_FILES } from '../repair/model-folder';
import { loadRepairer } from '../repair/repairer';
import {
  buildManifest,
  codeIdentity,
  describeResource,
  readManifest,
  writeManifest,
} from '../shards/manifest';
import { listKeys } from '../storage/objects';
import { requireInput } from '../stages/require-input';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { decodeModel, encodeModel, modelFileSchema } from '../trm/model';
import type { StorageForm } from '../trm/storage/form';
import { RELEASE_VERSION, type ReleaseConfig } from './config';
import { renderModelCard } from './model-card';

export { RELEASE_VERSION, releaseConfigSchema, type ReleaseConfig } from './config';

/** Folder of the demonstration in a release. */
const EXAMPLES = 'examples';

/** Where each file of a release comes from. */
const COPIES: readonly { from: 'train' | 'process' | 'evaluate'; key: string; to: string }[] = [
  { from: 'train', key: 'model/model.safetensors', to: RELEASE_FILES.weights },
  { from: 'train', key: 'model/config.json', to: RELEASE_FILES.config },
  { from: 'process', key: TOKENIZER_KEY, to: RELEASE_FILES.tokenizer },
  { from: 'process', key: CLOSED_VOCABULARY_KEY, to: RELEASE_FILES.vocabulary },
  { from: 'evaluate', key: CALIBRATION_KEY, to: RELEASE_FILES.calibration },
  { from: 'evaluate', key: REPORT_KEY, to: RELEASE_FILES.report },
];

/**
 * The release stage: gathers everything that repair needs into one folder, loads it as a user would, lets it repair
 * `examples/buggy.py`, and writes the model card from measured figures. `loadRepairer(folder)` opens it.
 * @throws DataError when an earlier stage's output is missing or the files do not fit together
 */
export const release: Stage<ReleaseConfig> = async (config, context) => {
  const { store, signal, progress } = context;
  const task = progress.start('building the release', { total: COPIES.length + 2 });
  for (const { from, key, to } of COPIES) {
    throwIfAborted(signal, 'the release');
    await store.put(to, await requireInput(context, 'release', from).get(key));
    task.advance();
  }
  if (config.smaller !== null)
    await store.put(RELEASE_FILES.smallWeights, await storedAgain(store, config.smaller));
  if (config.storage !== 'float32')
    await store.put(RELEASE_FILES.weights, await storedAgain(store, config.storage));
  await store.put(RELEASE_FILES.pieces, await renderPieces(store));
  await store.put(RELEASE_FILES.licence, await readFile(join(projectRoot(), 'LICENSE')));
  const demonstration = await demonstrate(context);
  task.advance();
  const data = await readManifest(requireInput(context, 'release', 'process'));
  const text = async (key: string): Promise<string> => Buffer.from(await store.get(key)).toString('utf8');
  const report = parseJson(await text(RELEASE_FILES.report), reportSchema, RELEASE_FILES.report);
  const model = parseJson(await text(RELEASE_FILES.config), modelFileSchema, RELEASE_FILES.config);
  const { commit } = await codeIdentity(context.machine.git);
  await store.put(
    RELEASE_FILES.card,
    renderModelCard({ config, model, report, data, commit, demonstration }),
  );
  task.finish();
  return finish(config, context, data['trm:licences'] ?? {}, demonstration);
};

/** The release's weights in another form. */
async function storedAgain(store: ObjectStore, form: StorageForm): Promise<Uint8Array> {
  const text = Buffer.from(await store.get(RELEASE_FILES.config)).toString('utf8');
  const file = parseJson(text, modelFileSchema, RELEASE_FILES.config);
  const data = decodeModel(file, await store.get(RELEASE_FILES.weights), RELEASE_FILES.weights);
  return encodeModel(data, file.hashes, file.step, form).weights;
}

/** `vocab.json` as Hugging Face names it: piece -> id. */
async function renderPieces(store: ObjectStore): Promise<string> {
  const tokenizer = JSON.parse(Buffer.from(await store.get(RELEASE_FILES.tokenizer)).toString('utf8')) as {
    model: { vocab: Record<string, number> };
  };
  return `${JSON.stringify(tokenizer.model.vocab)}\n`;
}

/** Repairs the demonstration file with the release as a user has it, and keeps the file, its list and the patch. */
async function demonstrate({ store, scratch, signal, machine }: StageContext): Promise<RepairScores> {
  const list = join(projectRoot(), 'examples', 'buggy.json');
  const { demonstration, source } = await readDemonstration(list);
  const folder = join(scratch, 'release');
  for (const key of await listKeys(store)) await writeFileAtomic(join(folder, key), await store.get(key));
  const repairer = await loadRepairer(folder, { critic: await machine.critic() });
  try {
    const fix = await repairer.repair(source, { file: demonstration.file, unsafeFixes: true, signal });
    const score = scoreRepair(demonstration, source, fix);
    await store.put(`${EXAMPLES}/buggy.py`, source);
    await store.put(`${EXAMPLES}/buggy.json`, await readFile(list));
    await store.put(`${EXAMPLES}/buggy.diff`, fix.diff);
    await store.put(`${EXAMPLES}/buggy.score.json`, `${JSON.stringify(score, null, 2)}\n`);
    return score;
  } finally {
    await repairer.close();
  }
}

const trainingFacts = z.looseObject({ steps: z.int(), seconds: z.number() });

/** How long the model was trained: `trm fix` does not take a trial of seconds for a model to work with. */
async function trainingOf(trained: ObjectStore): Promise<{ steps: number; seconds: number } | null> {
  const facts = trainingFacts.safeParse((await readManifest(trained))['trm:metrics']);
  return facts.success ? { steps: facts.data.steps, seconds: facts.data.seconds } : null;
}

async function finish(
  config: ReleaseConfig,
  context: StageContext,
  licences: Record<string, number>,
  demonstration: RepairScores,
): ReturnType<Stage<ReleaseConfig>> {
  const { store } = context;
  const counts = ({ mended, bugs, damaged }: RepairScores['shown']): Record<string, number> => ({
    mended,
    bugs: bugs.length,
    damaged: damaged.length,
  });
  const keys = (await listKeys(store)).filter((key) => key !== 'manifest.json');
  const manifest = await buildManifest({
    stage: 'release',
    stageVersion: RELEASE_VERSION,
    config,
    context,
    resources: await Promise.all(keys.map((key) => describeResource(store, key))),
    counts: { in: COPIES.length, out: keys.length, dropped: {} },
    licences,
    metrics: {
      training: await trainingOf(requireInput(context, 'release', 'train')),
      demonstration: { verified: counts(demonstration.verified), shown: counts(demonstration.shown) },
    },
  });
  await writeManifest(store, manifest);
  return manifest;
}
