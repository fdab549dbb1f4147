/**
 * Counts how many bugs of a demonstration file were mended. The file and the list of its bugs are written before any
 * model is trained and never tuned to one (examples/buggy.py, examples/buggy.json).
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../core/errors';
import { readJson } from '../core/files';
import { sameTokens } from '../python/edits/edits';
import { findFunctions } from '../python/structure/functions';
import { lex } from '../python/tokens/lexer';
import type { Finding, Fix } from '../records/finding';
import { FAMILIES, type TokenText } from '../records/sample';

/** A list of the bugs of one file. */
export const demonstrationSchema = z.strictObject({
  /** File name, beside the list. */
  file: z.string(),
  note: z.string(),
  bugs: z.array(
    z.strictObject({
      /** Qualified name of the function; it holds this bug only. */
      function: z.string(),
      /** 1-based. */
      line: z.int().positive(),
      bugType: z.string(),
      family: z.enum(FAMILIES),
      /** The whole line with the bug. */
      before: z.string(),
      /** The lines that mend it, any of them. */
      after: z.array(z.string()).min(1),
      /** What goes wrong. */
      why: z.string(),
    }),
  ),
});
/** A value of {@link demonstrationSchema}. */
export type Demonstration = z.infer<typeof demonstrationSchema>;
type ListedBug = Demonstration['bugs'][number];

/** What became of the demonstration file. */
export interface DemonstrationScore {
  /** Each listed bug: `mended` when its function is now token for token the right one. */
  bugs: (Pick<ListedBug, 'function' | 'line' | 'bugType' | 'family'> & {
    state: 'mended' | 'changed wrongly' | 'untouched';
  })[];
  mended: number;
  /** Functions without a bug, and those of them that were changed. */
  clean: number;
  damaged: string[];
}

/** Reads the list and the file it speaks of. @throws DataError when a listed line is not in the file */
export async function readDemonstration(
  path: string,
): Promise<{ demonstration: Demonstration; source: string }> {
  const demonstration = await readJson(path, demonstrationSchema);
  const source = await readFile(join(dirname(path), demonstration.file), 'utf8');
  const lines = source.split('\n');
  for (const { line, before } of demonstration.bugs)
    if (lines[line - 1] !== before)
      throw new DataError(
        `${path}: line ${line}: expected ${JSON.stringify(before)}, got ${JSON.stringify(lines[line - 1])}`,
      );
  return { demonstration, source };
}

/** The file with one line replaced for each of the bugs. */
export function mendSource(
  source: string,
  bugs: readonly ListedBug[],
  choose = (bug: ListedBug) => bug.after[0],
): string {
  const lines = source.split('\n');
  for (const bug of bugs) lines[bug.line - 1] = choose(bug);
  return lines.join('\n');
}

/** Compares a repaired file with the list, function by function, by tokens: layout and comments do not matter. */
export function scoreDemonstration(
  { bugs }: Demonstration,
  source: string,
  repaired: string,
): DemonstrationScore {
  // All other bugs mended as well: a file with a syntax error may be cut into functions differently.
  const rightWith = (bug: ListedBug, after: string): string =>
    mendSource(source, bugs, (each) => (each === bug ? after : each.after[0]));
  const got = functionTokens(repaired);
  const original = functionTokens(source);
  const right = functionTokens(mendSource(source, bugs));
  const scored = bugs.map((bug) => {
    const { function: name, line, bugType, family } = bug;
    const mended = bug.after.some((after) =>
      same(got.get(name), functionTokens(rightWith(bug, after)).get(name)),
    );
    const state = mended
      ? ('mended' as const)
      : same(got.get(name), original.get(name))
        ? ('untouched' as const)
        : ('changed wrongly' as const);
    return { function: name, line, bugType, family, state };
  });
  const clean = [...right.keys()].filter((name) => !bugs.some((bug) => bug.function === name));
  return {
    bugs: scored,
    mended: scored.filter(({ state }) => state === 'mended').length,
    clean: clean.length,
    damaged: clean.filter((name) => !same(got.get(name), right.get(name))),
  };
}

/** What a repair did to the demonstration: with the verified edits alone, and with every edit it showed. */
export interface RepairScores {
  /** What `trm fix` applies by itself. */
  verified: DemonstrationScore;
  /** What `trm fix --diff` shows. */
  shown: DemonstrationScore;
}

/** Scores a repair made with plausible edits included. */
export function scoreRepair(demonstration: Demonstration, source: string, fix: Fix): RepairScores {
  const verified = fix.findings.filter(({ tier }) => tier === 'verified');
  return {
    verified: scoreDemonstration(demonstration, source, applyFindings(source, verified)),
    shown: scoreDemonstration(demonstration, source, fix.fixed),
  };
}

/** `source` with the given findings applied; their places are those of the original text and do not overlap. */
function applyFindings(source: string, findings: readonly Finding[]): string {
  // From the right, so that the offsets of those still to come stay true.
  return [...findings]
    .sort((a, b) => b.span[0] - a.span[0])
    .reduce((text, { span: [start, end], after }) => text.slice(0, start) + after + text.slice(end), source);
}

/** Both scores as lines for a terminal. */
export function formatRepairScores({ verified, shown }: RepairScores): string {
  return [
    'With every edit shown:',
    formatDemonstration(shown),
    'With the verified edits alone, which `trm fix` applies:',
    formatDemonstration(verified),
  ].join('\n');
}

/** The score as lines for a terminal. */
function formatDemonstration({ bugs, mended, clean, damaged }: DemonstrationScore): string {
  const width = Math.max(...bugs.map(({ bugType }) => bugType.length));
  const lines = bugs.map(
    ({ state, bugType, line, function: name }) =>
      `  ${state.padEnd(15)}  ${bugType.padEnd(width)}  line ${line}, ${name}`,
  );
  return [
    ...lines,
    `${mended} of ${bugs.length} bugs mended; ${damaged.length} of ${clean} clean functions changed` +
      (damaged.length > 0 ? `: ${damaged.join(', ')}` : ''),
  ].join('\n');
}

/** Tokens of each function by its qualified name. */
function functionTokens(source: string): Map<string, readonly TokenText[]> {
  const tokens = lex(source);
  return new Map(
    findFunctions(source, tokens).map(({ name, firstToken, endToken }) => [
      name,
      tokens.slice(firstToken, endToken),
    ]),
  );
}

function same(a: readonly TokenText[] | undefined, b: readonly TokenText[] | undefined): boolean {
  return a !== undefined && b !== undefined && sameTokens(a, b);
}
