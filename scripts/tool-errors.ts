/**
 * Plants faults in the files of folders, keeps those that a witness sees, and freezes them as a set of tool errors.
 *
 *   node dist/scripts/tool-errors.js --from ../packages/black,python:stdlib --out data/tool-errors --count 1000
 *
 * --name   of the set (default tool-errors)
 * --seed   of the order of files and of the faults (default 42)
 * --wanted witnesses asked (default parser,names,ruff,ty,bandit)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_EXCLUDE, TEST_PATTERNS } from '../src/collection/config';
import { matchesPath } from '../src/collection/folders/paths';
import { describeError, exitCodeOf, UserError } from '../src/core/errors';
import { pythonPath } from '../src/core/paths';
import { seedStream } from '../src/core/rng';
import { plantToolErrors, type CleanFile } from '../src/evaluation/benchmarks/plant-tool-errors';
import { writeToolErrors } from '../src/evaluation/benchmarks/tool-errors';
import { Critic } from '../src/python/critic/critic';
import { pythonFacts } from '../src/python/python-facts';
import { decodeSource } from '../src/python/tokens/codec';
import type { ToolError } from '../src/records/tool-error';
import { WITNESSES } from '../src/records/witness';
import { DEFAULT_WITNESSES, loadWitnesses } from '../src/repair/witnesses/load';

/** Files longer than this make a witness slow and a row hard to read. */
const MOST_BYTES = 100_000;

/** Milliseconds of a batch: what is frozen may not depend on how busy the machine is. */
const TIMEOUT = 300_000;

async function placesOf(from: string): Promise<{ group: string; root: string; path: string }[]> {
  const root = from === 'python:stdlib' ? (await pythonFacts(pythonPath())).stdlib : resolve(from);
  const group = from === 'python:stdlib' ? 'cpython' : basename(root);
  const patterns = [...DEFAULT_EXCLUDE, ...TEST_PATTERNS, '**/site-packages/**'];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py') && !patterns.some((pattern) => matchesPath(pattern, path)))
    .map((path) => ({ group, root, path }));
}

function* readFiles(places: readonly { group: string; root: string; path: string }[]): Generator<CleanFile> {
  for (const { group, root, path } of places) {
    const bytes = readFileSync(join(root, path));
    const { text, problem } = decodeSource(bytes);
    if (problem === null && bytes.length <= MOST_BYTES) yield { group, path, text };
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      out: { type: 'string' },
      name: { type: 'string', default: 'tool-errors' },
      count: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '42' },
      wanted: { type: 'string', default: DEFAULT_WITNESSES.join(',') },
    },
  });
  const { from, out } = values;
  if (from === undefined || out === undefined)
    throw new UserError(
      'expected folders to plant in and one to write to',
      '--from <folder,...> --out <folder>',
    );
  const [seed, count] = [Number(values.seed), Number(values.count)];
  const places = (await Promise.all(from.split(',').map(placesOf))).flat();
  const order = seedStream(seed, 'tool-errors').shuffle(
    places.sort((a, b) => (`${a.group}/${a.path}` < `${b.group}/${b.path}` ? -1 : 1)),
  );
  const chosen = values.wanted.split(',');
  const critic = await Critic.start();
  const wanted = WITNESSES.filter((name) => chosen.includes(name));
  const loaded = await loadWitnesses(critic, { wanted, timeoutMs: TIMEOUT });
  const { witnesses } = loaded;
  try {
    if (loaded.notes.length > 0)
      throw new UserError(loaded.notes.join('; '), 'install it, or leave it out of --wanted');
    const rows: ToolError[] = [];
    for await (const row of plantToolErrors(readFiles(order), { witnesses, seed, count })) {
      rows.push(row);
      if (rows.length % 100 === 0) console.error(`${rows.length} of ${count} rows`);
    }
    console.log(
      JSON.stringify(await writeToolErrors(resolve(out), rows, { name: values.name, seed, witnesses })),
    );
  } finally {
    await loaded.close();
    await critic.close();
  }
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
});
