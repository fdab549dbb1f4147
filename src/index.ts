/**
 * The door for notebooks: the stage functions, what opens a stage or a finished run, and the workbench helpers.
 * Importing it is quick: TensorFlow, DuckDB and the Python tools are loaded by the function that needs them.
 */
import type { StageName } from './records/run';
import type { StageConfig } from './pipeline/experiment';
import { type OpenedStage, openStage as open, type OpenStageOptions } from './pipeline/open-stage';
import { kernelBridge } from './workbench/kernel/bridge';

export * from './workbench';

/**
 * Opens a stage of an experiment for a notebook: as the pipeline does, with interrupts of the cell stopping the stage
 * cleanly. See `src/pipeline/open-stage.ts`.
 */
export function openStage<S extends StageName>(
  stage: S,
  options: OpenStageOptions,
): Promise<OpenedStage<StageConfig<S>>> {
  return open(stage, { signal: kernelBridge()?.interruptSignal(), ...options });
}
