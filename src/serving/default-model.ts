import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { DataError, UserError } from '../core/errors';
import { readJson } from '../core/files';
import { projectRoot, workDir } from '../core/paths';
import { calibrationSchema, UNCALIBRATED } from '../repair/calibration';
import { RELEASE_FILES } from '../repair/model-folder';
import { MANIFEST_KEY } from '../shards/manifest';

/** How a model came to be used. */
export type ModelOrigin = 'given' | 'TRM_MODEL' | 'shipped' | 'best';

/** What a release folder says of itself; null where it does not say. */
export interface ModelFacts {
  /** Name of the folder or link: the experiment, where the pipeline made it. */
  name: string;
  folder: string;
  /** When its files were finished, ISO 8601, UTC. */
  made: string;
  /** Weights. */
  parameters: number | null;
  /** Bugs of its own test split mended exactly: share, lower end of its interval, number of bugs. */
  accuracy: { rate: number; low: number; total: number } | null;
  /** Test functions, buggy and clean, that the figures rest on. */
  measured: number;
  /** Seconds of training. */
  trainedSeconds: number | null;
  /** Confidence from which edits are shown. */
  threshold: number;
  /** True when a manifest with the files' hashes lies beside them. */
  hashed: boolean;
}

/** A model to use, and why it is this one. */
export interface ChosenModel {
  facts: ModelFacts;
  origin: ModelOrigin;
  /** Models that were not taken although they are newer or the only ones: name and reason. */
  passedOver: { name: string; reason: string }[];
}

/** Fewer test functions than this and a share says little: a trial of the pipeline, not a model to work with. */
const LEAST_MEASURED = 200;

/** Training for less is a trial, too. */
const LEAST_SECONDS = 60;

/** The model that comes with the project. */
export const shippedModel = (): string => join(projectRoot(), 'models', 'trm-code-repair');

/**
 * The model folder to use: the one given, else `TRM_MODEL` (an empty one counts as none), else the one that comes with
 * the project, else the best suited of those made here: the one that certainly (lower end of the interval) mends the
 * largest share of its test bugs, the newer of equals. Trials are never taken unless they are named: models measured on
 * fewer than 200 functions or trained for less than a minute.
 *
 * Models made here lie in `TRM_WORK_DIR/models`, every finished release linked by its experiment's name. Such a name is
 * as good as a folder. They do not come before the project's own: each is measured on a test split of its own, so that
 * their figures cannot be compared.
 * @param shipped folder of the project's own model. Default: {@link shippedModel}
 * @throws UserError when there is none, with the reason for each that was passed over; DataError for a damaged folder
 */
export async function chooseModel(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  shipped: string = shippedModel(),
): Promise<ChosenModel> {
  const models = join(workDir(env), 'models');
  const named = given ?? (env.TRM_MODEL || undefined);
  if (named !== undefined)
    return {
      facts: await readFacts(folderOf(named, models)),
      origin: given === undefined ? 'TRM_MODEL' : 'given',
      passedOver: [],
    };
  if (isModel(shipped)) return { facts: await readFacts(shipped), origin: 'shipped', passedOver: [] };
  const candidates: ModelFacts[] = [];
  const passedOver: ChosenModel['passedOver'] = [];
  for (const name of existsSync(models) ? (await readdir(models)).sort() : []) {
    const folder = join(models, name);
    if (!isModel(folder)) continue;
    // One broken folder does not hide the others; it is said with the rest.
    const facts = await readFacts(folder).catch((error: Error) => error);
    const reason = facts instanceof Error ? facts.message : trialReason(facts);
    if (reason !== null) passedOver.push({ name, reason });
    else if (!(facts instanceof Error)) candidates.push(facts);
  }
  const low = ({ accuracy }: ModelFacts): number => accuracy?.low ?? 0;
  const [best] = candidates.sort((a, b) => low(b) - low(a) || (a.made < b.made ? 1 : -1));
  if (best) return { facts: best, origin: 'best', passedOver };
  throw new UserError(
    passedOver.length === 0
      ? `expected a trained model in ${models}, found none`
      : `expected a trained model in ${models}, found only ${passedOver.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    'make one with `trm run quickstart`, or name one: --model <folder> or TRM_MODEL',
  );
}

const isModel = (folder: string): boolean => existsSync(join(folder, RELEASE_FILES.config));

/** A folder as it was named; where there is none, the model of that name among those made here. */
function folderOf(named: string, models: string): string {
  return !isModel(named) && basename(named) === named && isModel(join(models, named))
    ? join(models, named)
    : named;
}

function trialReason({ accuracy, measured, trainedSeconds }: ModelFacts): string | null {
  if (accuracy === null) return 'never measured';
  if (trainedSeconds !== null && trainedSeconds < LEAST_SECONDS)
    return `a trial, trained for ${Math.round(trainedSeconds)} s`;
  return measured < LEAST_MEASURED ? `a trial, measured on ${measured} functions only` : null;
}

const configFacts = z.looseObject({ parameters: z.looseObject({ total: z.int() }).optional() });
const rateFacts = z.looseObject({ rate: z.number().nullable(), low: z.number(), total: z.int() });
const reportFacts = z.looseObject({
  test: z.looseObject({ buggy: z.int(), clean: z.int() }),
  overall: z.looseObject({ joint: rateFacts }),
});
const manifestFacts = z.looseObject({
  created: z.iso.datetime().optional(),
  'trm:metrics': z.looseObject({ training: z.looseObject({ seconds: z.number() }).nullish() }).optional(),
});

/** Reads what a release says of itself: loosely, so that other versions are told, too. @throws DataError */
async function readFacts(folder: string): Promise<ModelFacts> {
  const path = (file: string): string => join(folder, file);
  if (!existsSync(path(RELEASE_FILES.config)))
    throw new DataError(
      `expected a model folder at ${folder}: found no ${RELEASE_FILES.config} in it`,
      'give the folder that the release stage wrote (--model <folder>), or make one with `trm run quickstart`',
    );
  const optional = async <S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | null> =>
    existsSync(path(file)) ? readJson(path(file), schema) : null;
  const config = await readJson(path(RELEASE_FILES.config), configFacts);
  const report = await optional(RELEASE_FILES.report, reportFacts);
  const manifest = await optional(MANIFEST_KEY, manifestFacts);
  const calibration = await optional(RELEASE_FILES.calibration, calibrationSchema);
  const { rate, low, total } = report?.overall.joint ?? { rate: null, low: 0, total: 0 };
  return {
    name: basename(resolve(folder)),
    folder,
    made: manifest?.created ?? (await stat(path(RELEASE_FILES.config))).mtime.toISOString(),
    parameters: config.parameters?.total ?? null,
    accuracy: rate === null ? null : { rate, low, total },
    measured: report === null ? 0 : report.test.buggy + report.test.clean,
    trainedSeconds: manifest?.['trm:metrics']?.training?.seconds ?? null,
    threshold: (calibration ?? UNCALIBRATED).threshold,
    hashed: manifest !== null,
  };
}

/**
 * A model in one line: `quickstart (data/models/quickstart), made 2026-11-30 02:50 UTC, 1.07M weights, mends 39.6 % of
 * 482 test bugs, shows edits above 0.35`.
 */
export function describeModel({
  name,
  folder,
  made,
  parameters,
  accuracy,
  threshold,
  hashed,
}: ModelFacts): string {
  const parts = [
    `${name} (${folder})`,
    `made ${made.slice(0, 16).replace('T', ' ')} UTC`,
    ...(parameters === null ? [] : [`${(parameters / 1e6).toFixed(2)}M weights`]),
    accuracy === null
      ? 'never measured'
      : `mends ${(100 * accuracy.rate).toFixed(1)} % of ${accuracy.total} test bugs`,
    `shows edits above ${threshold.toFixed(2)}`,
    ...(hashed ? [] : [`no ${MANIFEST_KEY}: its files are not checked`]),
  ];
  return parts.join(', ');
}

/** What a person is told before a model is used: the model, and better-looking ones that were not taken. */
export function announceModel({ facts, passedOver }: ChosenModel): string {
  const others = passedOver.map(({ name, reason }) => `${name}: ${reason}`);
  return `model: ${describeModel(facts)}${others.length > 0 ? ` (not taken: ${others.join('; ')})` : ''}`;
}
