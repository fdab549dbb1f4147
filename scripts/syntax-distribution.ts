/**
 * Compares broken code as the mutators plant it with broken code as people committed it, by CPython's complaint and by
 * the size of the fix; prints Markdown tables.
 *
 *   TRM_DATA_DIR=<folder with real-syntax> node dist/scripts/syntax-distribution.js --roots python:stdlib --split train
 *
 * --roots  folders whose functions are mutated with the default mixture of syntax types (default python:stdlib)
 * --count  clean functions drawn, by seed (default 2000)
 * --split  train or dev (default train); dev is for a last look, not for decisions
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { pythonFacts } from '../src/python/python-facts';
import { commonEnds } from '../src/core/text/common-ends';
import { UserError } from '../src/core/errors';
import { seedStream } from '../src/core/rng';
import { aimedShares } from '../src/generation/mixture/aims';
import { drawMutants } from '../src/generation/drawing/sampling';
import { createMixture } from '../src/generation/drawing/mixture-part';
import { createTarget } from '../src/generation/mutation/target';
import { decodeSource } from '../src/python/tokens/codec';
import { Critic } from '../src/python/critic/critic';
import { diffTokenEdits } from '../src/python/edits/edit-script';
import { functionsInContext } from '../src/python/names/file-context';
import { lex } from '../src/python/tokens/lexer';
import { FAMILIES } from '../src/records/sample';
import { pythonPath } from '../src/core/paths';

interface Pair {
  before: string;
  after: string;
}

/** Mutants of functions drawn from the roots: one a function. */
function syntheticPairs(roots: readonly string[], count: number): Pair[] {
  const files = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.py') && !/(^|\/)tests?\//.test(path))
      .map((path) => join(root, path)),
  );
  const families = Object.fromEntries(FAMILIES.map((family) => [family, Number(family === 'syntax')]));
  const mixture = createMixture(aimedShares({ families, types: {} }));
  const rng = seedStream(1, 'syntax-distribution');
  const out: Pair[] = [];
  for (const file of rng.shuffle(files)) {
    if (out.length >= count) break;
    const { text } = decodeSource(readFileSync(file));
    for (const { span, surroundings } of rng.shuffle(functionsInContext(text, lex(text))).slice(0, 5)) {
      const { source } = span;
      const target = createTarget(source, surroundings);
      const [mutant] = drawMutants(target, mixture, { count: 1 }, rng).mutants;
      if (mutant) out.push({ before: mutant.before, after: source });
    }
  }
  return out;
}

function realPairs(data: string, split: string): Pair[] {
  return gunzipSync(readFileSync(join(data, 'real-syntax', `${split}.jsonl.gz`)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { before: string; min_after: string })
    .map(({ before, min_after: after }) => ({ before, after }));
}

/** CPython's message without names, marks and lines. */
function messageClass(message: string): string {
  const plain = message
    .replace(/ \(detected at line \d+\)| on line \d+/g, '')
    .replace(/[uU]\+[0-9A-Fa-f]+|'[^']*'/g, '…')
    .replace(/^(closing parenthesis).*/, '$1 does not match')
    .replace(/^(expected an indented block).*/, '$1')
    .replace(/^unterminated.*string.*/, 'unterminated string')
    .replace(/^f-string.*/, 'f-string')
    .replace(/^invalid syntax\. Maybe.*|^cannot assign.*/, '= for ==');
  return plain;
}

const SIZES = [1, 2, 4, 8, Infinity];

/** The upper bound of the class that a number falls in. */
function sizeClass(size: number): string {
  const most = SIZES.find((bound) => size <= bound);
  return most === Infinity ? 'more' : `up to ${most}`;
}

/** Characters removed and written, the common start and end apart. */
function characterEdit({ before, after }: Pair): number {
  const { start, end } = commonEnds(before, after);
  return Math.max(before.length, after.length) - start - end;
}

/** Tokens that the smallest set of edits removes or writes, and how many edits there are. */
function tokenEdit({ before, after }: Pair): { edits: number; tokens: number } {
  const edits = diffTokenEdits(lex(before), lex(after));
  const size = edits.map(({ tokenSpan: [from, to], replacement }) => Math.max(to - from, replacement.length));
  return { edits: edits.length, tokens: size.reduce((sum, one) => sum + one, 0) };
}

type Shares = Map<string, number>;

function shares(values: readonly string[]): Shares {
  const out: Shares = new Map();
  for (const value of values) out.set(value, (out.get(value) ?? 0) + 1 / values.length);
  return out;
}

function table(title: string, real: Shares, synthetic: Shares, rows: readonly string[]): string {
  const percent = (share: number | undefined): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
  const lines = rows.map((row) => `| ${row} | ${percent(real.get(row))} | ${percent(synthetic.get(row))} |`);
  return [`| ${title} | real | synthetic |`, '|---|---|---|', ...lines].join('\n');
}

async function messages(pairs: readonly Pair[], critic: Critic): Promise<string[]> {
  const verdicts = await critic.check(pairs.map(({ before }) => before));
  return verdicts.flatMap(({ error }) => (error ? [messageClass(error.message)] : []));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      roots: { type: 'string', default: 'python:stdlib' },
      count: { type: 'string', default: '2000' },
      split: { type: 'string', default: 'train' },
    },
  });
  const data = process.env.TRM_DATA_DIR;
  if (!data)
    throw new UserError(
      'expected TRM_DATA_DIR to name the folder with real-syntax',
      'set it and start again',
    );
  const { stdlib } = await pythonFacts(pythonPath());
  const roots = values.roots.split(',').map((root) => (root === 'python:stdlib' ? stdlib : resolve(root)));
  const real = realPairs(data, values.split);
  const synthetic = syntheticPairs(roots, Number(values.count));
  console.log(`${real.length} real pairs (${values.split}), ${synthetic.length} synthetic ones\n`);
  const critic = await Critic.start({ workers: 1 });
  try {
    const [a, b] = [shares(await messages(real, critic)), shares(await messages(synthetic, critic))];
    const names = [...new Set([...a.keys(), ...b.keys()])].filter(
      (name) => (a.get(name) ?? 0) + (b.get(name) ?? 0) > 0.01,
    );
    const byShare = names.sort((x, y) => (a.get(y) ?? 0) - (a.get(x) ?? 0));
    console.log(table("CPython's complaint", a, b, byShare));
  } finally {
    await critic.close();
  }
  const sizes = SIZES.map(sizeClass);
  const compare = (title: string, measure: (pair: Pair) => number): void =>
    console.log(
      `\n${table(title, shares(real.map((pair) => sizeClass(measure(pair)))), shares(synthetic.map((pair) => sizeClass(measure(pair)))), sizes)}`,
    );
  compare('characters', characterEdit);
  compare('tokens', (pair) => tokenEdit(pair).tokens);
  compare('separate edits', (pair) => tokenEdit(pair).edits);
}

void main();
