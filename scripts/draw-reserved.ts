/**
 * Draws the twelve repositories that are kept from training as a second set to choose models by (`src/core/keys/reserved.ts`
 * lists them). From `experiments/mined-repositories.csv`, the 118 repositories whose mined fixes may be trained on, with
 * how many one-token fixes each has (tiers A and B, functions of at most 126 tokens):
 *
 *   node dist/scripts/draw-reserved.js
 *
 * - Not drawn: what an experiment reads already, so that trained models stay comparable, and repositories with fewer
 *   than 5 such fixes.
 * - Three layers by that number: 40 and more, 15 to 39, 5 to 14; two, five and five repositories of them.
 * - Seeds are tried from 1 on, until the twelve hold 8 to 10 % of all such fixes and at most three of a kind.
 *
 * A test holds the list to the draw.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../src/core/errors';
import { projectRoot } from '../src/core/paths';
import { seedStream } from '../src/core/rng';

/** A mined repository. */
export interface MinedRepository {
  /** `owner/name`. */
  name: string;
  /** What it is: science, learning, web, services, tools, other. */
  kind: string;
  /** One-token fixes of tiers A and B. */
  fixes: number;
  /** An experiment reads its package. */
  isRead: boolean;
}

/** Least number of fixes of a layer, and how many of it are drawn; each ends where the one before begins. */
const LAYERS = [
  { least: 40, draw: 2 },
  { least: 15, draw: 5 },
  { least: 5, draw: 5 },
] as const;
const SHARE = [0.08, 0.1] as const;
const MOST_OF_KIND = 3;
const MOST_SEEDS = 1000;

/** Reads `experiments/mined-repositories.csv`. */
export function readMinedRepositories(root = projectRoot()): MinedRepository[] {
  const text = readFileSync(join(root, 'experiments', 'mined-repositories.csv'), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [name, kind, fixes, isRead] = line.split(',');
      return { name, kind, fixes: Number(fixes), isRead: isRead === 'yes' };
    });
}

/** The repositories that are reserved, sorted, and the seed that drew them. @throws DataError when no seed gives such a set */
export function drawReserved(all: readonly MinedRepository[]): {
  seed: number;
  names: string[];
  share: number;
} {
  const total = all.reduce((sum, { fixes }) => sum + fixes, 0);
  const open = all.filter(({ isRead }) => !isRead).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const rng = seedStream(seed, 'reserved');
    let most = Infinity;
    const drawn = LAYERS.flatMap(({ least, draw }) => {
      const layer = open.filter(({ fixes }) => fixes >= least && fixes < most);
      most = least;
      return rng.shuffle(layer).slice(0, draw);
    });
    const share = drawn.reduce((sum, { fixes }) => sum + fixes, 0) / total;
    const ofKind = drawn.map(({ kind }) => drawn.filter((other) => other.kind === kind).length);
    if (share >= SHARE[0] && share <= SHARE[1] && Math.max(...ofKind) <= MOST_OF_KIND)
      return { seed, names: drawn.map(({ name }) => name).sort(), share };
  }
  throw new DataError(`none of ${MOST_SEEDS} seeds draws such a set`, 'look at the table of repositories');
}

if (require.main === module) {
  const all = readMinedRepositories();
  const { seed, names, share } = drawReserved(all);
  console.log(`seed ${seed}: ${(100 * share).toFixed(1)} % of the one-token fixes`);
  for (const name of names) {
    const { kind, fixes } = all.find((one) => one.name === name) ?? { kind: '', fixes: 0 };
    console.log(`${name} ${kind} ${fixes}`);
  }
}
