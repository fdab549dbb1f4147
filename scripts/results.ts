/**
 * The results of the README, one table and one plot, made of experiments/results.json: whoever measures anew writes the
 * figures there and runs
 *
 *   node dist/scripts/results.js           exit code 1 when README.md or docs/images/results.svg say something else
 *   node dist/scripts/results.js --write   brings both up to date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DataError } from '../src/core/errors';
import { readJson } from '../src/core/files';
import { projectRoot } from '../src/core/paths';

const share = z.number().min(0).max(1);

const resultSchema = z.strictObject({
  /** Experiment, and what is special about it. */
  model: z.string(),
  /** Time of training on two cores. */
  trained: z.string(),
  /** What it was judged on. */
  set: z.string(),
  /** False: planted bugs. They say that the pipeline works, not how a model does on real ones. */
  real: z.boolean(),
  /** Bugs in the set. */
  bugs: z.int().positive(),
  /** Share of bugs mended exactly, with the ends of its 95 % interval. */
  mended: z.tuple([share, share, share]),
  /** The same of the best cheap baseline. */
  baseline: share,
  /** Share of clean functions left alone; null: not measured. */
  cleanKept: share.nullable(),
  /** What intervals are by. */
  intervals: z.enum(['cluster', 'row']),
  /** `old`: measured before the mixture of bugs was fitted. */
  note: z.enum(['', 'old']),
});
/** A value of {@link resultSchema}. */
export type Result = z.infer<typeof resultSchema>;

const fileSchema = z.strictObject({ results: z.array(resultSchema).min(1) });

const BEGIN = '<!-- results: written by scripts/results.ts -->';
const END = '<!-- results end -->';

const percent = (value: number): string => (100 * value).toFixed(1);

/** The table, as Markdown that a terminal can show. */
export function resultsTable(results: readonly Result[]): string {
  const header = ['model, trained for', 'judged on', 'bugs', 'mended exactly', 'baseline', 'clean kept'];
  const rows = results.map(({ model, trained, set, real, bugs, mended, baseline, cleanKept, note }) => [
    `${model}, ${trained}${note === 'old' ? ' (a)' : ''}`,
    real ? `**${set}**` : set,
    String(bugs),
    `${percent(mended[0])} % (${percent(mended[1])} to ${percent(mended[2])})`,
    `${percent(baseline)} %`,
    cleanKept === null ? '' : `${percent(cleanKept)} %`,
  ]);
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length)));
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i], fill)).join(' | ')} |`;
  return [
    line(header),
    line(
      header.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n');
}

const ROW = 34;
const LEFT = 300;
const WIDTH = 460;

/** The plot: of each result its share and interval, and the baseline as a hollow mark. Readable on light and dark. */
export function resultsPlot(results: readonly Result[]): string {
  const x = (value: number): string => (LEFT + value * WIDTH).toFixed(1);
  const height = 40 + results.length * ROW + 46;
  const bottom = 40 + results.length * ROW;
  const parts: string[] = [];
  for (let tick = 0; tick <= 1; tick += 0.2) {
    parts.push(`<line x1="${x(tick)}" y1="28" x2="${x(tick)}" y2="${bottom}" class="grid"/>`);
    parts.push(`<text x="${x(tick)}" y="${bottom + 16}" class="tick">${Math.round(100 * tick)} %</text>`);
  }
  for (const [i, { model, trained, set, real, mended, baseline }] of results.entries()) {
    const y = 40 + i * ROW + ROW / 2;
    const kind = real ? 'real' : 'planted';
    parts.push(
      `<text x="${LEFT - 12}" y="${y - 3}" class="name">${escapeXml(`${model}, ${trained}`)}</text>`,
      `<text x="${LEFT - 12}" y="${y + 11}" class="set">${escapeXml(set)}</text>`,
      `<line x1="${x(mended[1])}" y1="${y}" x2="${x(mended[2])}" y2="${y}" class="interval ${kind}"/>`,
      `<circle cx="${x(mended[0])}" cy="${y}" r="5" class="${kind}"/>`,
      `<rect x="${Number(x(baseline)) - 4}" y="${y - 4}" width="8" height="8" class="baseline"/>`,
    );
  }
  const legend = `${bottom + 36}`;
  parts.push(
    `<circle cx="${LEFT}" cy="${bottom + 32}" r="5" class="planted"/><text x="${LEFT + 10}" y="${legend}" class="key">planted bugs</text>`,
    `<circle cx="${LEFT + 110}" cy="${bottom + 32}" r="5" class="real"/><text x="${LEFT + 120}" y="${legend}" class="key">real bugs</text>`,
    `<rect x="${LEFT + 201}" y="${bottom + 28}" width="8" height="8" class="baseline"/><text x="${LEFT + 215}" y="${legend}" class="key">best cheap baseline</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 40} ${height}" font-family="sans-serif" font-size="12">
<title>Share of bugs mended exactly, with 95 % intervals</title>
<style>
text { fill: #57606a } .tick { text-anchor: middle; font-size: 11px } .name, .set { text-anchor: end } .set { font-size: 11px; opacity: .8 }
.grid { stroke: #8c959f; stroke-opacity: .3 } .interval { stroke-width: 3; stroke-opacity: .5 }
.planted { fill: #2f81f7; stroke: #2f81f7 } .real { fill: #d1242f; stroke: #d1242f } .baseline { fill: none; stroke: #8c959f; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #adbac7 } }
</style>
<text x="${LEFT}" y="16" font-weight="bold">bugs mended exactly (right place and content)</text>
${parts.join('\n')}
</svg>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** A README with the table of today between its marks. @throws DataError when it has no marks */
export function withTable(readme: string, results: readonly Result[]): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new DataError(`expected the marks "${BEGIN}" and "${END}" in README.md, found none`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${resultsTable(results)}\n\n${readme.slice(end)}`;
}

/** Brings README and plot up to date, or says which of them are not. @returns paths that differed */
export async function updateResults(root: string, write: boolean): Promise<string[]> {
  const { results } = await readJson(join(root, 'experiments', 'results.json'), fileSchema);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const wanted: readonly [string, string][] = [
    ['README.md', withTable(readme, results)],
    ['docs/images/results.svg', resultsPlot(results)],
  ];
  const read = (path: string): string => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      // Not drawn yet.
      return '';
    }
  };
  const stale = wanted.filter(([path, text]) => read(path) !== text);
  if (write) for (const [path, text] of stale) writeFileSync(join(root, path), text);
  return stale.map(([path]) => path);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const stale = await updateResults(projectRoot(), values.write);
  if (stale.length === 0 || values.write) return;
  console.error(
    `${stale.join(', ')}: not as experiments/results.json says; node dist/scripts/results.js --write`,
  );
  process.exitCode = 1;
}

if (require.main === module) void main();
