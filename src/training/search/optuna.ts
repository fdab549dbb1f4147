import { ConfigError, DataError } from '../../core/errors';
import { canonicalJson } from '../../core/hash';
import type { TrialResult } from '../../records/sweep';
import { OptunaBridge } from './bridge';
import type { Parameter, Setting } from './distribution';
import type { Job, SearchEngine, SearchPlan } from './engine';

/** Settings of {@link createOptunaEngine}. */
export interface OptunaOptions {
  /** Interpreter that has Optuna. Default: the project's. */
  python?: string;
}

/**
 * Optuna as the engine: TPE for `bayes`, uniform draws for `random`, and its SuccessiveHalvingPruner for early
 * termination. Trials run one after the other, each up the rungs until it is pruned. Optuna's state is in memory only: a new process
 * repeats the conversation from the results, which with the same seed and version gives the same answers.
 * @throws ConfigError when Optuna is missing, for `grid`, and for distributions that it does not have
 */
export async function createOptunaEngine(
  plan: SearchPlan,
  { python }: OptunaOptions = {},
): Promise<SearchEngine> {
  const { method, parameters, seed, goal, eta, rungs } = plan;
  if (method === 'grid')
    throw new ConfigError('method grid is walked by the own engine', 'leave out --engine optuna');
  const varied = Object.entries(parameters).filter(([, { distribution }]) => distribution !== 'constant');
  const space = Object.fromEntries(varied.map(([name, parameter]) => [name, optunaSpace(name, parameter)]));
  const bridge = await OptunaBridge.start(python);
  try {
    const created = await bridge.call('create', {
      sampler: method === 'bayes' ? 'tpe' : 'random',
      direction: goal,
      seed,
      space,
      eta: rungs > 1 ? eta : null,
    });
    const conversation = converse(bridge, plan);
    return {
      name: 'optuna',
      version: String(created.version),
      next: (results) => conversation(results),
      close: () => bridge.close(),
    };
  } catch (error) {
    await bridge.close();
    throw error;
  }
}

/** Asks and tells as far as results reach; keeps the job it stopped at. */
function converse(
  bridge: OptunaBridge,
  { trials, rungs, parameters }: SearchPlan,
): (results: readonly TrialResult[]) => Promise<Job | null> {
  let job: Job | null = null;
  let asked = 0;
  const ask = async (): Promise<Job | null> => {
    if (asked === trials) return null;
    asked++;
    const answer = await bridge.call('ask');
    const drawn = answer.parameters as Record<string, unknown>;
    const settings = Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [name, settingOf(parameter, drawn[name])]),
    );
    return { trial: answer.trial as number, rung: 0, parameters: settings };
  };
  const advance = async (at: Job, { value }: TrialResult): Promise<Job | null> => {
    const { trial, rung } = at;
    const tell = async (state: 'complete' | 'pruned' | 'fail'): Promise<Job | null> => {
      await bridge.call('tell', { trial, state, value });
      return ask();
    };
    if (value === null) return tell('fail');
    if (rung === rungs - 1) return tell('complete');
    const { prune } = await bridge.call('report', { trial, rung, value });
    return prune ? tell('pruned') : { ...at, rung: rung + 1 };
  };
  return async (results) => {
    job ??= await ask();
    while (job) {
      const { trial, rung, parameters: settings }: Job = job;
      const result = results.find((each) => each.trial === trial && each.rung === rung);
      if (!result) return job;
      if (canonicalJson(result.parameters) !== canonicalJson(settings))
        throw new DataError(
          `trial ${trial}: the journal has ${JSON.stringify(result.parameters)}, Optuna now draws ${JSON.stringify(settings)}`,
          'go on with the version of Optuna that began the sweep (`trm sweep show` names it), or start a new sweep',
        );
      job = await advance(job, result);
    }
    return null;
  };
}

/** A distribution in the bridge's words. @throws ConfigError when Optuna has none like it */
function optunaSpace(name: string, parameter: Parameter): Record<string, unknown> {
  const { distribution, values, probabilities, min = 0, max = 0, q } = parameter;
  if (distribution === 'categorical' && !probabilities)
    // As text: Optuna's choices may not be lists.
    return { distribution, choices: values?.map((value) => JSON.stringify(value)) };
  if (distribution === 'int_uniform' || distribution === 'uniform') return { distribution, min, max };
  if (distribution === 'q_uniform') return { distribution: 'uniform', min, max, step: q };
  if (distribution === 'log_uniform_values') return { distribution: 'uniform', min, max, log: true };
  if (distribution === 'log_uniform')
    return { distribution: 'uniform', min: Math.exp(min), max: Math.exp(max), log: true };
  throw new ConfigError(
    `${name}: Optuna has no distribution ${distribution}${probabilities ? ' with probabilities' : ''}`,
    'use values, int_uniform, uniform, q_uniform or log_uniform_values, or --engine own',
  );
}

function settingOf(parameter: Parameter, drawn: unknown): Setting {
  if (parameter.distribution === 'constant') return parameter.value ?? null;
  return parameter.distribution === 'categorical'
    ? (JSON.parse(drawn as string) as Setting)
    : (drawn as Setting);
}
