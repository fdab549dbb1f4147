import * as tf from '@tensorflow/tfjs-core';
import type { State } from '../../trm/core';
import { gridModelConfigSchema, gridParameterSpecs } from '../../trm/grid/config';
import type { GridModelData } from '../../trm/grid/model';
import type { Precision } from '../../trm/precision';
import { gridAnswer } from '../../trm/grid/network';
import { unflatten } from '../../trm/weights';
import { gridLoss } from '../sudoku/loss';
import { SudokuTask } from '../sudoku/task';
import { compare, compareDecisions, type ParityRow } from './compare';
import { formula, formulaWeights, type Fixture, type GridFixture } from './fixture';
import { gradientsOf } from './model';

/**
 * Compares the model in the paper's form with either mixing of positions and either cross-entropy: two supervision
 * steps with carry (states, logits, q, loss, decisions) and, where wanted, the gradients in the second.
 */
export function compareGrids(fixture: Fixture, gradients: boolean, precision?: Precision): ParityRow[] {
  return fixture.grid.cases.flatMap((grid) => compareGrid(fixture, grid, gradients, precision));
}

function compareGrid(
  fixture: Fixture,
  grid: GridFixture,
  gradients: boolean,
  precision?: Precision,
): ParityRow[] {
  const { label, crossEntropy, haltWeight } = grid;
  const model = modelOf(fixture, grid);
  const { config } = model;
  const task = new SudokuTask(model, { crossEntropy, haltWeight }, precision);
  const weights = unflatten(tf.tensor1d(model.weights), task.layout);
  const solutions = grid.solutions.map((cells) => Uint8Array.from(cells));
  const puzzles = grid.puzzles.map((cells, i) => ({
    puzzle: Uint8Array.from(cells),
    solution: solutions[i],
  }));
  const prepared = task.prepare(puzzles, null, config);
  const rows: ParityRow[] = [];
  let state: State = prepared.start();
  let before = state;
  grid.steps.forEach((want, k) => {
    before = state;
    const step = `${label} step ${k + 1}`;
    const next = prepared.supervise(weights, prepared.warm(weights, state));
    const answer = gridAnswer(weights, next.state.y, config);
    const { exact } = gridLoss(answer, solutions, { crossEntropy, haltWeight });
    state = next.state;
    const y = state.y.dataSync<'float32'>().filter((_, i) => i % fixture.model.stateStride === 0);
    rows.push(
      compare(`${step} logits`, answer.logits.dataSync(), fixture.tensor(`${step} logits`)),
      compare(`${step} halting logits`, next.halt.dataSync(), fixture.tensor(`${step} halting logits`)),
      compare(`${step} y`, y, fixture.tensor(`${step} y`)),
      compare(`${step} loss`, next.loss.dataSync(), [want.loss]),
      compare(`${step} loss parts`, next.parts.dataSync(), want.parts),
      compareDecisions(`${step} exactly right`, exact, want.exact),
    );
  });
  if (!gradients) return rows;
  const { grads } = gradientsOf(task.layout, weights, prepared, before);
  const { gradientStride, large } = fixture.grid;
  return [
    ...rows,
    ...task.layout.entries.map(({ name, size }, i) => {
      const stride = size > large ? gradientStride : 1;
      const values = grads[i].dataSync<'float32'>().filter((_, at) => at % stride === 0);
      return compare(`${label} gradient ${name}`, values, fixture.tensor(`${label} gradient ${name}`));
    }),
  ];
}

function modelOf({ start }: Fixture, { config: stored, weights }: GridFixture): GridModelData {
  const config = gridModelConfigSchema.parse(stored);
  return {
    config,
    weights: formulaWeights(gridParameterSpecs(config), weights),
    start: {
      y: formula(start.y, config.width, start.scale),
      z: formula(start.z, config.width, start.scale),
    },
  };
}
