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

const PROJECTS: ReadonlySet<string> = new Set(
  RESERVED_REPOSITORIES.map((repository) => projectNamed(repository.replace(/^.*\//, ''))),
);

/** Whether code belongs to a reserved project: its repository, package, forks and other names. */
export function isReserved(clues: ProjectClues): boolean {
  return PROJECTS.has(projectOf(clues));
}
