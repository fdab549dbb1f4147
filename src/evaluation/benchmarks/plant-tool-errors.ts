import { sha256 } from '../../core/hash';
import { throwIfAborted, TrmError } from '../../core/errors';
import { seedStream, type Rng } from '../../core/rng';
import { commonEnds } from '../../core/text/common-ends';
import { makeMutant, type Mutant } from '../../generation/mutation/mutant';
import { createTarget, type MutationTarget } from '../../generation/mutation/target';
import { MUTATORS } from '../../generation/mutators';
import { applyEdit, diffTokens, sameTokens } from '../../python/edits/edits';
import { functionsInContext } from '../../python/names/file-context';
import type { FunctionSpan } from '../../python/structure/functions';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import type { ToolError } from '../../records/tool-error';
import type { WitnessFinding } from '../../records/witness';
import { compareFindings } from '../../repair/witnesses/compare';
import { askWitnesses } from '../../repair/witnesses/load';
import { compilesWithBug } from '../../taxonomy/bug-type';
import { bugType } from '../../taxonomy/table';
import type { Witness } from '../../repair/witnesses/witness';

/** A clean file that faults are planted in. */
export interface CleanFile {
  /** A package or a repository. */
  group: string;
  path: string;
  text: string;
}

/** Settings of {@link plantToolErrors}. */
export interface PlantOptions {
  witnesses: readonly Witness[];
  seed: number;
  /** Rows wanted. */
  count: number;
  /** Most rows of one file. Default 3. */
  perFile?: number;
  /** Most rows of one bug type, as a share of `count`. Default 0.1. */
  mostOfType?: number;
  /** Mutants tried of each function, each of another bug type. Default 3. */
  tries?: number;
  signal?: AbortSignal;
}

/** A mutant in its file. */
interface Planted {
  span: FunctionSpan;
  mutant: Mutant;
  before: string;
}

/** Errors of syntax have a set of their own. */
const PLANTED_BY = MUTATORS.filter((mutator) => compilesWithBug(bugType(mutator.bugType)));

/** Functions of a file that are tried for each row wanted of it. */
const FUNCTIONS_PER_ROW = 3;

/**
 * Plants faults that compile in functions of whole files, and keeps those that a witness sees: a finding of an error or a
 * warning that the clean file does not have. Of each function at most one row. Files that the parser refuses, or in which nothing that
 * is planted is seen, give none. The same files, seed and versions of the witnesses give the same rows.
 * @throws TrmError when a witness cannot answer: a row may not depend on that
 */
export async function* plantToolErrors(
  files: AsyncIterable<CleanFile> | Iterable<CleanFile>,
  { witnesses, seed, count, perFile = 3, mostOfType = 0.1, tries = 3, signal }: PlantOptions,
): AsyncGenerator<ToolError> {
  const ofType = new Map<string, number>();
  const most = Math.max(1, Math.floor(count * mostOfType));
  const isFull = (type: string): boolean => (ofType.get(type) ?? 0) >= most;
  let rows = 0;
  for await (const file of files) {
    throwIfAborted(signal);
    const rng = seedStream(seed, `${file.group} ${file.path}`);
    const planted = plantInFile(file.text, { rng, perFile, tries, isFull });
    if (planted.length === 0) continue;
    for (const row of chooseRows(file, await askOf(file, planted, witnesses, signal), perFile, isFull)) {
      ofType.set(row.bugType, (ofType.get(row.bugType) ?? 0) + 1);
      yield row;
      if (++rows === count) return;
    }
  }
}

/** How mutants of one file are drawn. */
interface DrawOptions extends Required<Pick<PlantOptions, 'perFile' | 'tries'>> {
  rng: Rng;
  isFull: (bugType: string) => boolean;
}

function plantInFile(text: string, { rng, perFile, tries, isFull }: DrawOptions): Planted[] {
  const tokens = lex(text);
  const functions = rng.shuffle(functionsInContext(text, tokens)).slice(0, perFile * FUNCTIONS_PER_ROW);
  return functions.flatMap(({ span, surroundings }) => {
    const target = createTarget(span.source, surroundings);
    return mutantsOf(target, tries, rng, isFull).flatMap((mutant): Planted[] => {
      const before = inFile(text, tokens, span, target, mutant);
      return before === null ? [] : [{ span, mutant, before }];
    });
  });
}

/** Mutants of different bug types, each at a place drawn at random. */
function mutantsOf(target: MutationTarget, tries: number, rng: Rng, isFull: DrawOptions['isFull']): Mutant[] {
  const mutants: Mutant[] = [];
  for (const mutator of rng.shuffle(PLANTED_BY)) {
    if (mutants.length === tries) break;
    const sites = isFull(mutator.bugType) ? [] : mutator.sites(target);
    if (sites.length === 0) continue;
    const made = makeMutant(target, mutator, rng.pick(sites), rng);
    if ('fix' in made) mutants.push(made);
  }
  return mutants;
}

/** The file with the mutant in place of its function; null where it would read otherwise there. */
function inFile(
  text: string,
  tokens: readonly Token[],
  span: FunctionSpan,
  target: MutationTarget,
  { tokens: mutated }: Mutant,
): string | null {
  const edit = diffTokens(target.tokens, mutated);
  if (edit === null) return null;
  const [start, end] = edit.tokenSpan;
  const tokenSpan: [number, number] = [span.firstToken + start, span.firstToken + end];
  const before = applyEdit(text, tokens, { ...edit, tokenSpan });
  const length = span.endToken - span.firstToken + edit.replacement.length - (end - start);
  const written = lex(before).slice(span.firstToken, span.firstToken + length);
  // The function alone ends with a token of its own.
  return sameTokens(written, mutated.slice(0, -1)) ? before : null;
}

/** A mutant and what is seen of it. */
interface Seen extends Planted {
  seen: WitnessFinding[];
}

async function askOf(
  { path, text }: CleanFile,
  planted: readonly Planted[],
  witnesses: readonly Witness[],
  signal: AbortSignal | undefined,
): Promise<Seen[]> {
  const files = [text, ...planted.map(({ before }) => before)].map((source) => ({ path, source }));
  const { findings, notes } = await askWitnesses(witnesses, files, signal);
  if (notes.length > 0)
    throw new TrmError(
      `planting in ${path} needs every witness: ${notes.join('; ')}`,
      'give them more time, or leave the witness out',
    );
  const [clean, ...mutated] = findings;
  if (clean.some(({ witness, severity }) => witness === 'parser' && severity === 'error')) return [];
  return planted.map((one, i) => ({
    ...one,
    seen: compareFindings(
      { source: text, findings: clean },
      { source: one.before, findings: mutated[i] },
    ).added.filter(({ severity }) => severity !== 'info'),
  }));
}

/** Of each function the first mutant that is seen, up to the limits. */
function chooseRows(
  file: CleanFile,
  candidates: readonly Seen[],
  perFile: number,
  isFull: DrawOptions['isFull'],
): ToolError[] {
  const taken = new Set<FunctionSpan>();
  const types = new Set<string>();
  const rows: ToolError[] = [];
  for (const candidate of candidates) {
    const { span, seen, mutant } = candidate;
    const isOpen = rows.length < perFile && !taken.has(span) && !types.has(mutant.bugType);
    if (!isOpen || seen.length === 0 || isFull(mutant.bugType)) continue;
    taken.add(span);
    types.add(mutant.bugType);
    rows.push(rowOf(file, candidate));
  }
  return rows;
}

function rowOf({ group, path, text }: CleanFile, { span, mutant, before, seen }: Seen): ToolError {
  const { start, end } = commonEnds(before, text);
  const [from, to] = mutant.fix.tokenSpan;
  return {
    id: sha256(before).slice(0, 16),
    group,
    path,
    function: span.name,
    bugType: mutant.bugType,
    before,
    fix: { start, end: before.length - end, text: text.slice(start, text.length - end) },
    tokens: Math.max(to - from, mutant.fix.replacement.length),
    seen,
  };
}
