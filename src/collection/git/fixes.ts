import { LEXER_VERSION } from '../../python/tokens/lexer';
import { diffTokens, sampleId, sameTokens } from '../../python/edits/edits';
import { fileContext } from '../../python/names/file-context';
import type { FunctionSpan } from '../../python/structure/functions';
import type { Judge } from '../../python/critic/critic';
import { storedContext, type StoredContext } from '../../records/file-context';
import type { Edit, Evidence, Sample } from '../../records/sample';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import {
  cleanSample,
  dropLength,
  type PythonFile,
  type Drop,
  type SampleOrigin,
} from '../folders/python-file';

/** A function before and after a commit. Holds nothing of its files but facts: batches keep many pairs. */
export interface FunctionPair {
  path: string;
  before: FunctionSpan;
  after: FunctionSpan;
  /** Python codec name of the file before the commit. */
  codec: string;
  /** Of the file before the commit: what came with the fix is not what a buggy file says. */
  context: StoredContext;
  /** Place of `before` in the functions of that file. */
  index: number;
}

/** What a commit did to one file. */
export interface FileComparison {
  /** Functions whose text differs. */
  pairs: FunctionPair[];
  /** Code outside of those functions differs too: module and class code, functions added or removed. */
  otherChanges: boolean;
}

/**
 * Matches the functions of two versions of a file by qualified name; several of one name (property setters,
 * overloads) are matched in order when both versions have as many.
 */
export function compareFiles(path: string, beforeFile: PythonFile, afterFile: PythonFile): FileComparison {
  const before = byName(beforeFile.functions);
  const after = byName(afterFile.functions);
  const changed: Pick<FunctionPair, 'before' | 'after'>[] = [];
  for (const [name, spans] of before) {
    const others = after.get(name) ?? [];
    if (others.length !== spans.length) continue;
    for (const [i, span] of spans.entries())
      if (span.source !== others[i].source) changed.push({ before: span, after: others[i] });
  }
  const changedBefore = new Set(changed.map((pair) => pair.before));
  const changedAfter = new Set(changed.map((pair) => pair.after));
  const otherChanges = !sameTokens(outside(beforeFile, changedBefore), outside(afterFile, changedAfter));
  if (changed.length === 0) return { pairs: [], otherChanges };
  const context = storedContext(fileContext(beforeFile.tokens));
  const pairs = changed.map((pair): FunctionPair => {
    const index = beforeFile.functions.indexOf(pair.before);
    return { ...pair, path, codec: beforeFile.codec, context, index };
  });
  return { pairs, otherChanges };
}

/** The edit of a pair, or why the pair is left out. Decides everything that needs no parser. */
export function editOfPair(
  { before, after }: FunctionPair,
  limits: { minTokens: number; maxTokens: number; maxEditTokens: number },
): { edit: Edit } | Drop {
  const drop = dropLength(before, limits) ?? dropLength(after, limits);
  if (drop) return drop;
  const edit = diffTokens(lex(before.source), lex(after.source));
  if (!edit) return { reason: 'no_code_change', detail: null };
  const removed = edit.tokenSpan[1] - edit.tokenSpan[0];
  const size = Math.max(removed, edit.replacement.length);
  if (size > limits.maxEditTokens) return { reason: 'edit_too_large', detail: `${size} tokens` };
  return { edit };
}

/** What is known of a pair that passed. */
export interface FixFacts {
  edit: Edit;
  /** What CPython's parser says of `before`; null when it accepts it. */
  parserError: string | null;
  message: Extract<Evidence, { kind: 'commit-message' }>;
  flags: readonly string[];
}

/** A pair that passed, as a sample. Bug type and family are unknown, but for code that did not parse. */
export function fixSample(pair: FunctionPair, facts: FixFacts, origin: SampleOrigin): Sample {
  const { before, after, codec, context, index } = pair;
  const { edit, parserError, message, flags } = facts;
  const parsesBefore = parserError === null;
  const size = Math.max(edit.tokenSpan[1] - edit.tokenSpan[0], edit.replacement.length);
  return {
    ...cleanSample({ span: before, codec, context: { id: context.id, function: index } }, origin),
    id: sampleId(before.source, after.source),
    family: parsesBefore ? null : 'syntax',
    after: after.source,
    edits: [edit],
    lexerVersion: LEXER_VERSION,
    // The parser reports it; one token; a small edit; more.
    difficulty: !parsesBefore ? 1 : size <= 1 ? 3 : size <= 8 ? 4 : 5,
    quality: { parses: 1, parses_before: parsesBefore ? 1 : 0 },
    evidence: parsesBefore ? [message] : [message, { kind: 'parser-error', message: parserError }],
    flags: [...flags],
  };
}

/** Asks the critic about pairs: `after` must parse; whether `before` did is part of the sample. */
export async function checkPairs(
  critic: Judge,
  pairs: readonly FunctionPair[],
): Promise<{ parserError: string | null; drop: Drop | undefined }[]> {
  const verdicts = await critic.check(pairs.flatMap(({ before, after }) => [before.source, after.source]));
  return pairs.map((_, i) => {
    const [before, after] = [verdicts[2 * i], verdicts[2 * i + 1]];
    const unjudged = [before, after].find(({ unknown }) => unknown)?.error;
    const parserError = before.valid ? null : (before.error?.message ?? '');
    if (unjudged)
      return { parserError, drop: { reason: 'not_judged', detail: `${unjudged.type}: ${unjudged.message}` } };
    return {
      parserError,
      drop: after.valid ? undefined : { reason: 'does_not_parse', detail: after.error?.message ?? null },
    };
  });
}

function byName(spans: readonly FunctionSpan[]): Map<string, FunctionSpan[]> {
  const found = new Map<string, FunctionSpan[]>();
  for (const span of spans) found.set(span.name, [...(found.get(span.name) ?? []), span]);
  return found;
}

function outside(file: PythonFile, changed: ReadonlySet<FunctionSpan>): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const span of file.functions) {
    if (!changed.has(span)) continue;
    tokens.push(...file.tokens.slice(at, span.firstToken));
    at = span.endToken;
  }
  return [...tokens, ...file.tokens.slice(at)];
}
