import { ConfigError, DataError } from '../../core/errors';
import { namesProject, projectOf, type ProjectClues } from '../../core/keys/groups';
import { sha256 } from '../../core/hash';

/** The three parts of a dataset: to learn from, to choose by, to judge by. */
export const SPLITS = ['train', 'val', 'test'] as const;
/** One of {@link SPLITS}. */
export type Split = (typeof SPLITS)[number];

/** How projects are divided. */
export interface SplitOptions {
  seed: number;
  /** Shares of projects that go to validation and test; the rest trains. */
  fractions: { val: number; test: number };
  /** Splits of named projects, which the hash does not decide; names as in `namesProject`. Default none. */
  assignments?: Readonly<Record<string, Split>>;
}

/** Where a project stands in [0, 1): a hash of seed and name, the same on every machine and whatever else there is. */
export function projectPoint(project: string, seed: number): number {
  return parseInt(sha256(`split/${seed}/${project}`).slice(0, 12), 16) / 2 ** 48;
}

/** The projects of samples, each with what one of its groups says of it. */
export class Projects {
  /** By project the groups that its code came in. */
  private readonly groups = new Map<string, Map<string, ProjectClues>>();

  /** Takes note of where a sample comes from. */
  add(clues: ProjectClues): void {
    const project = projectOf(clues);
    const groups = this.groups.get(project) ?? new Map<string, ProjectClues>();
    this.groups.set(project, groups);
    if (!groups.has(clues.group)) groups.set(clues.group, clues);
  }

  /** Names of the projects, see `projectOf`. */
  names(): string[] {
    return [...this.groups.keys()];
  }

  /**
   * The split that assignments give a project; undefined when none names it.
   * @throws ConfigError when two of them disagree
   */
  assigned(project: string, assignments: Readonly<Record<string, Split>>): Split | undefined {
    const clues = [...(this.groups.get(project)?.values() ?? [])];
    const found = Object.entries(assignments).filter(([name]) =>
      clues.some((one) => namesProject(name, one)),
    );
    const splits = new Set(found.map(([, split]) => split));
    if (splits.size > 1)
      throw new ConfigError(
        `process.assignments: expected one split for the project ${project}, got ` +
          found.map(([name, split]) => `${name}: ${split}`).join(', '),
        'a package, its history and its forks are one project: keep one of them',
      );
    return found.at(0)?.[1];
  }
}

/**
 * Divides projects among the splits by a seeded hash of their name, so that adding projects moves no other one; all
 * groups of a project (its package, its history, a fork) go together. Only where that leaves a wanted split empty does
 * the project nearest to it move there.
 * @returns the split of each project
 * @throws DataError when there are fewer projects than splits wanted
 * @throws ConfigError when assignments give a project two splits
 */
export function splitProjects(projects: Projects, options: SplitOptions): Map<string, Split> {
  const { seed, fractions, assignments = {} } = options;
  const points = projects
    .names()
    .map((project) => ({
      project,
      point: projectPoint(project, seed),
      assigned: projects.assigned(project, assignments),
    }))
    .sort((a, b) => a.point - b.point);
  const splits = new Map<string, Split>();
  for (const { project, point, assigned } of points)
    splits.set(project, assigned ?? splitAt(point, fractions));
  const wanted = SPLITS.filter((split) => split === 'train' || fractions[split] > 0);
  if (points.length < wanted.length)
    throw new DataError(
      `expected at least ${wanted.length} projects to fill ${wanted.join(', ')}, got ${points.length}`,
      'add sources, or set process.fractions.val or .test to 0',
    );
  // Test has the lowest points, train the highest: the free project nearest to an empty split moves.
  const free = points.filter(({ assigned }) => assigned === undefined).map(({ project }) => project);
  for (const split of wanted) {
    if ([...splits.values()].includes(split)) continue;
    const mover = (split === 'train' ? [...free].reverse() : free).find((project) => {
      const from = splits.get(project);
      return [...splits.values()].filter((other) => other === from).length > 1;
    });
    if (mover !== undefined) splits.set(mover, split);
  }
  return splits;
}

function splitAt(point: number, { val, test }: SplitOptions['fractions']): Split {
  if (point < test) return 'test';
  return point < test + val ? 'val' : 'train';
}
