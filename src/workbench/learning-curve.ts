import type { Data, Layout } from 'plotly.js-dist';
import { PALETTE, type Figure, type MetricPoint } from './figures';

/** A curve of a panel. */
interface Curve {
  /** Kind of line it is taken from. */
  kind: 'train' | 'evaluation';
  key: string;
  /** Name in the legend. */
  name: string;
  dashed?: boolean;
  /** Drawn as logged only: it has no noise. Default false. */
  exact?: boolean;
  /** Value drawn, of the value logged. Default: the same. */
  scale?: number;
}

interface CurvePanel {
  title: string;
  curves: readonly Curve[];
  logY?: boolean;
  /** Fixed range of the y axis. Default: that of the data. */
  range?: [number, number];
}

const train = (key: string, name = key, more: Partial<Curve> = {}): Curve => ({
  kind: 'train',
  key,
  name,
  ...more,
});
const validation = (key: string, name: string): Curve => ({
  kind: 'evaluation',
  key: `val_${key}`,
  name,
  dashed: true,
});

/** Accuracies drawn where the lines have them: edits, and whole grids and cells of Sudoku. */
const SHARES = ['joint', 'cleanKept', 'location', 'content', 'exact', 'cellsRight'];

/** Panels of the curve, from what the points have. */
function panelsOf(points: readonly MetricPoint[]): CurvePanel[] {
  const names = new Set(points.flatMap((point) => Object.keys(point)));
  const parts = [...names].filter((name) => name.startsWith('loss_')).sort();
  const shares = SHARES.filter((name) => names.has(name) || names.has(`val_${name}`));
  return [
    { title: 'loss', curves: [train('loss'), validation('loss', 'loss, validation')] },
    {
      title: 'parts of the loss',
      curves: parts.map((name) => train(name, name.slice('loss_'.length))),
      logY: true,
    },
    {
      title: 'right answers',
      curves: shares.flatMap((name) => [train(name), validation(name, `${name}, validation`)]),
      range: [0, 1],
    },
    { title: 'rate', curves: [train('learningRate', 'learning rate', { exact: true })] },
    { title: 'samples/s', curves: [train('samplesPerSecond', 'samples/s')] },
    { title: 'GFLOP/s', curves: [train('gflops', 'GFLOP/s')] },
    { title: 'GiB', curves: [train('rssMiB', 'memory', { exact: true, scale: 1 / 1024 })] },
  ];
}

/** Points of a curve below which its values are drawn alone: there is nothing to smooth. */
const FEW = 30;
/** Points drawn of a curve; a screen shows no more. */
const MOST = 1500;

/**
 * The state of a training in one figure: loss and its parts, right answers in training (full lines) and validation
 * (dashed), learning rate, speed and memory against the step. Values as logged are drawn pale, the mean of
 * neighbours over them in full colour. Panels without values are left out.
 */
export function learningCurve(points: readonly MetricPoint[]): Figure {
  const panels = panelsOf(points)
    .map((panel) => ({
      ...panel,
      curves: panel.curves.filter(({ key }) => points.some((point) => finite(point[key]))),
    }))
    .filter(({ curves }) => curves.length > 0);
  const last = points.findLast(({ budgetUsed }) => finite(budgetUsed)) ?? points[points.length - 1];
  const data = panels.flatMap(({ curves }, index) =>
    curves.flatMap((curve, place) =>
      tracesOf(points, curve, {
        yaxis: axisName('y', index),
        color: colourOf(curves, place),
        // A curve that is alone in its panel has its name there.
        showlegend: curves.length > 1,
      }),
    ),
  );
  return { data, layout: layoutOf(panels, titleOf(last)) };
}

/** A curve of training and the one of validation that has its name share a colour. */
function colourOf(curves: readonly Curve[], place: number): string {
  const bases = curves.map(({ name }) => name.replace(/, validation$/, ''));
  return PALETTE[[...new Set(bases)].indexOf(bases[place]) % PALETTE.length];
}

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const axisName = (prefix: string, index: number): string => (index === 0 ? prefix : `${prefix}${index + 1}`);

function tracesOf(
  points: readonly MetricPoint[],
  curve: Curve,
  { yaxis, color, showlegend }: { yaxis: string; color: string; showlegend: boolean },
): Partial<Data>[] {
  const { kind, key, name, dashed = false, exact = false, scale = 1 } = curve;
  const own = points.filter(
    (point) => (point.kind ?? kind) === kind && finite(point[key]) && finite(point.step),
  );
  if (own.length === 0) return [];
  const x = own.map(({ step }) => step as number);
  const y = own.map((point) => (point[key] as number) * scale);
  const common = { type: 'scatter' as const, name, xaxis: 'x', yaxis, legendgroup: yaxis, showlegend };
  const dash = dashed ? ('dash' as const) : ('solid' as const);
  if (own.length <= FEW || dashed || exact)
    return [
      {
        ...common,
        ...thin(x, y),
        mode: own.length <= FEW || dashed ? 'lines+markers' : 'lines',
        line: { color, dash, width: 2 },
        marker: { size: 4, color },
      },
    ];
  return [
    {
      ...common,
      ...thin(x, y),
      mode: 'lines',
      showlegend: false,
      hoverinfo: 'skip',
      opacity: 0.25,
      line: { color, width: 1 },
    },
    { ...common, ...thin(x, smoothed(y)), mode: 'lines', line: { color, width: 2 } },
  ];
}

/** Mean of each value and its neighbours, a fortieth of all on either side, 1 to 15; at the ends of those there are. */
export function smoothed(values: readonly number[]): number[] {
  const reach = Math.min(15, Math.max(1, Math.floor(values.length / 40)));
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - reach), Math.min(values.length, i + reach + 1)];
    return (sums[to] - sums[from]) / (to - from);
  });
}

/** Every n-th point and the last one. */
function thin(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  const stride = Math.max(1, Math.ceil(x.length / MOST));
  const kept = <T>(values: readonly T[]): T[] =>
    values.filter((_, i) => i % stride === 0 || i === values.length - 1);
  return { x: kept(x), y: kept(y) };
}

function titleOf(last: MetricPoint | undefined): string {
  if (!last) return 'Training: waiting for the first steps';
  const done = finite(last.budgetUsed)
    ? `, ${Math.min(100, Math.round(100 * last.budgetUsed))} % of the budget`
    : '';
  const left =
    finite(last.etaSeconds) && last.etaSeconds > 0 ? `, about ${minutes(last.etaSeconds)} to go` : '';
  return `Training: step ${String(last.step)}${done}${left}`;
}

function minutes(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Panels one below the other on a common x axis; losses and answers get twice the height of the others. */
function layoutOf(panels: readonly CurvePanel[], title: string): Partial<Layout> {
  const heights = panels.map(({ title: name }) => (/loss|answers/.test(name) ? 2 : 1));
  const total = heights.reduce((sum, height) => sum + height, 0);
  const gap = 0.025;
  let top = 1;
  const axes = panels.map(({ title: name, logY, range }, index) => {
    const bottom = Math.max(0, top - heights[index] / total);
    const axis = {
      title: { text: name },
      domain: [Math.min(bottom + gap, top), top],
      automargin: true,
      ...(logY ? { type: 'log' as const } : {}),
      ...(range ? { range } : {}),
    };
    top = bottom;
    return [axisName('yaxis', index), axis] as const;
  });
  return {
    title: { text: title },
    height: 120 + 90 * Math.max(total, 2),
    margin: { l: 70, r: 20, t: 50, b: 50 },
    template: 'none' as never,
    showlegend: true,
    legend: { groupclick: 'toggleitem', tracegroupgap: 14 },
    // A redrawn figure keeps what the reader zoomed to or switched off.
    uirevision: 'training',
    ...Object.fromEntries(axes),
    xaxis: {
      title: { text: 'optimizer step' },
      automargin: true,
      anchor: axisName('y', Math.max(panels.length - 1, 0)) as 'y',
    },
  };
}
