import { basename } from 'node:path';
import { throwIfAborted } from '../../core/errors';
import { isDev } from '../../core/keys/reserved';
import { fileContext } from '../../python/names/file-context';
import { storedContext, type StoredContext } from '../../records/file-context';
import { MENDED, REVERSED, tierFlag } from '../../records/mined-fix';
import type { Sample } from '../../records/sample';
import type { PairsSource } from '../config';
import type { Dropped } from '../dropped';
import {
  cleanSample,
  isDrop,
  pythonFileOf,
  type Drop,
  type PythonFile,
  type SampleOrigin,
} from '../folders/python-file';
import { checkPairs, compareFiles, editOfPair, fixSample, type FunctionPair } from '../git/fixes';
import { NO_ASSERTION } from '../licences/licences';
import { contextsOf, type OpenSource, type ResumePoint, type SourceBatch, type SourceTools } from '../source';
import { readFixRecord, type FixRecord } from './fix-record';
import { locatePairs } from './pair-files';
import { countPairRows, pairRows, type PairRow } from './pair-rows';

/** Rows of a batch: one call of the critic, one unit of resuming. Of each, two whole files are taken apart. */
const ROWS_PER_BATCH = 64;

/**
 * Opens files of mined fixes. Each row becomes two samples: the fix, as a git history gives it, with the context of the
 * file before the commit; and its mended form as a clean function, with the context of the file after it (flag `mended`).
 * Reversed, a row is one sample: from the fixed function in its fixed file to the buggy one (flag `reversed`).
 * What is no such row is a counted drop.
 * @throws UserError when there are no files, or they are of the dev split and not meant to judge by
 */
export async function openPairs(source: PairsSource, tools: SourceTools): Promise<OpenSource> {
  const { name, files } = await locatePairs(source);
  const counts = await Promise.all(files.map(countPairRows));
  const isKnown = counts.every((count) => count !== undefined);
  return {
    name,
    licence: source.licence ?? NO_ASSERTION,
    warning: null,
    total: isKnown ? counts.reduce((sum, count) => sum + count, 0) : undefined,
    batches: (from) => readBatches({ name, files, source, tools }, from),
    close: () => Promise.resolve(),
  };
}

interface OpenPairs {
  name: string;
  /** Absolute paths. */
  files: readonly string[];
  source: PairsSource;
  tools: SourceTools;
}

/** The row that comes next. */
interface PairsCursor {
  file: number;
  row: number;
}

async function* readBatches(pairs: OpenPairs, from: ResumePoint): AsyncGenerator<SourceBatch> {
  const { files, source, tools } = pairs;
  const next = from.cursor === null ? { file: 0, row: 0 } : (JSON.parse(from.cursor) as PairsCursor);
  const samplesPerFix = source.direction === 'reversed' ? 1 : 2;
  let left = (source.maxFixes ?? Infinity) - from.taken / samplesPerFix;
  // A line holds a file, the change of it and their escapes.
  const maxBytes = 4 * tools.config.maxFileBytes + 2 ** 16;
  for (let file = next.file; file < files.length; file++) {
    const start = file === next.file ? next.row : 0;
    for await (const rows of batchesOf(pairRows(files[file], start, maxBytes))) {
      if (left <= 0) return;
      throwIfAborted(tools.signal, 'collecting');
      const found = await readRows(pairs, files[file], rows);
      const fixes = found.fixes.slice(0, left);
      left -= fixes.length;
      const samples = fixes.flat();
      yield {
        cursor: JSON.stringify({ file, row: rows[rows.length - 1].row + 1 } satisfies PairsCursor),
        samples,
        contexts: contextsOf(samples, found.contexts),
        drops: found.drops,
        units: rows.length,
      };
    }
  }
}

async function* batchesOf(rows: AsyncIterable<PairRow>): AsyncGenerator<PairRow[]> {
  let batch: PairRow[] = [];
  for await (const row of rows) {
    if (batch.push(row) < ROWS_PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A function that a row mends, before the critic has a word. Holds nothing of its files but facts. */
interface Candidate {
  record: Omit<FixRecord, 'before' | 'after'>;
  /** Its two sides in the direction of the source. */
  pair: FunctionPair;
  /** Where the mended form stands; null when the fix is reversed. */
  mended: { context: StoredContext; index: number } | null;
  isReversed: boolean;
  otherChanges: boolean;
  severalFunctions: boolean;
}

/** Fixes of some rows, each with its mended form unless it is reversed. */
interface FoundFixes {
  fixes: [fix: Sample, ...mended: Sample[]][];
  contexts: StoredContext[];
  drops: Dropped[];
}

async function readRows(pairs: OpenPairs, file: string, rows: readonly PairRow[]): Promise<FoundFixes> {
  const { source, tools, name } = pairs;
  const found: FoundFixes = { fixes: [], contexts: [], drops: [] };
  const candidates: Candidate[] = [];
  for (const { row, value, drop } of rows) {
    const record = drop ?? readFixRecord(value);
    const all = isDrop(record) ? record : candidatesOf(record, pairs);
    if (!isDrop(all)) candidates.push(...all);
    else {
      const place = isDrop(record) ? {} : placeOfRecord(record);
      const at = `${basename(file)} row ${row}${all.detail === null ? '' : `: ${all.detail}`}`;
      found.drops.push({ ...nowhere(name), ...place, reason: all.reason, detail: at });
    }
  }
  const limits = { ...tools.config, maxEditTokens: source.maxEditTokens };
  const verdicts = await checkPairs(
    tools.critic,
    candidates.map(({ pair }) => pair),
  );
  for (const [i, candidate] of candidates.entries()) {
    const { record, pair } = candidate;
    const { parserError, drop } = verdicts[i];
    const edit = editOfPair(pair, limits);
    if (isDrop(edit) || drop) {
      const why = isDrop(edit) ? edit : (drop as Drop);
      found.drops.push({ ...nowhere(name), ...placeOfRecord(record), function: pair.before.name, ...why });
      continue;
    }
    const message = { kind: 'commit-message', strength: record.strength } as const;
    const facts = { ...edit, parserError, message, flags: flagsOf(candidate) };
    found.fixes.push([fixSample(pair, facts, originOf(record, source)), ...mendedSamples(candidate, source)]);
    found.contexts.push(pair.context, ...(candidate.mended ? [candidate.mended.context] : []));
  }
  return found;
}

/** The functions that a record mends: the one it names, else all that changed. */
function candidatesOf(record: FixRecord, { source, tools }: OpenPairs): Candidate[] | Drop {
  const { before: old, after: fixed, ...rest } = record;
  const { repo, commit, path, place, tier, onlyThisChange } = record;
  if (source.purpose === 'training' && isDev({ group: repo, origin: { commit, path, url: null } }))
    return { reason: 'dev_project', detail: repo };
  if (tier !== null && !source.tiers.includes(tier)) return { reason: 'other_tier', detail: tier };
  if (source.onlyThisChange && onlyThisChange === false) return { reason: 'other_changes', detail: null };
  const before = pythonFileOf(old, tools.config.maxFileBytes);
  if (isDrop(before)) return before;
  const after = pythonFileOf(fixed, tools.config.maxFileBytes);
  if (isDrop(after)) return after;
  const isReversed = source.direction === 'reversed';
  const [from, to] = isReversed ? [after, before] : [before, after];
  const { pairs: changed, otherChanges } = compareFiles(path, from, to);
  // A record tells the place in the buggy file.
  const meant = changed.filter(
    (pair) => place === null || isAt(isReversed ? pair.after : pair.before, place),
  );
  if (meant.length === 0) return { reason: 'function_not_found', detail: place && `line ${place.line}` };
  const context = isReversed ? null : storedContext(fileContext(after.tokens));
  return meant.map((pair) => ({
    record: rest,
    pair,
    mended: context && { context, index: indexIn(after, pair) },
    isReversed,
    otherChanges: otherChanges || onlyThisChange === false,
    severalFunctions: changed.length > 1,
  }));
}

/** Whether a place is that of a function: some records count from the line of its `def`, others from its decorators. */
function isAt(
  { name, line, source }: FunctionPair['before'],
  place: NonNullable<FixRecord['place']>,
): boolean {
  const lines = source.trimEnd().split('\n').length;
  return name === place.name && place.line >= line && place.line < line + lines;
}

function indexIn({ functions }: PythonFile, { after }: FunctionPair): number {
  return functions.indexOf(after);
}

/** What stands in a sample's flags: as of git's fixes, and what the record says of tier and kind. */
function flagsOf({ record, isReversed, otherChanges, severalFunctions }: Candidate): string[] {
  const { tier, label } = record;
  return [
    ...(isReversed ? [REVERSED] : []),
    ...(severalFunctions ? ['multi_function'] : []),
    ...(otherChanges ? ['other_changes'] : []),
    ...(tier === null ? [] : [tierFlag(tier)]),
    ...(label === null ? [] : [`fix_${label.replace(/[^A-Za-z0-9]+/g, '_').toLowerCase()}`]),
  ];
}

/** The clean function that a fix leaves; it tells its fix's tier, so that it can be weighed alike. None of a reversed one. */
function mendedSamples({ record, pair, mended }: Candidate, source: PairsSource): Sample[] {
  if (mended === null) return [];
  const context = { id: mended.context.id, function: mended.index };
  const sample = cleanSample({ span: pair.after, codec: pair.codec, context }, originOf(record, source));
  return [{ ...sample, flags: [MENDED, ...(record.tier === null ? [] : [tierFlag(record.tier)])] }];
}

function originOf(record: Candidate['record'], source: PairsSource): SampleOrigin {
  const { repo, commit, path, committedAt, licence } = record;
  return {
    source: 'git',
    group: repo,
    licence: source.licence ?? licence,
    repo,
    url: source.url,
    path,
    commit,
    committedAt,
  };
}

function nowhere(source: string): Omit<Dropped, 'reason' | 'detail'> {
  return { source, path: null, function: null, commit: null };
}

function placeOfRecord({ path, commit, place }: Candidate['record']): Partial<Dropped> {
  return { path, commit, function: place?.name ?? null };
}
