import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../core/errors';
import { readJson } from '../core/files';
import { lockHolder } from '../pipeline/stages/lock';
import { recordedKey } from '../pipeline/runs/run-record';
import { readStageJob, stageFolder } from '../pipeline/stages/stage-folder';
import { openSecrets } from '../storage/secrets';
import { localFolders } from '../stages/context';
import { METRICS_KEY } from '../training/metrics-log';
import { trackingConfigSchema, type WandbConfig } from '../training/tracking/config';
import { syncWandb, WANDB_CURSOR } from '../training/tracking/wandb';
import { wandbCursorSchema } from '../training/tracking/wandb-cursor';
import { findRun } from './runs';

/** Settings of {@link syncRun}; what is not given comes from the run's config. */
export type SyncOverrides = Partial<Pick<WandbConfig, 'baseUrl' | 'project' | 'entity'>>;

const runConfigSchema = z.looseObject({
  train: z.looseObject({ tracking: trackingConfigSchema.prefault({}) }),
});

/**
 * Sends what a W&B server has not got of a run's metrics.jsonl, whether or not the run mirrored itself.
 * @param id as `trm runs show` takes it, or the folder of a train stage
 * @returns rows that the server has now, and the run's page
 * @throws UserError when there is no such run, it has not trained, or it is training
 * @throws TrmError when the server refuses or does not answer
 */
export async function syncRun(
  id: string,
  overrides: SyncOverrides = {},
): Promise<{ rows: number; url: string }> {
  const { stage, live, config } = await locate(id);
  const holder = await lockHolder(stage);
  if (holder)
    throw new UserError(
      `${basename(stage)} is being trained by process ${holder.pid}`,
      'wait for its end; with train.tracking.wandb.enabled it mirrors itself',
    );
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const { tracking } = runConfigSchema.parse(config).train;
  return syncWandb(
    { ...tracking.wandb, ...(await placeOf(live)), ...given },
    {
      metricsPath: logOf(stage, live),
      folder: live,
      name: tracking.wandb.name ?? basename(stage),
      experiment: config,
      secrets: openSecrets(),
      warn: () => undefined,
    },
  );
}

/** The log as it grew here; of a stage that was trained elsewhere there is the one in its output alone. */
function logOf(stage: string, live: string): string {
  const log = join(live, METRICS_KEY);
  return existsSync(log) ? log : join(stage, 'output', METRICS_KEY);
}

/** Where a mirror of the training was begun: a stage's identity says nothing of trackers. */
async function placeOf(folder: string): Promise<SyncOverrides> {
  const path = join(folder, WANDB_CURSOR);
  if (!existsSync(path)) return {};
  const { baseUrl, entity, project } = await readJson(path, wandbCursorSchema);
  return { baseUrl, entity, project };
}

/** The train stage of a run, and the config to show beside its curves. */
async function locate(id: string): Promise<{ stage: string; live: string; config: Record<string, unknown> }> {
  const job = await readStageJob({ job: join(id, 'job.json') });
  if (job) return { stage: resolve(id), ...localFolders(resolve(id)), config: { train: job.config } };
  const run = await findRun(id);
  const key = await recordedKey(run, 'train');
  if (key === undefined)
    throw new UserError(`run ${basename(run)} has not trained`, '`trm runs show` tells how far it came');
  const config = parse(await readFile(join(run, 'config.yaml'), 'utf8')) as Record<string, unknown>;
  const { path, live } = stageFolder(key);
  return { stage: path, live, config };
}
