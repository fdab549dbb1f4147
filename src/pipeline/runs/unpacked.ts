import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../core/errors';
import { readJson } from '../../core/files';
import { runPackSchema, type RunPack } from '../../records/run-pack';
import { stageFolder } from '../stages/stage-folder';

/** A pack's header in the run folder that was made of it. */
export const UNPACKED = 'unpacked.json';

/** Refuses other data than a packed training learns from. @param found digest of the data that is here @throws DataError */
export function refuseOtherData(
  { job: { inputs }, dataKey }: Pick<RunPack, 'job' | 'dataKey'>,
  found: string | undefined,
): void {
  if (found === inputs.process) return;
  throw new DataError(
    `this training was packed on another machine and learns from the data ${dataKey} with digest ${inputs.process}; here the digest is ${found ?? 'unknown'}`,
    `copy ${stageFolder(dataKey).path} from that machine, or make the data again with the same sources, packages and Python`,
  );
}

/**
 * Holds a run whose training was unpacked to that training: with other data or settings it would begin anew without a
 * word. Other runs pass.
 * @param run run folder
 * @param here key of the train stage and digest of its data as they are on this machine
 * @throws DataError saying what is other
 */
export async function refuseOtherTraining(
  run: string,
  here: { key: string; data: string | undefined },
): Promise<void> {
  const path = join(run, UNPACKED);
  if (!existsSync(path)) return;
  const pack = await readJson(path, runPackSchema);
  refuseOtherData(pack, here.data);
  if (here.key === pack.key) return;
  throw new DataError(
    `this run goes on with the training ${pack.key}, unpacked at step ${pack.step}; code, config, sources or Python here make it ${here.key}`,
    `\`trm train ${pack.experiment} --resume ${pack.run}\` goes on with it as it is`,
  );
}
