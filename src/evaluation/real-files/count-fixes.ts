import { join } from 'node:path';
import { dataDir } from '../../core/paths';
import { breathe } from '../../core/processes/breathe';
import type { Progress } from '../../core/progress';
import { holdsSplit } from '../../collection/pairs/pair-files';
import { applyDiff } from '../../collection/pairs/fix-record';
import { diffTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { fitsModel } from '../../records/example';
import { frequencyCounter, type FrequencyRanker } from '../frequency-ranker';
import { INTERRUPTED } from '../measure';
import { openRealFixes, REAL_FILES_SET } from './real-fixes';

/** Fixes that are counted: more take longer and tell little more. */
export const COUNTED_FIXES = 6000;

/** What the baseline knows, and of how many fixes. */
export interface CountedFixes {
  ranker: FrequencyRanker;
  fixes: number;
}

/**
 * Counts real fixes of the repositories that training sees: the edit of each, and how often its tokens stand in their files.
 * Those of tier A whose commit changed nothing else of the file.
 * @param options.most looked at. Default {@link COUNTED_FIXES}
 * @returns null where no files of the train split are at hand
 */
export async function countFixes(options: {
  dataFolder?: string;
  most?: number;
  progress: Progress;
  signal: AbortSignal;
}): Promise<CountedFixes | null> {
  const { dataFolder, most = COUNTED_FIXES, progress, signal } = options;
  if (!(await holdsSplit(join(dataFolder ?? dataDir() ?? '', REAL_FILES_SET), 'train'))) return null;
  const found = await openRealFixes({ split: 'train', dataFolder, most });
  const task = progress.start('fixes of the baseline', { total: found.total });
  const counter = frequencyCounter();
  let fixes = 0;
  for await (const row of found.read()) {
    await breathe(signal, INTERRUPTED);
    task.advance(1);
    if ('reason' in row || row.tier !== 'A' || row.only_this_change === false) continue;
    const after = applyDiff(row.file_before, row.file_after_diff);
    if (after === undefined) continue;
    const tokens = lex(row.file_before);
    const edit = diffTokens(tokens, lex(after));
    if (edit === null || !fitsModel(edit)) continue;
    counter.add({ tokens, edit });
    fixes++;
  }
  task.finish();
  return { ranker: counter.ranker(), fixes };
}
