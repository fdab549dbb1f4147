/** Real code that did not parse, and what its author made of it: `real-syntax/` of `TRM_DATA_DIR`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataDir } from '../../core/paths';
import { commonEnds } from '../../core/text/common-ends';
import { editDistance } from '../../core/text/edit-distance';
import { pairRows } from '../../collection/pairs/pair-rows';
import { clusterProportion } from '../../metrics/clusters';
import { tokenKey } from '../../processing/vocabulary/closed-vocabulary';
import { sameTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { UNCALIBRATED } from '../../repair/calibration';
import { Diagnoser } from '../../repair/evidence/diagnosis';
import { createProposer } from '../../repair/proposals';
import { repairSource, SYNTAX_TOP_K, type RepairTools } from '../../repair/repairer';
import { searchSyntax } from '../../repair/syntax-search';
import { createWindowPredictor } from '../../repair/window-predictor';
import { toRate } from '../report-parts';
import { isReservedRepository, locateSet, REAL_SYNTAX_SET } from './real-fixes';
import type { MeasureRealFiles, RealJudged } from './real-judged';
import { SYNTAX_MODES, type RealSyntax, type SyntaxMode } from './real-report';

/** What is to be mended, and how its author did. */
export interface BrokenCode {
  repo: string;
  before: string;
  after: string;
}

/** What a way of mending made of one text, against the author's. */
export interface MendedCode {
  repo: string;
  parses: boolean;
  small: boolean;
  exact: boolean;
}

/**
 * Mends the broken code of a split as `trm fix` does: by the search for a text that parses, whatever its confidence; by the
 * edits that are applied by default; and by those that `--unsafe-fixes` applies.
 * @returns null when there is no such set beside `real-files`
 */
export async function measureSyntax(
  { name, parts, calibration: given }: RealJudged,
  options: MeasureRealFiles,
): Promise<RealSyntax | null> {
  const { critic, progress, signal } = options;
  const set = await readBrokenCode(options);
  if (set === null) return null;
  const calibration = given ?? UNCALIBRATED;
  const predictWindows = createWindowPredictor({ ...parts, calibration });
  const diagnoser = new Diagnoser({ version: critic.pythonVersion });
  const { maxTokens } = parts.model.config;
  const tools: RepairTools = {
    maxTokens,
    createProposer: (settings) => createProposer(predictWindows, { calibration, ...settings }),
    threshold: calibration.threshold,
    critic,
    diagnoser,
    python: critic.pythonVersion,
  };
  const supervisionSteps = parts.model.config.supervisionSteps;
  const propose = tools.createProposer({ topK: SYNTAX_TOP_K, supervisionSteps, signal });
  const mend: Record<SyntaxMode, (source: string) => Promise<string>> = {
    search: async (source) => (await searchSyntax(source, { propose, critic, maxTokens, signal })).text,
    fix: async (source) => (await repairSource(source, tools, { supervisionSteps, signal })).fixed,
    'fix-unsafe': async (source) =>
      (await repairSource(source, tools, { supervisionSteps, unsafeFixes: true, signal })).fixed,
  };
  const task = progress.start(`real-syntax: ${name}`, { total: set.code.length });
  const found = new Map<SyntaxMode, MendedCode[]>(SYNTAX_MODES.map((mode) => [mode, []]));
  try {
    for (const code of set.code) {
      for (const mode of SYNTAX_MODES)
        found.get(mode)?.push(await judgeMend(code, await mend[mode](code.before), critic));
      task.advance();
    }
  } finally {
    await diagnoser.close();
  }
  task.finish();
  return {
    rejected: set.rejected,
    modes: [...found].map(([mode, rows]) => ({
      mode,
      parses: shareOf(rows, ({ parses }) => parses),
      small: shareOf(rows, ({ small }) => small),
      exact: shareOf(rows, ({ exact }) => exact),
    })),
  };
}

function shareOf(
  rows: readonly MendedCode[],
  isHit: (row: MendedCode) => boolean,
): RealSyntax['modes'][0]['exact'] {
  return toRate(clusterProportion(rows.map((row) => ({ cluster: row.repo, hit: isHit(row) }))));
}

/** Holds a mended text to what the author made of it. */
export async function judgeMend(
  { repo, before, after }: BrokenCode,
  mended: string,
  critic: MeasureRealFiles['critic'],
): Promise<MendedCode> {
  const [{ valid: parses }] = await critic.check([mended]);
  const size = editedTokens(before, mended);
  return {
    repo,
    parses,
    small: parses && size <= editedTokens(before, after),
    exact: parses && sameTokens(lex(mended), lex(after)),
  };
}

/** Fewest tokens to insert, delete or replace (neighbours that change places count once) to make one text of another. */
export function editedTokens(before: string, after: string): number {
  const [from, to] = [before, after].map((text) => lex(text).map(tokenKey));
  const { start, end } = commonEnds(from, to);
  const codes = new Map<string, string>();
  // Each token becomes a letter of its own.
  const letters = (keys: readonly string[]): string =>
    keys
      .slice(start, keys.length - end)
      .map((key) => codes.get(key) ?? (codes.set(key, String.fromCharCode(codes.size)), codes.get(key)))
      .join('');
  return editDistance(letters(from), letters(to));
}

const brokenCodeSchema = z.object({ repo: z.string().min(1), before: z.string(), min_after: z.string() });

/** Longest line of JSON. */
const MAX_BYTES = 2 ** 22;

async function readBrokenCode({
  split,
  dataFolder = dataDir(),
  most,
}: Pick<MeasureRealFiles, 'split' | 'dataFolder' | 'most'>): Promise<{
  code: BrokenCode[];
  rejected: Record<string, number>;
} | null> {
  if (dataFolder === undefined || !existsSync(join(dataFolder, REAL_SYNTAX_SET))) return null;
  const { files } = await locateSet(REAL_SYNTAX_SET, split, dataFolder);
  const code: BrokenCode[] = [];
  const rejected: Record<string, number> = {};
  for (const file of files)
    for await (const { value, drop } of pairRows(file, 0, MAX_BYTES)) {
      const parsed = brokenCodeSchema.safeParse(value);
      if (drop || !parsed.success) rejected.bad_row = (rejected.bad_row ?? 0) + 1;
      else if (split === 'dev' || isReservedRepository(parsed.data.repo)) {
        const { repo, before, min_after: after } = parsed.data;
        code.push({ repo, before, after });
      }
    }
  return { code: most === null ? code : code.slice(0, most), rejected };
}
