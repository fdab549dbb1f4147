import { table } from './tables';

/** Shows the parameters a notebook runs with, so that its executed copy says what was run. */
export function showParameters(values: Readonly<Record<string, unknown>>): void {
  const rows = Object.entries(values).map(([parameter, value]) => ({
    parameter,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  table(rows, { columns: ['parameter', 'value'], limit: rows.length });
}
