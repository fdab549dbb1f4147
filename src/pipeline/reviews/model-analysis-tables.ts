import { reliabilityBins, type ReliabilityBin } from '../../metrics/calibration';
import { clusterProportion, type ClusterProportion } from '../../metrics/clusters';
import { principalComponents } from '../../metrics/pca';
import type { StepTrace } from '../../training/step-trace';
import type { AnalysedFunction, ModelAnalysis } from './model-analysis';

/** Accuracy after one supervision step. */
export interface StepAccuracy {
  step: number;
  /** Buggy functions mended exactly, contents given the true place. */
  exact: ClusterProportion;
  /** Buggy functions whose place is right. */
  located: ClusterProportion;
  /** Clean functions left alone. */
  cleanKept: ClusterProportion;
}

/** Accuracy after each supervision step, with 95 % intervals by group. */
export function accuracyBySteps({
  traces,
  groups,
}: Pick<ModelAnalysis, 'traces' | 'groups'>): StepAccuracy[] {
  const grouped = traces.map((trace, i) => ({ trace, cluster: groups[i] }));
  const buggy = grouped.filter(({ trace }) => !trace.clean);
  const clean = grouped.filter(({ trace }) => trace.clean);
  const count = (some: typeof grouped, of: 'exact' | 'located', t: number): ClusterProportion =>
    clusterProportion(some.map(({ trace, cluster }) => ({ cluster, hit: trace[of][t] })));
  return (traces.at(0)?.halt ?? []).map((_, t) => ({
    step: t + 1,
    exact: count(buggy, 'exact', t),
    located: count(buggy, 'located', t),
    cleanKept: count(clean, 'located', t),
  }));
}

/** Functions that would halt at a step, by whether their answer there is exactly right. */
export interface HaltingRow {
  /** 1, 2, ... or `never` (judged after the last step). */
  step: string;
  right: number;
  wrong: number;
}

/** At which supervision step each function would halt: the first with q > 0, a stated probability above one half. */
export function haltingSteps(traces: readonly StepTrace[]): HaltingRow[] {
  const steps = traces.at(0)?.halt.length ?? 0;
  const rows = Array.from({ length: steps + 1 }, (_, t): HaltingRow => {
    return { step: t < steps ? String(t + 1) : 'never', right: 0, wrong: 0 };
  });
  for (const { halt, exact } of traces) {
    const first = halt.findIndex((stated) => stated > 0.5);
    const row = rows[first < 0 ? steps : first];
    row[exact[first < 0 ? steps - 1 : first] ? 'right' : 'wrong']++;
  }
  return rows;
}

/** The halting head's stated probability of being exactly right against how often it was, over all steps; filled bins only. */
export function haltCalibration(traces: readonly StepTrace[]): ReliabilityBin[] {
  const stated = traces.flatMap(({ halt, exact }) =>
    halt.map((confidence, t) => ({ confidence, correct: exact[t] })),
  );
  return reliabilityBins(stated).filter(({ count }) => count > 0);
}

/** How a latent of one function moves, in the plane that all of them share. */
export interface LatentPath {
  title: string;
  clean: boolean;
  /** Exactly right after the last step. */
  right: boolean;
  /** Entry 0 is the start state. */
  x: number[];
  y: number[];
}

/** Paths of y or z of all functions in the plane of their largest variance. @returns also the shares it explains */
export function latentPaths(
  functions: readonly AnalysedFunction[],
  latent: 'y' | 'z',
): { paths: LatentPath[]; explained: number[] } {
  if (functions.length === 0) return { paths: [], explained: [0, 0] };
  const { coordinates, explained } = principalComponents(
    functions.flatMap(({ latents }) => latents[latent]),
    2,
  );
  const each = functions[0].latents[latent].length;
  const paths = functions.map(({ title, trace }, i) => {
    const own = coordinates.slice(i * each, (i + 1) * each);
    const right = trace.exact[trace.exact.length - 1];
    return { title, clean: trace.clean, right, x: own.map(([x]) => x), y: own.map(([, y]) => y) };
  });
  return { paths, explained };
}

/** Paths as one line a kind of function (buggy or clean, right or wrong), with gaps between functions, for a line figure. */
export function pathSeries(
  paths: readonly LatentPath[],
): { name: string; x: number[]; y: (number | null)[]; markers: true }[] {
  const nameOf = ({ clean, right }: LatentPath): string =>
    `${clean ? 'clean' : 'buggy'}, ${right ? 'right' : 'wrong'} in the end`;
  return [...new Set(paths.map(nameOf))].sort().map((name) => {
    const own = paths.filter((path) => nameOf(path) === name);
    return {
      name,
      x: own.flatMap(({ x }) => [...x, x[x.length - 1]]),
      y: own.flatMap(({ y }) => [...y, null]),
      markers: true,
    };
  });
}

/** Mean share of the state that each step still changes, over functions: does the recursion come to rest? */
export function meanMoves(functions: readonly AnalysedFunction[]): { step: number; y: number; z: number }[] {
  const mean = (t: number, latent: 'y' | 'z'): number =>
    functions.reduce((sum, { latents }) => sum + latents.moved[latent][t], 0) / functions.length;
  const steps = functions.at(0)?.trace.halt.length ?? 0;
  return Array.from({ length: steps }, (_, t) => ({ step: t + 1, y: mean(t, 'y'), z: mean(t, 'z') }));
}
