import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { DataError } from '../../core/errors';
import { parseJson } from '../../core/files';
import { bindNames } from '../../python/names/bindings';
import { diffTokens, sampleId } from '../../python/edits/edits';
import { lex, LEXER_VERSION } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { fitsModel } from '../../records/example';
import type { Sample } from '../../records/sample';
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

/**
 * The real one-token fixes of the dev repositories, `real-pairs/dev-*.jsonl.gz` of `TRM_DATA_DIR`: each bug, and its fixed form as a clean
 * function (which may hold other bugs). Labelled with the pairs' own kinds.
 * @param folder `TRM_DATA_DIR`
 * @throws DataError when the folder has no such files, or one is damaged
 */
export async function readRealDev(folder: string): Promise<EvaluationSet> {
  const pairs = join(folder, 'real-pairs');
  const files = existsSync(pairs)
    ? (await readdir(pairs)).filter((name) => /^dev-.*\.jsonl\.gz$/.test(name))
    : [];
  if (files.length === 0)
    throw new DataError(`expected real-pairs/dev-*.jsonl.gz in ${folder}, found none`, 'set TRM_DATA_DIR');
  const samples = new Map<string, Sample>();
  const labels = new Map<string, string>();
  for (const name of files.sort()) {
    const text = gunzipSync(await readFile(join(pairs, name))).toString('utf8');
    for (const [i, line] of text.split('\n').entries()) {
      if (line === '') continue;
      const pair = parseJson(line, pairSchema, `${name} line ${i + 1}`);
      if (pair.n_tok > MOST_TOKENS || !ONE_TOKEN_LABELS.some((label) => label === pair.kind)) continue;
      const both = samplesOf(pair);
      for (const sample of both) samples.set(sample.id, sample);
      if (both.length > 0) labels.set(both[0].id, pair.kind ?? '');
    }
  }
  return { name: 'real-dev', samples: [...samples.values()], labels };
}

/** The bug and the clean function; none where the fix is nothing to the lexer, or more than the model can write. */
function samplesOf(pair: Pair): Sample[] {
  const { before, after } = pair;
  const [wrong, right] = [lex(before), lex(after)];
  const edit = diffTokens(wrong, right);
  if (!edit || !fitsModel(edit)) return [];
  const shared: Omit<Sample, 'id' | 'before' | 'edits'> = {
    group: pair.repo,
    parentId: null,
    source: 'git',
    origin: {
      repo: pair.repo,
      commit: pair.sha,
      path: pair.path,
      url: null,
      function: pair.func,
      startLine: Math.max(1, pair.line),
      committedAt: null,
      codec: 'utf-8',
    },
    context: { imports: {}, names: outerNames(wrong, right) },
    licence: pair.license,
    bugType: null,
    family: null,
    after,
    lexerVersion: LEXER_VERSION,
    difficulty: 3,
    quality: {},
    flags: [],
    split: 'test',
  };
  return [
    { ...shared, id: sampleId(before, after), before, edits: [edit] },
    { ...shared, id: sampleId(after, after), before: after, edits: [] },
  ];
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
