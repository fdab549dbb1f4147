/**
 * What each mutator finds in real code: functions with a site, sites, and how many of its mutants CPython confirms.
 * For whoever writes or tightens a mutator.
 *
 *   node dist/scripts/mutator-yield.js --roots python:stdlib,../packages --types missing-not,wrong-name --show 3
 *
 * --files  most files read of all roots, drawn by seed (default 4000)
 * --tests  also read tests
 * --types  default: all
 * --show   mutants of each type to print as a diff of lines (default 0)
 * --json   print one JSON object a type instead of a table
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonFacts } from '../src/python/python-facts';
import { DEFAULT_EXCLUDE, TEST_PATTERNS } from '../src/collection/config';
import { matchesPath } from '../src/collection/folders/paths';
import { commonEnds } from '../src/core/text/common-ends';
import { seedStream } from '../src/core/rng';
import { makeMutant } from '../src/generation/mutation/mutant';
import { MUTATORS } from '../src/generation/mutators';
import { createTarget } from '../src/generation/mutation/target';
import { decodeSource } from '../src/python/tokens/codec';
import { Critic } from '../src/python/critic/critic';
import { functionsInContext } from '../src/python/names/file-context';
import type { Surroundings } from '../src/records/file-context';
import { lex } from '../src/python/tokens/lexer';
import { compilesWithBug } from '../src/taxonomy/bug-type';
import { bugType } from '../src/taxonomy/table';
import { pythonPath } from '../src/core/paths';

/** Mutants of one type tried in one function. */
const TRIES = 2;

interface Found {
  functions: number;
  sites: number;
  tried: number;
  dropped: Record<string, number>;
  mutants: { before: string; after: string; where: string }[];
}

function pythonFiles(root: string, tests: boolean): string[] {
  const patterns = tests ? DEFAULT_EXCLUDE : [...DEFAULT_EXCLUDE, ...TEST_PATTERNS];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py') && !patterns.some((pattern) => matchesPath(pattern, path)))
    .map((path) => join(root, path));
}

function* functionsOf(file: string): Generator<{ source: string; context: Surroundings }> {
  const { text } = decodeSource(readFileSync(file));
  for (const { span, surroundings } of functionsInContext(text, lex(text)))
    yield { source: span.source, context: surroundings };
}

function search(files: readonly string[], types: readonly string[], show: number): Map<string, Found> {
  const mutators = MUTATORS.filter(({ bugType: id }) => types.length === 0 || types.includes(id));
  const found = new Map(
    mutators.map(({ bugType: id }): [string, Found] => [
      id,
      { functions: 0, sites: 0, tried: 0, dropped: {}, mutants: [] },
    ]),
  );
  const most = Math.max(200, show);
  for (const file of files)
    for (const { source, context } of functionsOf(file)) {
      const target = createTarget(source, context);
      if (target.tokens.length > 1000) continue;
      for (const mutator of mutators) {
        const entry = found.get(mutator.bugType) as Found;
        const sites = mutator.sites(target);
        entry.sites += sites.length;
        if (sites.length > 0) entry.functions += 1;
        const rng = seedStream(entry.functions, mutator.bugType, file);
        for (const site of rng.shuffle([...sites]).slice(0, TRIES)) {
          const mutant = makeMutant(target, mutator, site, rng);
          entry.tried += 1;
          if ('dropped' in mutant) entry.dropped[mutant.dropped] = (entry.dropped[mutant.dropped] ?? 0) + 1;
          else if (entry.mutants.length < most || rng.next() < 0.05)
            entry.mutants[entry.mutants.length < most ? entry.mutants.length : rng.int(most)] = {
              before: mutant.before,
              after: source,
              where: file,
            };
        }
      }
    }
  return found;
}

/** The lines that differ, with `-` for the bug and `+` for the clean code. */
function lineDiff(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const { start, end } = commonEnds(a, b);
  const around = b.slice(Math.max(0, start - 3), start).map((line) => `    ${line}`);
  const minus = a.slice(start, a.length - end).map((line) => `  - ${line}`);
  const plus = b.slice(start, b.length - end).map((line) => `  + ${line}`);
  const below = b.slice(b.length - end, b.length - end + 2).map((line) => `    ${line}`);
  return [...around, ...minus, ...plus, ...below].join('\n');
}

async function confirm(critic: Critic, id: string, { mutants }: Found): Promise<Record<string, number>> {
  const [buggy, clean] = await Promise.all([
    critic.fingerprint(mutants.map(({ before }) => before)),
    critic.fingerprint(mutants.map(({ after }) => after)),
  ]);
  const out: Record<string, number> = { judged: mutants.length, kept: 0 };
  mutants.forEach((_, i) => {
    const compiles = buggy[i] !== null;
    const reason =
      compiles !== compilesWithBug(bugType(id))
        ? `compiles_${compiles}`
        : compiles && buggy[i] === clean[i]
          ? 'same_bytecode'
          : 'kept';
    out[reason] = (out[reason] ?? 0) + 1;
  });
  return out;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      roots: { type: 'string', default: 'python:stdlib' },
      types: { type: 'string', default: '' },
      files: { type: 'string', default: '4000' },
      show: { type: 'string', default: '0' },
      tests: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { stdlib } = await pythonFacts(pythonPath());
  const roots = values.roots.split(',').map((root) => (root === 'python:stdlib' ? stdlib : resolve(root)));
  const all = roots.flatMap((root) => pythonFiles(root, values.tests));
  const files = seedStream(1, 'mutator-yield').shuffle(all).slice(0, Number(values.files));
  const found = search(files, values.types.split(',').filter(Boolean), Number(values.show));
  const critic = await Critic.start({ workers: 1 });
  console.log(`${files.length} of ${all.length} files`);
  try {
    for (const [id, entry] of found) {
      const verdict = await confirm(critic, id, entry);
      const { functions, sites, tried, dropped } = entry;
      const report = { id, functions, sites, tried, dropped, ...verdict };
      if (values.json) console.log(JSON.stringify(report));
      else
        console.log(
          `${id.padEnd(34)} functions ${functions}  sites ${sites}  dropped ${JSON.stringify(dropped)}  ${JSON.stringify(verdict)}`,
        );
      const shown = seedStream(2, id)
        .shuffle([...entry.mutants])
        .slice(0, Number(values.show));
      for (const { before, after, where } of shown) console.log(`  # ${where}\n${lineDiff(before, after)}\n`);
    }
  } finally {
    await critic.close();
  }
}

void main();
