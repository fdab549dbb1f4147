import { inspect } from 'node:util';
import { sideBySide, type BeforeAfter } from './diff-view';
import { publish } from './display';
import type { Figure } from './figures';
import { plotly } from './plot';
import { table, type TableSource } from './tables';

/**
 * Shows a value in its best form: Plotly figures drawn, rows (arrays of records, danfojs DataFrames, Arrow tables, Maps)
 * as tables, samples side by side, everything else as `console.log` would print it.
 */
export function show(value: unknown): void {
  if (isFigure(value)) return plotly(value);
  if (isBeforeAfter(value)) return sideBySide(value);
  if (value instanceof Map)
    return table([...value].map(([key, entry]) => ({ key: key as unknown, value: entry as unknown })));
  if (isTableSource(value)) return table(value);
  const text = typeof value === 'string' ? value : inspect(value, { depth: 6, maxArrayLength: 20 });
  publish({ 'text/plain': text });
}

function isFigure(value: unknown): value is Figure {
  if (!isRecord(value) || !Array.isArray(value.data)) return false;
  return (
    isRecord(value.layout) || (value.data as unknown[]).some((trace) => isRecord(trace) && 'type' in trace)
  );
}

function isBeforeAfter(value: unknown): value is BeforeAfter {
  return isRecord(value) && typeof value.before === 'string' && typeof value.after === 'string';
}

function isTableSource(value: unknown): value is TableSource {
  if (Array.isArray(value))
    return value.length > 0 && value.every((row) => isRecord(row) && !Array.isArray(row));
  if (!isRecord(value)) return false;
  const frame = Array.isArray(value.columns) && Array.isArray(value.values);
  return frame || (typeof value.numRows === 'number' && typeof value.toArray === 'function');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
