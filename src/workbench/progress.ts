import { randomUUID } from 'node:crypto';
import {
  createProgress,
  formatReading,
  terminalProgress,
  type Progress,
  type ProgressReading,
} from '../core/progress';
import { html, inNotebook } from './display';
import { escapeHtml } from './html';

/** Milliseconds between two redrawings of a bar. */
const INTERVAL_MS = 300;

/** Progress as one bar a task below the cell; outside a notebook as the terminal's lines. */
export function notebookProgress(): Progress {
  if (!inNotebook()) return terminalProgress();
  return {
    start(task, options) {
      const id = randomUUID();
      const sink = (reading: ProgressReading): void =>
        html(progressHtml(reading), formatReading(reading), { id });
      return createProgress({ sink, intervalMs: INTERVAL_MS }).start(task, options);
    },
  };
}

/** A bar and the reading as text. Without a total the bar is left out. */
export function progressHtml(reading: ProgressReading): string {
  const { done, total, finished } = reading;
  const value = total ? Math.min(1, done / total) : finished ? 1 : undefined;
  const bar =
    value === undefined
      ? ''
      : `<progress value="${value.toFixed(4)}" max="1" style="width:16em"></progress> `;
  return `<div style="font-family:var(--jp-code-font-family,monospace)">${bar}${escapeHtml(formatReading(reading))}</div>`;
}
