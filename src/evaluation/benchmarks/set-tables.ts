import type { Rate } from '../report';
import type { RankedRow, SetModel, SetReport, SetRow } from './set-report';

/** A set's report as Markdown tables, ready for docs/BENCHMARKS.md and experiments/LOG.md. */
export function renderSetReport({ set, models, difference, baseline }: SetReport): string {
  const seen = set.seenInTraining === null ? '' : `, ${set.seenInTraining} left out as seen in training`;
  const parts = [
    `### ${set.name}: ${set.buggy} bugs and ${set.clean} clean functions${seen}`,
    `Rows \`${set.rowsHash.slice(0, 12)}\`. Shares with 95 % Wilson intervals. Joint: right place and right content, plain answer without a threshold; ` +
      'content: right when told the place; clean kept: answered "no bug".',
    stepTable(models, baseline),
  ];
  if (difference)
    parts.push(
      `${models[0].name} less ${models[1].name}: ${signed(difference.joint)} points of joint (${signed(difference.low)} to ${signed(difference.high)}, ` +
        `paired; ${difference.onlyFirst} bugs only the first, ${difference.onlySecond} only the second).`,
    );
  for (const [title, rowsOf, key] of TABLES) {
    const table = compareTable(title, models, rowsOf, baseline?.[key]);
    if (table) parts.push(table);
  }
  for (const { name, unrenderable, dropped } of models) {
    const left = Object.entries(dropped).map(([reason, n]) => `${n} ${reason}`);
    if (unrenderable > 0 || left.length > 0)
      parts.push(
        `${name}: ${unrenderable} fixes it has no token for (missed); left out: ${left.join(', ') || 'none'}.`,
      );
  }
  return `${parts.join('\n\n')}\n`;
}

const main = ({ steps, mainSteps }: SetModel): SetModel['steps'][number] =>
  steps.find(({ supervisionSteps }) => supervisionSteps === mainSteps) ?? steps[0];

/** A table: its title, a model's rows and the key of the ranker's. */
const TABLES: readonly [
  title: string,
  rowsOf: (model: SetModel) => readonly SetRow[],
  ranked: 'byKind' | 'byLabel' | 'byFamily' | 'byBugType',
][] = [
  ['kind', (model) => main(model).byKind, 'byKind'],
  ["set's own label", ({ byLabel }) => byLabel, 'byLabel'],
  ['family', ({ byFamily }) => byFamily, 'byFamily'],
  ['bug type', ({ byBugType }) => byBugType, 'byBugType'],
];

function stepTable(models: readonly SetModel[], baseline: SetReport['baseline']): string {
  const rows = models.flatMap((model) => [
    ...model.steps.map(({ supervisionSteps, overall, cleanKept }) => [
      model.name,
      `${supervisionSteps}${supervisionSteps === model.mainSteps ? ' (its own)' : ''}`,
      share(overall.joint),
      share(overall.location),
      share(overall.content),
      share(cleanKept),
    ]),
    ...pointRows(model),
  ]);
  if (baseline)
    rows.push([
      'frequency ranker',
      '',
      share(baseline.joint),
      share(baseline.location),
      '',
      share(baseline.cleanKept),
    ]);
  return markdownTable(['model', 'steps', 'joint', 'location', 'content', 'clean kept'], rows);
}

function pointRows({ name, mainSteps, operatingPoints }: SetModel): string[][] {
  return operatingPoints.map(({ cleanTarget, joint, cleanKept }) => {
    const where = `${mainSteps}, at ${percent(cleanTarget)} % of clean validation functions left alone`;
    return [name, where, share(joint), '', '', share(cleanKept)];
  });
}

/** One row a key, for each model its three shares; undefined when no model has rows. */
function compareTable(
  title: string,
  models: readonly SetModel[],
  rowsOf: (model: SetModel) => readonly SetRow[],
  ranked: readonly RankedRow[] | undefined,
): string | undefined {
  const keys = rowsOf(models[0]).map(({ key }) => key);
  if (keys.length === 0) return undefined;
  const several = models.length > 1;
  const head = models.flatMap(({ name }) =>
    ['joint', 'location', 'content'].map((measure) => (several ? `${measure}, ${name}` : measure)),
  );
  const rows = keys.map((key) => {
    const cells = models.flatMap((model) => {
      const row = rowsOf(model).find((each) => each.key === key);
      return row ? [share(row.joint), share(row.location), share(row.content)] : ['-', '-', '-'];
    });
    const n = rowsOf(models[0]).find((row) => row.key === key)?.joint.total ?? 0;
    const beside = ranked?.find((row) => row.key === key);
    return [key, String(n), ...cells, ...(ranked ? [beside ? share(beside.joint) : '-'] : [])];
  });
  return markdownTable([title, 'n', ...head, ...(ranked ? ['joint, frequency ranker'] : [])], rows);
}

function share({ rate, low, high }: Rate): string {
  return rate === null ? '-' : `${percent(rate)} (${percent(low)}-${percent(high)})`;
}

const percent = (value: number): string => (100 * value).toFixed(1);

const signed = (value: number): string => `${value < 0 ? '' : '+'}${percent(value)}`;

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
