import type { ObjectStore } from '../../storage/object-store';
import { answerGrids, loadGridModel } from '../../trm/grid/model';
import { clueCount } from '../../training/sudoku/data';
import { readTestPuzzles } from '../../training/sudoku/stage';
import { exactRows } from '../../training/sudoku/task';
import type { SolvedStepwise } from './sudoku-boards';

/**
 * The test puzzle that a finished Sudoku training took the most steps to solve (of those that stay solved; when none
 * is, the one with the fewest clues). An engine is loaded.
 * @param supervisionSteps steps to run
 */
export async function hardestPuzzle(store: ObjectStore, supervisionSteps: number): Promise<SolvedStepwise> {
  const { loadEngine } = await import('../../core/engine.js');
  await loadEngine();
  const model = await loadGridModel(store);
  const rows = (await readTestPuzzles(store)).slice(0, 500);
  const steps = answerGrids(
    model,
    rows.map(({ puzzle }) => puzzle),
    { supervisionSteps },
  );
  const exact = steps.map(({ answers }) =>
    exactRows(
      answers,
      rows.map(({ solution }) => solution),
    ),
  );
  const firstRight = rows.map((_, row) => exact.findIndex((step) => step[row]));
  const stays = rows.map((_, row) => exact[exact.length - 1][row]);
  // Later is harder; fewer clues decide between equals, and the order of the file after them.
  const hardness = (row: number): number =>
    (stays[row] ? firstRight[row] * 100 : -100) - clueCount(rows[row].puzzle);
  const hardest = rows.reduce((best, _, row) => (hardness(row) > hardness(best) ? row : best), 0);
  return {
    ...rows[hardest],
    steps: steps.map(({ answers, halt }) => ({
      answer: answers[hardest],
      halt: 1 / (1 + Math.exp(-halt[hardest])),
    })),
    rightAt: firstRight[hardest] < 0 ? null : firstRight[hardest] + 1,
  };
}
