import { randomUUID } from 'node:crypto';
import { inNotebook, publish } from './display';
import { curveFigure, type Figure, type MetricPoint } from './figures';

/** Media type that JupyterLab's Plotly extension and our HTML template draw. */
const PLOTLY = 'application/vnd.plotly.v1+json';

/** Shows a Plotly figure. With an `id`, a later figure of the same id takes its place, in JupyterLab too. */
export function plotly(figure: Figure, options: { id?: string } = {}): void {
  publish({ [PLOTLY]: asJson(figure), 'text/plain': describeFigure(figure) }, options);
}

/** One line for plain surroundings: title, traces, points. */
export function describeFigure({ data, layout }: Figure): string {
  const title = layout?.title?.text ?? 'untitled';
  const points = data.reduce((sum, trace) => sum + ((trace as { x?: ArrayLike<unknown> }).x?.length ?? 0), 0);
  return `[figure] ${title}: ${data.length} traces, ${points} points`;
}

/** Plain JSON: typed arrays become lists, numbers that JSON lacks become gaps. */
function asJson(figure: Figure): unknown {
  const text = JSON.stringify(
    { layout: {}, config: { displaylogo: false }, ...figure },
    (_, value: unknown) =>
      ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Uint8Array) : value,
  );
  return JSON.parse(text) as unknown;
}

/** A figure that grows while a cell runs. */
export interface LiveFigure<Point> {
  /** Adds points and draws, at most once every `intervalMs`. */
  add(...points: Point[]): void;
  /** Draws the last state. Call it when all is in, also after an interrupt. */
  finish(): void;
  readonly points: readonly Point[];
}

/**
 * A live figure: `const curve = live(draw); for await (const metric of training.follow()) curve.add(metric);`.
 * The executed notebook keeps the last state. Outside a notebook only `finish` prints, one line.
 * @param draw makes the figure of all points so far. Default: training and validation loss and accuracy against `step`
 * @param options.intervalMs least milliseconds between two drawings. Default 1000
 */
export function live<Point extends MetricPoint = MetricPoint>(
  draw: (points: readonly Point[]) => Figure = learningCurve,
  options: { intervalMs?: number; now?: () => number } = {},
): LiveFigure<Point> {
  const { intervalMs = 1000, now = () => performance.now() } = options;
  const id = randomUUID();
  const points: Point[] = [];
  let last = -Infinity;
  const show = (): void => {
    last = now();
    plotly(draw(points), { id });
  };
  return {
    points,
    add(...more) {
      points.push(...more);
      if (inNotebook() && now() - last >= intervalMs) show();
    },
    finish: show,
  };
}

/** Losses in one panel, shares (accuracies) in the other, whatever metrics the points have. */
export function learningCurve(points: readonly MetricPoint[]): Figure {
  const names = [...new Set(points.flatMap((point) => Object.keys(point)))];
  const losses = names.filter((name) => /loss/i.test(name));
  const shares = names.filter(
    (name) => /accuracy|joint|location|content|kept|exact/i.test(name) && !/loss/i.test(name),
  );
  const panels = [
    { title: 'loss', keys: losses },
    ...(shares.length > 0 ? [{ title: 'share', keys: shares }] : []),
  ];
  return curveFigure(points, { title: 'Learning curve', panels });
}
