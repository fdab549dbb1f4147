import { randomUUID } from 'node:crypto';
import { inNotebook, publish } from './display';
import type { Figure, MetricPoint } from './figures';
import { learningCurve } from './learning-curve';

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
  /** Adds points and draws, at most once every `intervalMs`. A point takes the place of those of its step and later ones. */
  add(...points: Point[]): void;
  /** Draws the last state. Call it when all is in, also after an interrupt. */
  finish(): void;
  readonly points: readonly Point[];
}

/**
 * A live figure: `const curve = live(draw); for await (const metric of training.follow()) curve.add(metric);`.
 * The executed notebook keeps the last state. Outside a notebook only `finish` prints, one line.
 * @param draw makes the figure of all points so far. Default: {@link learningCurve}
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
      for (const point of more) {
        dropFrom(points, point);
        points.push(point);
      }
      if (inNotebook() && now() - last >= intervalMs) show();
    },
    finish: show,
  };
}

/** Takes points off the end that a training wrote before it was stopped and now writes again. */
function dropFrom(points: MetricPoint[], { step, kind }: MetricPoint): void {
  const replaced = (last: MetricPoint): boolean =>
    Number(last.step) > Number(step) || (last.step === step && last.kind === kind && step !== undefined);
  while (points.length > 0 && replaced(points[points.length - 1])) points.pop();
}
