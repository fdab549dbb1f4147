/**
 * Counts how often each bug type occurs in real fixes and writes `src/taxonomy/frequencies.ts`, from which the docs'
 * frequency column and the default mixture come.
 *
 *   TRM_DATA_DIR=<folder with real-pairs and real-syntax> node dist/scripts/learn-frequencies.js
 *
 * --tiers  tiers of the real pairs (default A, the cleanest)
 * --only   fixes or syntax: the other table stays as it is
 * --dev    count in the dev split, print what is explained and write nothing: how well the types carry over
 *
 * Only the train split decides anything. A fix counts when it is one edit of at most MAX_SPAN tokens by at most SLOTS tokens.
 * Each goes to the most specific type whose mutator makes exactly this bug (`recogniseBug`).
 */
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { UserError } from '../src/core/errors';
import { projectRoot } from '../src/core/paths';
import { recogniseBug } from '../src/generation/mutation/recognise';
import { MUTATORS } from '../src/generation/mutators';
import { bindNames } from '../src/python/names/bindings';
import { diffTokens } from '../src/python/edits/edits';
import { lex } from '../src/python/tokens/lexer';
import type { ModuleContext } from '../src/records/file-context';
import { MAX_SPAN, SLOTS } from '../src/records/example';
import { compilesWithBug } from '../src/taxonomy/bug-type';
import { type FixCounts, REAL_FIXES, REAL_SYNTAX_FIXES } from '../src/taxonomy/frequencies';
import { BUG_TYPES, bugType } from '../src/taxonomy/table';

async function* jsonLines(path: string): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) }))
    yield JSON.parse(line) as Record<string, unknown>;
}

/** Names that modules are usually imported as; other modules go by their own name. */
const ALIASES: Readonly<Record<string, string>> = {
  np: 'numpy',
  pd: 'pandas',
  sa: 'sqlalchemy',
  plt: 'matplotlib.pyplot',
};

/** Libraries that a repository's code works with, where a function's own text need not say it. */
const LIBRARIES: readonly [RegExp, string][] = [
  [/django|wagtail|netbox/, 'django'],
  [/flask|moto|locust/, 'flask'],
  [/sqlalchemy|prefect|jupyterhub|nova|cinder|optuna/, 'sqlalchemy'],
  [/starlette/, 'starlette'],
  [/numpy|scipy|scikit|astropy|mne|seaborn|matplotlib|geopandas|holoviews|dask|jax|numba/, 'numpy'],
  [/geopandas|seaborn|holoviews|dask|great_expectations|datasets/, 'pandas'],
  [/pytest/, 'pytest'],
];

/**
 * The pairs hold functions without their files: what the module imports is guessed from the names that the function
 * reads and nobody binds, and from the repository.
 */
function guessContext(source: string, repo: string): ModuleContext {
  const tokens = lex(source);
  const bindings = bindNames(tokens);
  const imports: Record<string, string> = {};
  tokens.forEach(({ text }, i) => {
    if (bindings[i] === 'unknown') imports[text] = ALIASES[text] ?? text;
  });
  for (const [pattern, library] of LIBRARIES)
    if (pattern.test(repo.toLowerCase())) imports[`${library}_`] = library;
  return { imports, names: [] };
}

interface Count {
  /** Fixes looked at. */
  pairs: number;
  /** Those that some mutator explains. */
  recognised: number;
  types: Record<string, number>;
}

async function count(files: readonly string[], afterField: string, syntax: boolean): Promise<Count> {
  const mutators = MUTATORS.filter(({ bugType: id }) => compilesWithBug(bugType(id)) !== syntax);
  const out: Count = { pairs: 0, recognised: 0, types: {} };
  for (const file of files) {
    for await (const pair of jsonLines(file)) {
      const [before, after] = [String(pair.before), String(pair[afterField])];
      const edit = diffTokens(lex(before), lex(after));
      if (!edit || edit.tokenSpan[1] - edit.tokenSpan[0] > MAX_SPAN || edit.replacement.length > SLOTS)
        continue;
      out.pairs += 1;
      const context = guessContext(after, String(pair.repo));
      const [best] = recogniseBug({ before, after, context }, mutators);
      if (!best) continue;
      out.recognised += 1;
      out.types[best.bugType] = (out.types[best.bugType] ?? 0) + 1;
    }
    console.error(`${file}: ${out.recognised} of ${out.pairs} recognised so far`);
  }
  return out;
}

function render(comment: string, name: string, { pairs, recognised, types }: FixCounts): string {
  const order = BUG_TYPES.filter(({ id }) => types[id]).sort((a, b) => types[b.id] - types[a.id]);
  const rows = order.map(({ id }) => `    ${/-/.test(id) ? `'${id}'` : id}: ${types[id]},\n`).join('');
  return `/** ${comment} */\nexport const ${name}: FixCounts = {\n  pairs: ${pairs},\n  recognised: ${recognised},\n  types: {\n${rows}  },\n};\n`;
}

const HEAD = `// Written by scripts/learn-frequencies.ts from the train split of the real fixes; do not edit.

/** How many real fixes each bug type explains. */
export interface FixCounts {
  /** Fixes of one edit that were looked at. */
  pairs: number;
  /** Those that the mutator of some type explains, token for token. */
  recognised: number;
  /** By the most specific type that explains the fix; types that explain none are left out. */
  types: Readonly<Record<string, number>>;
}
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tiers: { type: 'string', default: 'A' },
      only: { type: 'string' },
      dev: { type: 'boolean', default: false },
    },
  });
  const data = process.env.TRM_DATA_DIR;
  if (!data)
    throw new UserError('expected TRM_DATA_DIR to name the folder with real-pairs', 'set it and start again');
  const tiers = values.tiers.split(',');
  const split = values.dev ? 'dev' : 'train';
  const pairs = readdirSync(join(data, 'real-pairs'))
    .filter((name) => tiers.some((tier) => name.startsWith(`${split}-${tier}-`)))
    .sort()
    .map((name) => join(data, 'real-pairs', name));
  const fixes = values.only === 'syntax' ? REAL_FIXES : await count(pairs, 'after', false);
  const broken = [join(data, 'real-syntax', `${split}.jsonl.gz`)];
  const syntax = values.only === 'fixes' ? REAL_SYNTAX_FIXES : await count(broken, 'min_after', true);
  if (values.dev) {
    for (const { pairs: of, recognised } of [fixes, syntax]) console.log(`${recognised} of ${of} explained`);
    return;
  }
  const text = [
    HEAD,
    render(
      `Fixes of code that compiles: tier ${tiers.join(' and ')} of the real pairs.`,
      'REAL_FIXES',
      fixes,
    ),
    render('Fixes of code that does not compile.', 'REAL_SYNTAX_FIXES', syntax),
  ];
  writeFileSync(join(projectRoot(), 'src', 'taxonomy', 'frequencies.ts'), text.join('\n'));
}

void main();
