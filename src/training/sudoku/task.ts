import { gridStepFlops, type GridModelConfig } from '../../trm/grid/config';
import {
  answerGrids,
  encodeGridModel,
  gridFlatLayout,
  gridStart,
  gridTensor,
  type GridModelData,
} from '../../trm/grid/model';
import { embedGrid, gridAnswer, gridLayout, gridRecursion, gridWarm } from '../../trm/grid/network';
import type { Precision } from '../../trm/precision';
import type { FlatLayout } from '../../trm/weights';
import type { Counts, Depth, PreparedRows, TrainingTask, Validation } from '../task';
import { formatCells, type SudokuRow } from './data';
import { countRight, gridLoss, GRID_LOSS_PARTS, type GridLossOptions } from './loss';

/** Puzzles judged at once. */
const JUDGED_AT_ONCE = 256;

/** Sudoku as a task: a puzzle in, the filled grid out, all cells at once. */
export class SudokuTask implements TrainingTask<SudokuRow> {
  readonly config: GridModelConfig;
  readonly layout: FlatLayout;
  readonly lossParts = GRID_LOSS_PARTS;

  /** @param model untrained */
  constructor(
    private readonly model: GridModelData,
    private readonly loss: GridLossOptions,
    /** Of matrix products. */
    private readonly precision: Precision = 'float32',
  ) {
    this.config = model.config;
    this.layout = gridFlatLayout(model.config);
  }

  get width(): number {
    return this.config.width;
  }

  get depth(): Depth {
    return this.config;
  }

  get initialWeights(): Float32Array {
    return this.model.weights;
  }

  idOf({ puzzle }: SudokuRow): string {
    return formatCells(puzzle);
  }

  prepare(rows: readonly SudokuRow[], _length: number | null, depth: Depth): PreparedRows {
    const config = withDepth(this.config, depth);
    const layout = gridLayout(rows.length, config, this.precision);
    const tokens = gridTensor(rows.map(({ puzzle }) => puzzle));
    const solutions = rows.map(({ solution }) => solution);
    return {
      rows: rows.length,
      length: config.cells,
      positions: layout.positions,
      tokens: rows.length * config.cells,
      flops: gridStepFlops(config, rows.length, true),
      start: () => gridStart(this.model, layout),
      warm: (weights, state) => gridWarm(weights, embedGrid(weights, tokens, config), state, layout, config),
      supervise: (weights, state) => {
        const next = gridRecursion(weights, embedGrid(weights, tokens, config), state, layout, config);
        const answer = gridAnswer(weights, next.y, config);
        const { loss, parts, rightCells, exact } = gridLoss(answer, solutions, this.loss);
        return {
          state: next,
          loss,
          parts,
          halt: answer.halt,
          counts: countsOf(rightCells, exact, config.cells),
        };
      },
    };
  }

  /** Exact grids and right cells after the last step, exact grids after the first. */
  validate(weights: Float32Array, rows: readonly SudokuRow[], depth: Depth): Validation {
    const model: GridModelData = { ...this.model, weights, config: withDepth(this.config, depth) };
    const sums = { exact: 0, firstExact: 0, cells: 0, loss: 0 };
    for (let at = 0; at < rows.length; at += JUDGED_AT_ONCE) {
      const part = rows.slice(at, at + JUDGED_AT_ONCE);
      const judged = this.judge(model, part);
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += judged[name];
    }
    const exact = sums.exact / rows.length;
    return {
      examples: rows.length,
      loss: sums.loss / rows.length,
      exact,
      exactAtFirstStep: sums.firstExact / rows.length,
      cellsRight: sums.cells / (rows.length * this.config.cells),
      score: exact,
    };
  }

  private judge(model: GridModelData, rows: readonly SudokuRow[]) {
    const solutions = rows.map(({ solution }) => solution);
    let loss = 0;
    const steps = answerGrids(
      model,
      rows.map(({ puzzle }) => puzzle),
      { onStep: (_, answer) => (loss = gridLoss(answer, solutions, this.loss).loss.dataSync()[0]) },
    );
    const exact = (step: number): number => exactRows(steps[step].answers, solutions).filter(Boolean).length;
    const cells = steps[steps.length - 1].answers.map(
      (answer, row) => countRight(answer, [solutions[row]])[0],
    );
    return {
      exact: exact(steps.length - 1),
      firstExact: exact(0),
      cells: cells.reduce((sum, n) => sum + n, 0),
      loss: loss * rows.length,
    };
  }

  modelFiles(weights: Float32Array, step: number, depth: Depth): Record<string, Uint8Array | string> {
    return encodeGridModel({ ...this.model, weights, config: withDepth(this.config, depth) }, step);
  }

  dispose(): void {
    // Nothing is kept on the engine between batches.
  }
}

/** Which answers are right in every cell. */
export function exactRows(answers: readonly Uint8Array[], solutions: readonly Uint8Array[]): boolean[] {
  return answers.map((answer, row) => countRight(answer, [solutions[row]])[0] === answer.length);
}

function withDepth(
  config: GridModelConfig,
  { recursions, latentUpdates, supervisionSteps }: Depth,
): GridModelConfig {
  return { ...config, recursions, latentUpdates, supervisionSteps };
}

function countsOf(rightCells: readonly number[], exact: readonly boolean[], cells: number): Counts {
  return {
    exact: { right: exact.filter(Boolean).length, total: exact.length },
    cellsRight: { right: rightCells.reduce((sum, n) => sum + n, 0), total: cells * exact.length },
  };
}
