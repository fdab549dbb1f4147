import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { DataError, UserError } from '../../core/errors';
import { parseJson, readJson, writeFileAtomic, writeJsonAtomic } from '../../core/files';
import { sha256 } from '../../core/hash';
import { pathInside, runsDir } from '../../core/paths';
import { newRunId } from '../../core/run-folder';
import { RUN_PACK_VERSION, runPackSchema, type RunPack } from '../../records/run-pack';
import { stageJobSchema } from '../../records/stage-job';
import { datasetDigest } from '../../shards/manifest';
import { readArchive, writeArchive } from '../../storage/archive';
import { createFolderStore } from '../../storage/folder-store';
import { openSecrets } from '../../storage/secrets';
import { BEFORE_DECAY, listCheckpoints } from '../../training/checkpoint';
import { readRunState, type RunState } from '../../training/long-run/transfer';
import { lockFolder } from '../stages/lock';
import type { OpenedStage } from '../stages/open-stage';
import { readStageManifest, stageFolder } from '../stages/stage-folder';
import { loadExperiment, refuseSecrets, STAGE_VERSIONS } from './experiment';
import { newRunRecord, readRunRecord, withStage, writeRunRecord } from './run-record';
import { refuseOtherData, UNPACKED } from './unpacked';

const HEADER = 'pack.json';
const CONFIG = 'config.yaml';
const OUTPUT = 'output/';

/**
 * Writes all that a training goes on from into one file: newest checkpoint, weights of the best evaluation, log, resolved
 * config, and hashes of the data. The training may go on meanwhile. Of one that ended by an early decay, the state before
 * that decay is taken.
 * @param stage the train stage of a run or of an experiment
 * @throws DataError when there is no checkpoint; UserError when the training is over
 */
export async function packTraining(stage: OpenedStage<unknown>, path: string): Promise<RunPack> {
  const { run, ...source } = stage.source;
  const loaded = await loadExperiment(stage.source);
  refuseSecrets(loaded.config, openSecrets().redact);
  const { record, files } = await stateOf(stage);
  const body = new Map<string, Uint8Array>([[CONFIG, Buffer.from(stringify(loaded.config))]]);
  for (const [key, bytes] of files) body.set(OUTPUT + key, bytes);
  const dataStore = stage.inputs.process;
  if (!dataStore)
    throw new UserError(
      `${source.experiment} has no data to come back to`,
      'only runs of the pipeline are packed',
    );
  const header: RunPack = {
    version: RUN_PACK_VERSION,
    run: run ? basename(run) : newRunId(stage.experiment),
    experiment: stage.experiment,
    configHash: loaded.hash,
    packedAt: new Date().toISOString(),
    step: record.step,
    samplesSeen: record.samplesSeen,
    seconds: record.seconds,
    precision: String(record.training.precision),
    key: stage.key,
    job: await readJson(stage.folder.job, stageJobSchema),
    dataKey: basename(join(dataStore.location, '..')),
    files: Object.fromEntries([...body].map(([name, bytes]) => [name, sha256(bytes)])),
  };
  const first: [string, Uint8Array] = [HEADER, Buffer.from(`${JSON.stringify(header, null, 1)}\n`)];
  await writeArchive(path, new Map([first, ...body]));
  return header;
}

async function stateOf(stage: OpenedStage<unknown>): Promise<RunState> {
  const { store, key } = stage;
  const finished = await stage.manifest();
  if (finished === undefined) return readRunState(store);
  if (finished['trm:metrics']?.ended === 'early_decay') return readRunState(store, BEFORE_DECAY);
  throw new UserError(
    `the training ${key} is over: there is nothing to go on with`,
    'its model is in the folder `model` of its output',
  );
}

/** What {@link unpackTraining} made. */
export interface UnpackedTraining {
  pack: RunPack;
  /** The run folder. */
  run: string;
  /** Whether the data is here already; else it must be made again or copied. */
  data: 'here' | 'missing';
}

/**
 * Puts a packed training into its place: its state into the train stage's folder, and a run folder that names it.
 * `trm train <experiment> --resume <run>` goes on with it.
 * @throws DataError when the pack is damaged, or the data here is another; UserError when this code has another version,
 * or a training of that key is here
 */
export async function unpackTraining(path: string): Promise<UnpackedTraining> {
  const files = await readArchive(path);
  const pack = checkedHeader(files, path);
  const data = await lookForData(pack);
  const folder = stageFolder(pack.key);
  const store = createFolderStore(folder.output);
  const unlock = await lockFolder(folder.path, `stage train (${pack.key})`);
  try {
    const steps = await listCheckpoints(store);
    if (steps.length > 0 || (await readStageManifest(folder)) !== undefined)
      throw new UserError(
        `expected no training in ${folder.path}, found one${steps.length > 0 ? ` at step ${steps[0]}` : ''}`,
        'it is the same training: go on with it, or move that folder away',
      );
    const run = await makeRunFolder(pack, String(files.get(CONFIG)));
    await writeJsonAtomic(folder.job, pack.job);
    // The checkpoint's record is the last file: before it, nothing is there.
    for (const [name, bytes] of files)
      if (name.startsWith(OUTPUT)) await store.put(name.slice(OUTPUT.length), bytes);
    return { pack, run, data };
  } finally {
    await unlock();
  }
}

function checkedHeader(files: ReadonlyMap<string, Uint8Array>, path: string): RunPack {
  const damaged = (what: string): DataError =>
    new DataError(`expected a whole pack of a training at ${path}: ${what}`, 'copy it again, or pack again');
  const text = files.get(HEADER);
  if (text === undefined) throw damaged(`it has no ${HEADER}`);
  const pack = parseJson(Buffer.from(text).toString('utf8'), runPackSchema, `${HEADER} of ${path}`);
  const { stage, version } = pack.job;
  if (version !== STAGE_VERSIONS[stage])
    throw new UserError(
      `${path} is of version ${version} of stage ${stage}, this code has version ${STAGE_VERSIONS[stage]}`,
      'go on with the code that it was trained with',
    );
  for (const [name, hash] of Object.entries(pack.files)) {
    const body = files.get(name);
    if (body === undefined) throw damaged(`${name} is missing`);
    if (sha256(body) !== hash) throw damaged(`the hash of ${name} is not the recorded one`);
  }
  const foreign = [...files.keys()].find((name) => name !== HEADER && !(name in pack.files));
  if (foreign !== undefined) throw damaged(`it holds ${foreign}, which is not listed`);
  if (!(CONFIG in pack.files)) throw damaged(`${CONFIG} is missing`);
  return pack;
}

async function lookForData({ dataKey, job }: RunPack): Promise<'here' | 'missing'> {
  const manifest = await readStageManifest(stageFolder(dataKey));
  if (manifest === undefined) return 'missing';
  refuseOtherData({ job, dataKey }, datasetDigest(manifest));
  return 'here';
}

async function makeRunFolder(pack: RunPack, config: string): Promise<string> {
  const run = pathInside(runsDir(), pack.run);
  if (existsSync(join(run, 'run.json'))) {
    const known = (await readRunRecord(run)).stages.find(({ stage }) => stage === 'train')?.key;
    if (known !== pack.key)
      throw new UserError(
        `expected no other run ${run}, found one with the training ${known || 'none yet'}`,
        'move that run folder away',
      );
  }
  await writeFileAtomic(
    join(run, CONFIG),
    `# Resolved config of experiment ${pack.experiment}: every key, defaults included.\n${config}`,
  );
  await writeJsonAtomic(join(run, UNPACKED), pack);
  const fresh = newRunRecord(pack.run, pack.experiment, pack.configHash);
  const withData = withStage(fresh, 'process', { key: pack.dataKey });
  await writeRunRecord(run, withStage(withData, 'train', { key: pack.key }));
  return run;
}
