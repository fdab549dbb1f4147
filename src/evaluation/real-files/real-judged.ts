import type { Progress } from '../../core/progress';
import type { Calibration } from '../../repair/calibration';
import type { Checker } from '../../repair/evidence/verifier';
import type { RepairModel } from '../../repair/model-folder';
import type { RealSplit } from './real-fixes';

/** A model to be judged on real fixes. */
export interface RealJudged {
  name: string;
  parts: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>;
  /** For what a repair of broken code shows. Null: none was fitted; raw probabilities, shown from one half on. */
  calibration: Calibration | null;
}

/** Settings of `measureRealFiles`. */
export interface MeasureRealFiles {
  split: RealSplit;
  /** `TRM_DATA_DIR`. Default: the environment's. */
  dataFolder?: string;
  /** Fixes, and records of broken code, taken at most. Null: all. */
  most: number | null;
  /** Fixes that the baseline looks at. Default: see `countFixes`. */
  mostCounted?: number;
  /** Program tokens of a batch, padding included. */
  batchTokens: number;
  /** CPython, for broken code. */
  critic: Checker & { readonly pythonVersion: string };
  progress: Progress;
  signal: AbortSignal;
}
