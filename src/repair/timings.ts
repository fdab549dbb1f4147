import { unlessAborted } from '../core/processes/breathe';
import type { Checker } from './evidence/verifier';
import type { Proposer } from './proposals';

/** Milliseconds by step, summed over all rounds. */
export interface Timings {
  predict: number;
  verify: number;
  total: number;
}

/** A proposer whose time is counted. */
export function timeProposer(propose: Proposer, timings: Timings): Proposer {
  return async (request) => {
    const from = performance.now();
    const candidates = await propose(request);
    timings.predict += performance.now() - from;
    return candidates;
  };
}

/** A checker whose time is counted; also says what was interrupted. */
export function timeChecker(critic: Checker, timings: Timings): Checker {
  return {
    check: async (sources, signal) => {
      const from = performance.now();
      const verdicts = await unlessAborted(critic.check(sources, signal), signal, 'the repair');
      timings.verify += performance.now() - from;
      return verdicts;
    },
  };
}
