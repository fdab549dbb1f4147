import { z } from 'zod';
import { newGridModelSchema, type GridModelConfig } from '../../trm/grid/config';
import { BUDGET_EXPECTED, hasBudget, runConfigShape } from '../run-config';
import { refuseDeepPhases } from '../optimization/curriculum';
import { refuseMachineBound } from '../optimization/schedule';
import { sideOf } from './solver';

/** Version of the Sudoku stage's code; part of its key. */
export const SUDOKU_VERSION = 3;

/** Filled 4 x 4 grids. */
export const GRIDS_4X4 = 288;

const dataSchema = z
  .strictObject({
    /** Width of a box: 2 for 4 x 4 grids, 3 for 9 x 9. */
    box: z.union([z.literal(2), z.literal(3)]).default(2),
    /** Filled grids whose puzzles are trained on. 4 x 4 has 288 in all. */
    trainGrids: z.int().positive().default(192),
    /** Filled grids whose puzzles choose the best weights. */
    validationGrids: z.int().positive().default(32),
    /** Filled grids whose puzzles judge the result. */
    testGrids: z.int().positive().default(64),
    /** Puzzles dug out of each training grid; equal ones count once. */
    puzzlesPerGrid: z.int().positive().default(50),
    /** The same for validation and test grids. */
    heldOutPuzzlesPerGrid: z.int().positive().default(10),
    /**
     * Clues that digging stops at, drawn evenly from this range for each puzzle; where the solution would not be the
     * only one with so few, more stay.
     */
    clues: z.tuple([z.int().positive(), z.int().positive()]).default([4, 8]),
    /** Shows each training puzzle under a random symmetry of Sudoku every time (as the paper). Never for 4 x 4. */
    augment: z.boolean().default(false),
  })
  .refine(({ clues: [least, most] }) => least <= most, {
    message: 'expected the fewer clues first',
    path: ['clues'],
  })
  .refine(
    ({ box, trainGrids, validationGrids, testGrids }) =>
      box !== 2 || trainGrids + validationGrids + testGrids <= GRIDS_4X4,
    {
      message: `expected at most ${GRIDS_4X4} grids in all: there are no more of 4 x 4`,
      path: ['trainGrids'],
    },
  )
  .refine(({ box, augment }) => box !== 2 || !augment, {
    message:
      'expected no augmentation of 4 x 4: its grids fall into 2 classes under symmetry, so that images of training grids would be test grids',
    path: ['augment'],
  });
/** A value of {@link dataSchema}. */
export type SudokuDataConfig = z.output<typeof dataSchema>;

/** Training config: what every run has, and the loss. */
const trainSchema = z
  .strictObject({
    ...runConfigShape,
    /** `softmax`, or the reference's `stablemax` (in float32, not float64). */
    crossEntropy: z.enum(['softmax', 'stablemax']).default('softmax'),
  })
  .refine(hasBudget, BUDGET_EXPECTED)
  .superRefine(({ phases }, context) => {
    const at = phases.findIndex(({ mixture }) => Object.keys(mixture).length > 0);
    const message = 'expected no mixture: it weighs bugs and clean code, and puzzles are neither';
    if (at >= 0) context.addIssue({ code: 'custom', path: ['phases', at, 'mixture'], message });
  })
  .superRefine((config, context) => refuseMachineBound(config, context));

/** A Sudoku experiment (`kind: sudoku`): its own schema, since nothing is collected, mutated or released. */
export const sudokuExperimentSchema = z
  .strictObject({
    kind: z.literal('sudoku'),
    /** What the experiment is for; one or two sentences. Default empty. */
    description: z.string().default(''),
    /** Seed of everything random. Default 42. */
    seed: z.int().nonnegative().default(42),
    data: dataSchema.prefault({}),
    model: newGridModelSchema.prefault({}),
    train: trainSchema.prefault({}),
    /** Supervision steps after which the test puzzles are judged. */
    evaluateSteps: z.array(z.int().positive()).min(1).default([1, 2, 4, 8, 16]),
  })
  .superRefine(({ model: { core }, train: { phases } }, context) =>
    refuseDeepPhases({ core, phases }, context, ['train', 'phases']),
  );
/** A resolved Sudoku experiment. */
export type SudokuExperiment = z.output<typeof sudokuExperimentSchema>;
/** The part of it that decides what is trained. */
export type SudokuConfig = Pick<SudokuExperiment, 'data' | 'model' | 'train' | 'evaluateSteps'>;

/** The model in full: empty and `side` digits as tokens, a cell a position. */
export function sudokuModelConfig({ data, model }: Pick<SudokuConfig, 'data' | 'model'>): GridModelConfig {
  const side = sideOf(data.box);
  return { ...model, vocabularySize: side + 1, cells: side * side };
}

/**
 * Overrides that make the same experiment one without recursion, whose optimizer step does the same work: its blocks run
 * once, (n + 1)(T + 2)/3 times as many of them, since all its passes have gradients (three times the work) and only the
 * last recursion's n + 1 of T have. Phases of its curriculum keep all but their depth.
 */
export function plainTwin({ model, train }: Pick<SudokuConfig, 'model' | 'train'>): Record<string, unknown> {
  const { layers, recursions, latentUpdates } = model;
  const isDepth = (key: string): boolean => ['recursions', 'latentUpdates', 'supervisionSteps'].includes(key);
  return {
    'model.core': 'plain',
    'model.layers': Math.round((layers * (latentUpdates + 1) * (recursions + 2)) / 3),
    'model.recursions': 1,
    'model.latentUpdates': 1,
    'model.supervisionSteps': 1,
    'train.phases': train.phases.map((phase) =>
      Object.fromEntries(Object.entries(phase).filter(([key]) => !isDepth(key))),
    ),
  };
}
