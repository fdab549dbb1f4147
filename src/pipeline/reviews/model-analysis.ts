import { loadEngine } from '../../core/engine';
import { readCases } from '../../evaluation/cases';
import { isClean, type Case } from '../../evaluation/outcome';
import { loadTrained } from '../../evaluation/stage';
import { placeOf } from '../../records/sample';
import { traceLatents, traceSteps, type LatentTrace, type StepTrace } from '../../training/step-trace';
import type { OpenedRun } from '../runs/open-run';

/** One function of the test split, looked at closely. */
export interface AnalysedFunction {
  /** Path, function, and the bug's type or "clean". */
  title: string;
  /** Texts of the window's tokens, layout in angle brackets. */
  tokens: string[];
  trace: StepTrace;
  latents: LatentTrace;
}

/** What a model does step by step. */
export interface ModelAnalysis {
  /** Supervision steps run, and those the model was trained with. */
  steps: number;
  trainedSteps: number;
  /** One a function of the test split. */
  traces: StepTrace[];
  /** Group of each function, in the order of the traces: intervals go by it. */
  groups: string[];
  /** A few short ones, buggy and clean in turn. */
  functions: AnalysedFunction[];
}

/** Settings of {@link analyseModel}. */
export interface AnalysisOptions {
  /** Supervision steps, whatever the model was trained with. Default 8. */
  steps?: number;
  /** Most functions of the test split. Default 500. */
  maxSamples?: number;
  /** Functions looked at closely. Default 24. */
  functions?: number;
  /** Most program tokens of those, so that they fit a picture. Default 40. */
  maxTokens?: number;
}

/**
 * Follows the trained model of a run through its supervision steps on the test split: what it answers after each, when it
 * would halt, and where its latents go.
 * @throws DataError when the run has not finished its process and train stages
 */
export async function analyseModel(run: OpenedRun, options: AnalysisOptions = {}): Promise<ModelAnalysis> {
  const { steps = 8, maxSamples = 500, functions = 24, maxTokens = 40 } = options;
  await loadEngine();
  const { model } = await loadTrained(run.output('train'), run.output('process'));
  try {
    const cases = await readCases(run.output('process'), 'test', { maxRowsPerGroup: null, maxSamples });
    const traces = traceSteps(
      model,
      cases.map(({ example }) => example),
      { steps },
    );
    const short = cases.filter(({ example }) => example.length <= maxTokens);
    const chosen = alternate(
      short.filter((item) => !isClean(item)),
      short.filter(isClean),
    ).slice(0, functions);
    const latents = traceLatents(
      model,
      chosen.map(({ example }) => example),
      steps,
    );
    return {
      steps,
      trainedSteps: model.config.supervisionSteps,
      traces,
      groups: cases.map(({ sample }) => sample.group),
      functions: chosen.map((item, i) => ({
        ...describeCase(item),
        trace: traces[cases.indexOf(item)],
        latents: latents[i],
      })),
    };
  } finally {
    model.dispose();
  }
}

/** a, b, a, b, ... until both are used up. */
function alternate<Item>(a: readonly Item[], b: readonly Item[]): Item[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [
    ...a.slice(i, i + 1),
    ...b.slice(i, i + 1),
  ]).flat();
}

function describeCase({ sample, example, before }: Case): Pick<AnalysedFunction, 'title' | 'tokens'> {
  const window = before.slice(example.firstToken, example.firstToken + example.length);
  const { path, function: name } = placeOf(sample.origin);
  return {
    title: `${path} ${name}: ${sample.bugType ?? 'clean'}`,
    tokens: Array.from(
      { length: example.length },
      (_, i) => window[i]?.text || `<${window[i]?.kind ?? 'end'}>`,
    ),
  };
}
