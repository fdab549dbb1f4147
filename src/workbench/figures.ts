import type { Config, Data, Layout } from 'plotly.js-dist';
import type { AccuracyRow } from '../metrics/accuracy';

/**
 * Figures as Plotly JSON: pure functions, nothing is drawn here. JupyterLab and the HTML exports draw them with the
 * same program, offline.
 */

/** A Plotly figure. */
export interface Figure {
  data: Partial<Data>[];
  layout?: Partial<Layout>;
  config?: Partial<Config>;
}

/** Okabe and Ito's colours: told apart by colour-blind readers and in grey. */
export const PALETTE = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#D55E00',
  '#CC79A7',
  '#56B4E9',
  '#F0E442',
  '#000000',
];

/** One line of a {@link lineFigure}. */
export interface Series {
  name: string;
  x: readonly (number | string)[];
  /** Values; NaN or null leaves a gap. */
  y: readonly (number | null)[];
  /** Ends of an interval around `y`. Default: none drawn. */
  low?: readonly number[];
  high?: readonly number[];
  /** Draw points at the values. Default false. */
  markers?: boolean;
}

/** Titles and size that all figures share. */
export interface FigureOptions {
  title: string;
  /** Axis titles. Default: none. */
  x?: string;
  y?: string;
  /** Pixels. Default 360. */
  height?: number;
  /** Logarithmic y axis. Default false. */
  logY?: boolean;
}

function baseLayout({ title, x = '', y = '', height = 360, logY = false }: FigureOptions): Partial<Layout> {
  return {
    title: { text: title },
    height,
    margin: { l: 70, r: 20, t: 50, b: 50 },
    colorway: PALETTE,
    template: 'none' as never,
    xaxis: { title: { text: x }, automargin: true },
    yaxis: { title: { text: y }, automargin: true, ...(logY ? { type: 'log' as const } : {}) },
  };
}

/** Lines, with error bars where a series has an interval. */
export function lineFigure(series: readonly Series[], options: FigureOptions): Figure {
  return {
    data: series.map(({ name, x, y, low, high, markers = false }) => ({
      type: 'scatter',
      mode: markers ? 'lines+markers' : 'lines',
      name,
      x: [...x],
      y: [...y] as number[],
      ...(low && high ? { error_y: intervalBars(y, low, high) } : {}),
    })),
    layout: { ...baseLayout(options), showlegend: series.length > 1 },
  };
}

/** A bar of a {@link barFigure}. */
export interface Bar {
  label: string;
  value: number;
  /** Ends of an interval around the value. Default: none drawn. */
  low?: number;
  high?: number;
  /** Bars of one group share a colour and a legend entry. Default: one group. */
  group?: string;
}

/** Horizontal bars, first on top; with intervals where given. */
export function barFigure(bars: readonly Bar[], options: FigureOptions): Figure {
  const groups = [...new Set(bars.map(({ group = '' }) => group))];
  const labels = new Set(bars.map(({ label }) => label)).size;
  return {
    data: groups.map((group) => {
      const own = bars.filter((bar) => (bar.group ?? '') === group);
      const values = own.map(({ value }) => value);
      const known = own.every(({ low, high }) => low !== undefined && high !== undefined);
      const ends = (key: 'low' | 'high'): number[] => own.map((bar) => bar[key] ?? bar.value);
      return {
        type: 'bar',
        orientation: 'h',
        name: group,
        x: values,
        y: own.map(({ label }) => label),
        ...(known ? { error_x: intervalBars(values, ends('low'), ends('high')) } : {}),
      };
    }),
    layout: {
      ...baseLayout({ height: 120 + labels * (12 + 14 * groups.length), ...options }),
      barmode: 'group',
      showlegend: groups.length > 1,
      yaxis: { autorange: 'reversed', automargin: true, title: { text: options.y ?? '' } },
    },
  };
}

/** Error bars from the value to the ends of its interval. */
function intervalBars(
  values: readonly (number | null)[],
  low: readonly number[],
  high: readonly number[],
): { type: 'data'; symmetric: false; array: number[]; arrayminus: number[]; thickness: number } {
  return {
    type: 'data',
    symmetric: false,
    array: values.map((value, i) => high[i] - (value ?? NaN)),
    arrayminus: values.map((value, i) => (value ?? NaN) - low[i]),
    thickness: 1,
  };
}

/** How often values fall into bins. */
export function histogramFigure(
  series: readonly { name: string; values: readonly number[] }[],
  options: FigureOptions & { /** Most bins. Default 40. */ bins?: number },
): Figure {
  return {
    data: series.map(({ name, values }) => ({
      type: 'histogram',
      name,
      x: [...values],
      nbinsx: options.bins ?? 40,
      opacity: series.length > 1 ? 0.6 : 1,
    })),
    layout: { ...baseLayout({ y: 'count', ...options }), barmode: 'overlay', showlegend: series.length > 1 },
  };
}

/** A matrix as colours: `values[row][column]`, first row on top. */
export function heatmapFigure(
  matrix: { rows: readonly string[]; columns: readonly string[]; values: readonly (readonly number[])[] },
  options: FigureOptions,
): Figure {
  const layout = baseLayout({ height: 140 + 24 * matrix.rows.length, ...options });
  return {
    data: [
      {
        type: 'heatmap',
        x: [...matrix.columns],
        y: [...matrix.rows],
        z: matrix.values.map((row) => [...row]),
        colorscale: 'Viridis',
      },
    ],
    layout: { ...layout, yaxis: { ...layout.yaxis, autorange: 'reversed' } },
  };
}

/** Shares with their intervals as bars, one group a measure: draws what `accuracyTable` counted. */
export function accuracyFigure(rows: readonly AccuracyRow[], options: FigureOptions): Figure {
  const bars = rows.flatMap(({ key, total, measures }) =>
    Object.entries(measures)
      .filter(([, share]) => share.total > 0)
      .map(([group, { rate, low, high }]) => ({ label: `${key} (${total})`, group, value: rate, low, high })),
  );
  const figure = barFigure(bars, { x: 'share', ...options });
  return { ...figure, layout: { ...figure.layout, xaxis: { ...figure.layout?.xaxis, range: [0, 1] } } };
}

/** A row of metrics, as training writes them: numbers by name, absent where not measured. */
export type MetricPoint = Readonly<Record<string, unknown>>;

/** Points drawn of one metric; a screen shows no more. */
const MOST_POINTS = 2000;

/** Every n-th item, the last one always, so that at most {@link MOST_POINTS} and one remain. */
function thin<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length <= MOST_POINTS) return items;
  const stride = Math.ceil(items.length / MOST_POINTS);
  return items.filter((_, index) => index % stride === 0 || index === items.length - 1);
}

/** One panel of a {@link curveFigure}. */
export interface Panel {
  title: string;
  /** Metrics drawn in this panel. */
  keys: readonly string[];
  logY?: boolean;
}

/** Metrics against the step, one panel below the other on a common x axis. */
export function curveFigure(
  points: readonly MetricPoint[],
  options: FigureOptions & {
    panels: readonly Panel[];
    /** Metric of the x axis. Default `step`. */ step?: string;
  },
): Figure {
  const { panels, step = 'step', height = 90 + 220 * panels.length } = options;
  const axis = (prefix: string, index: number): string => (index === 0 ? prefix : `${prefix}${index + 1}`);
  const data = panels.flatMap((panel, index) =>
    panel.keys.flatMap((key): Partial<Data>[] => {
      const own = thin(points.filter((point) => Number.isFinite(point[key]) && Number.isFinite(point[step])));
      const few = own.length <= 30;
      return own.length === 0
        ? []
        : [
            {
              type: 'scatter',
              mode: few ? 'lines+markers' : 'lines',
              name: key,
              x: own.map((point) => point[step] as number),
              y: own.map((point) => point[key] as number),
              xaxis: 'x',
              yaxis: axis('y', index),
            },
          ];
    }),
  );
  const share = 1 / panels.length;
  const axes = panels.map((panel, index): [string, Partial<Layout['yaxis']>] => [
    axis('yaxis', index),
    {
      title: { text: panel.title },
      domain: [1 - (index + 1) * share + 0.04, 1 - index * share],
      automargin: true,
      ...(panel.logY ? { type: 'log' as const } : {}),
    },
  ]);
  const base = baseLayout({ x: step, ...options, height });
  const bottom = axis('y', panels.length - 1) as 'y';
  return {
    data,
    layout: {
      ...base,
      ...Object.fromEntries(axes),
      xaxis: { ...base.xaxis, anchor: bottom },
      showlegend: true,
    },
  };
}
