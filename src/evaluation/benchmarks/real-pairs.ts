import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { DataError } from '../../core/errors';
import { parseJson } from '../../core/files';
import type { ProjectClues } from '../../core/keys/groups';
import { isReserved } from '../../core/keys/reserved';
import { bindNames } from '../../python/names/bindings';
import { diffTokens, sampleId } from '../../python/edits/edits';
import { lex, LEXER_VERSION } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { fitsModel } from '../../records/example';
import { NO_MENTIONS, storedContext, type StoredContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { Contexts } from '../../shards/context-shard';
import type { EvaluationSet } from './measure-model';

/** Kinds of the mined pairs (their own labels) whose fix is one token, or `not` with its operator; text of strings is left out. */
export const ONE_TOKEN_LABELS = [
  'var',
  'attr',
  'method',
  'callname',
  'kwname',
  'cmpop',
  'not/cmp',
  'boolop',
  'binop',
  'assignop',
  'num_lit',
  'bool_lit',
  'name_lit',
  'lit',
] as const;

/** Longest function, in the pairs' own count of tokens. */
const MOST_TOKENS = 126;

const pairSchema = z.object({
  repo: z.string(),
  license: z.string(),
  sha: z.string(),
  path: z.string(),
  func: z.string(),
  line: z.int(),
  kind: z.string().nullable(),
  n_tok: z.int(),
  before: z.string(),
  after: z.string(),
});
type Pair = z.infer<typeof pairSchema>;

/** Sets of real fixes: which files of `real-pairs/` they are, and which repositories of those. */
const REAL_SETS = {
  'real-dev': { split: 'dev', isTaken: () => true },
  'real-dev2': { split: 'train', isTaken: (repo: string) => isReserved(historyOf(repo)) },
} as const;
/** Name of a set of real fixes. */
export type RealSet = keyof typeof REAL_SETS;
/** Names of the sets of real fixes. */
export const REAL_SET_NAMES = Object.keys(REAL_SETS) as RealSet[];

function historyOf(repo: string): ProjectClues {
  return { group: repo, origin: { commit: '', path: '', url: `https://github.com/${repo}` } };
}

/** Paths of the files that hold a set, sorted; none where the folder has none. */
export async function realFiles(name: RealSet, folder: string): Promise<string[]> {
  const pairs = join(folder, 'real-pairs');
  const ours = new RegExp(`^${REAL_SETS[name].split}-.*\\.jsonl\\.gz$`);
  const found = existsSync(pairs) ? (await readdir(pairs)).filter((file) => ours.test(file)) : [];
  return found.sort().map((file) => join(pairs, file));
}

/**
 * The real one-token fixes of `real-pairs/` of `TRM_DATA_DIR`: each bug, and its fixed form as a clean function (which may
 * hold other bugs). Labelled with the pairs' own kinds. `real-dev` has the dev repositories, which are reported;
 * `real-dev2` those that `RESERVED_REPOSITORIES` keeps from training, which models are chosen on.
 * @param folder `TRM_DATA_DIR`
 * @throws DataError when the folder has no such files, or one is damaged
 */
export async function readRealPairs(name: RealSet, folder: string): Promise<EvaluationSet> {
  const { split, isTaken } = REAL_SETS[name];
  const files = await realFiles(name, folder);
  if (files.length === 0)
    throw new DataError(
      `expected real-pairs/${split}-*.jsonl.gz in ${folder}, found none`,
      'set TRM_DATA_DIR',
    );
  const samples = new Map<string, Sample>();
  const labels = new Map<string, string>();
  const contexts: StoredContext[] = [];
  for (const path of files) {
    const file = basename(path);
    const text = gunzipSync(await readFile(path)).toString('utf8');
    for (const [i, line] of text.split('\n').entries()) {
      if (line === '') continue;
      const pair = parseJson(line, pairSchema, `${file} line ${i + 1}`);
      if (
        !isTaken(pair.repo) ||
        pair.n_tok > MOST_TOKENS ||
        !ONE_TOKEN_LABELS.some((label) => label === pair.kind)
      )
        continue;
      const made = samplesOf(pair);
      if (!made) continue;
      for (const sample of made.samples) samples.set(sample.id, sample);
      labels.set(made.samples[0].id, pair.kind ?? '');
      contexts.push(made.context);
    }
  }
  return { name, samples: [...samples.values()], contexts: new Contexts(contexts), labels };
}

/** The bug and the clean function; undefined where the fix is nothing to the lexer, or more than the model can write. */
function samplesOf(pair: Pair): { samples: Sample[]; context: StoredContext } | undefined {
  const { before, after } = pair;
  const [wrong, right] = [lex(before), lex(after)];
  const edit = diffTokens(wrong, right);
  if (!edit || !fitsModel(edit)) return undefined;
  const context = guessedContext(pair, outerNames(wrong, right));
  const shared: Omit<Sample, 'id' | 'before' | 'edits'> = {
    group: pair.repo,
    parentId: null,
    source: 'git',
    origin: {
      kind: 'file',
      repo: pair.repo,
      commit: pair.sha,
      path: pair.path,
      url: null,
      function: pair.func,
      startLine: Math.max(1, pair.line),
      committedAt: null,
      codec: 'utf-8',
    },
    context: { id: context.id, function: 0 },
    licence: pair.license,
    attribution: null,
    bugType: null,
    family: null,
    after,
    lexerVersion: LEXER_VERSION,
    difficulty: 3,
    quality: {},
    evidence: [],
    flags: [],
    split: 'test',
  };
  const samples = [
    { ...shared, id: sampleId(before, after), before, edits: [edit] },
    { ...shared, id: sampleId(after, after), before: after, edits: [] },
  ];
  return { samples, context };
}

/** The pairs hold functions without their files: all that is known of those is that they bind some names. */
function guessedContext({ func }: Pair, names: string[]): StoredContext {
  const mentions = NO_MENTIONS;
  const own = { name: func, signature: '', decorators: [], assigned: [], read: [], mentions };
  return storedContext({ imports: {}, names, classes: [], functions: [own], mentions });
}

/**
 * Names that the function takes from its module, which the pairs do not hold. Those of both forms count, so that
 * which of them is known does not give the bug away.
 */
function outerNames(...forms: readonly (readonly Token[])[]): string[] {
  const names = new Set<string>();
  for (const tokens of forms)
    bindNames(tokens).forEach((binding, i) => {
      if (binding === 'unknown') names.add(tokens[i].text);
    });
  return [...names].sort();
}
