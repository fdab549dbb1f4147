/** Real code that did not parse, and what its author made of it: `real-syntax/` of `TRM_DATA_DIR`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '../../core/paths';
import { commonEnds } from '../../core/text/common-ends';
import { editDistance } from '../../core/text/edit-distance';
import { readFixRecord, type FixRecord } from '../../collection/pairs/fix-record';
import { locatePairs } from '../../collection/pairs/pair-files';
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
import { isReservedRepository, type RealSplit } from './real-fixes';
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
  const tools: RepairTools = {
    createProposer: (settings) => createProposer(predictWindows, { calibration, ...settings }),
    threshold: calibration.threshold,
    critic,
    diagnoser,
    python: critic.pythonVersion,
  };
  const supervisionSteps = parts.model.config.supervisionSteps;
  const propose = tools.createProposer({ topK: SYNTAX_TOP_K, supervisionSteps, signal });
  const mend: Record<SyntaxMode, (source: string) => Promise<string>> = {
    search: async (source) => (await searchSyntax(source, { propose, critic, signal })).text,
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

async function readBrokenCode({
  split,
  dataFolder,
  most,
}: Pick<MeasureRealFiles, 'split' | 'dataFolder' | 'most'>): Promise<{
  code: BrokenCode[];
  rejected: Record<string, number>;
} | null> {
  const folder = dataFolder ?? dataDir();
  if (folder === undefined || !existsSync(join(folder, 'real-syntax'))) return null;
  const purpose = split === 'dev' ? 'evaluation' : 'training';
  const { files } = await locatePairs({ path: join(folder, 'real-syntax'), name: 'real-syntax', purpose });
  const code: BrokenCode[] = [];
  const rejected: Record<string, number> = {};
  for (const file of files)
    for await (const { value, drop } of pairRows(file, 0, MAX_BYTES)) {
      const record = drop ?? readFixRecord(value);
      if ('reason' in record) rejected[record.reason] = (rejected[record.reason] ?? 0) + 1;
      else if (isTaken(record, split)) code.push(record);
    }
  return { code: most === null ? code : code.slice(0, most), rejected };
}

const MAX_BYTES = 2 ** 22;

function isTaken({ repo, place }: FixRecord, split: RealSplit): boolean {
  return place === null && (split === 'dev' || isReservedRepository(repo));
}
