/** What notebooks use to show things; `src/index.ts` passes it on as part of 'trm-code-repair'. */
export { clearOutput, html, inNotebook, markdown, onInterrupt } from './display';
export { boards, type Board } from './boards';
export { sideBySide } from './diff-view';
export {
  accuracyFigure,
  barFigure,
  curveFigure,
  heatmapFigure,
  histogramFigure,
  lineFigure,
  PALETTE,
  type Bar,
  type Figure,
  type FigureOptions,
  type MetricPoint,
  type Panel,
  type Series,
} from './figures';
export { learningCurve } from './learning-curve';
export { showParameters } from './parameters';
export { live, plotly, type LiveFigure } from './plot';
export { notebookProgress } from './progress';
export { importEsm, reload } from './reload';
export { show } from './show';
export { dataFrame, table, type Row, type TableOptions, type TableSource } from './tables';
