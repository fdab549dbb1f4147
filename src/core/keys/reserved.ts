import { projectOf, type ProjectClues } from './groups';
import { projectNamed } from './project-names';

/**
 * Repositories with mined fixes that are kept from training: models, settings and thresholds are chosen on them
 * (`real-dev2`), so that the dev repositories are only reported. Drawn by `scripts/draw-reserved.ts` and never changed:
 * a model that has seen one of them could not be chosen on it.
 */
export const RESERVED_REPOSITORIES = [
  'EleutherAI/lm-evaluation-harness',
  'MongoEngine/mongoengine',
  'Rapptz/discord.py',
  'conan-io/conan',
  'davidhalter/jedi',
  'getsentry/sentry-python',
  'marshmallow-code/marshmallow',
  'mne-tools/mne-python',
  'openai/gym',
  'ploomber/ploomber',
  'scikit-image/scikit-image',
  'streamlink/streamlink',
] as const;

/** Repositories of the dev split of the mined fixes: they judge models, and no model is trained on them. */
export const DEV_REPOSITORIES = [
  'psf/black',
  'cookiecutter/cookiecutter',
  'fastapi/fastapi',
  'httpie/cli',
  'spotify/luigi',
  'cool-RR/PySnooper',
  'sanic-org/sanic',
  'nvbn/thefuck',
  'pandas-dev/pandas',
  'psf/requests',
  'pallets/click',
  'aio-libs/aiohttp',
  'pydata/xarray',
  'sqlfluff/sqlfluff',
] as const;

const projectsOf = (repositories: readonly string[]): ReadonlySet<string> =>
  new Set(repositories.map((repository) => projectNamed(repository.replace(/^.*\//, ''))));

const RESERVED = projectsOf(RESERVED_REPOSITORIES);
const DEV = projectsOf(DEV_REPOSITORIES);

/** Whether code belongs to a reserved project: its repository, package, forks and other names. */
export function isReserved(clues: ProjectClues): boolean {
  return RESERVED.has(projectOf(clues));
}

/** Whether code belongs to a project of the dev split: its repository, package, forks and other names. */
export function isDev(clues: ProjectClues): boolean {
  return DEV.has(projectOf(clues));
}
