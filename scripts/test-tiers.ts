/**
 * Which test files there are, and which of the three `make` targets runs each. The list comes from the sources: what
 * `dist` still holds of a deleted test does not run.
 *
 * - `make check`: files that take at most {@link CHECK_SECONDS} of processor time, and those not measured yet.
 * - `make test`: these and all slower ones.
 * - `make test-servers`: only `*.servers.test.ts`, which need a server, a browser, root or another program that may be
 *   absent; they skip by name what they do not find.
 *
 * The times are in `scripts/test-times.json`; `make test-times` measures them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../src/core/errors';

/** What a test run is for: the `make` target of the same name. */
export const TIERS = ['check', 'test', 'test-servers'] as const;
/** One of {@link TIERS}. */
export type Tier = (typeof TIERS)[number];

/** Most processor seconds of a file that `make check` runs. */
export const CHECK_SECONDS = 3;

/** Processor seconds by test file, its path from the project's root; null: known to be long, not measured yet. */
export type TestTimes = Readonly<Record<string, number | null>>;

const FOLDERS = ['bench', 'scripts', 'src'];

/** Paths of all test sources from the project's root, sorted. */
export function testSources(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

/** Where the recorded times are. */
export function timesPath(root: string): string {
  return join(root, 'scripts', 'test-times.json');
}

/** The recorded times. */
export function readTimes(root: string): TestTimes {
  return JSON.parse(readFileSync(timesPath(root), 'utf8')) as TestTimes;
}

/** What a file takes, as far as is known: nothing when it is new. */
function secondsOf(source: string, times: TestTimes): number {
  const seconds = times[source];
  return seconds === null ? Infinity : (seconds ?? 0);
}

/** The first tier that runs a file. A file that was never measured is quick until it is. */
export function tierOf(source: string, times: TestTimes): Tier {
  if (source.endsWith('.servers.test.ts')) return 'test-servers';
  return secondsOf(source, times) <= CHECK_SECONDS ? 'check' : 'test';
}

/** What to run: see {@link chooseTests}. */
export interface Choice {
  /** Default: every tier. */
  tier?: Tier;
  /** Parts of paths; a file must hold one. Default: every file. */
  parts?: readonly string[];
}

/** The sources to run, the slowest first so that no long one starts last. `test` includes `check`. */
export function chooseTests(sources: readonly string[], times: TestTimes, choice: Choice): string[] {
  const { tier, parts = [] } = choice;
  const wanted = (file: string): boolean => {
    const own = tierOf(file, times);
    return tier === undefined || own === tier || (tier === 'test' && own === 'check');
  };
  // A part may be given with the ending of the compiled file.
  const matches = (file: string): boolean =>
    parts.length === 0 || parts.some((part) => file.includes(part.replace(/\.js$/, '.ts')));
  return sources
    .filter((file) => wanted(file) && matches(file))
    .sort((a, b) => {
      const [first, second] = [secondsOf(a, times), secondsOf(b, times)];
      return first === second ? (a < b ? -1 : 1) : second - first;
    });
}

/** @throws UserError when `name` is no tier */
export function parseTier(name: string): Tier {
  const tier = TIERS.find((known) => known === name);
  if (!tier) throw new UserError(`--tier: expected ${TIERS.join(', ')}, got "${name}"`);
  return tier;
}
