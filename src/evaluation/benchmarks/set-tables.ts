import type { Baseline } from '../report-parts';
import { thresholdRows } from '../threshold-rows';
import { INTERVAL_NOTE, markdownTable, percentOf, shareCell, signedPoints, sizeCell } from './cells';
import type { SetModel, SetReport, SetRow } from './set-report';

/** A set's report as Markdown tables, ready for docs/BENCHMARKS.md and experiments/LOG.md. */
export function renderSetReport({ set, models, difference, baselines }: SetReport): string {
  const seen = set.seenInTraining === null ? '' : `, ${set.seenInTraining} left out as seen in training`;
  const limit = set.maxRowsPerGroup === null ? '' : `, at most ${set.maxRowsPerGroup} of a group`;
  const parts = [
    `### ${set.name}: ${set.buggy} bugs and ${set.clean} clean functions of ${set.groups} groups${limit}${seen}`,
    `Rows \`${set.rowsHash.slice(0, 12)}\`. Joint: right place and right content, plain answer without a threshold; content given place: right when told ` +
      `the place; clean kept: answered "no bug". The parser's stop is an input of models and of the parser-guided ranker. ${INTERVAL_NOTE}`,
    stepTable(models, baselines),
  ];
  if (difference)
    parts.push(
      `${models[0].name} less ${models[1].name}: ${signedPoints(difference.joint)} points of joint (${signedPoints(difference.low)} to ` +
        `${signedPoints(difference.high)}, paired by cluster; ${difference.onlyFirst} bugs only the first, ${difference.onlySecond} only the second; ` +
        `${sizeCell(difference)} groups).`,
    );
  for (const model of models) parts.push(thresholdTable(model));
  for (const [title, rowsOf, key] of TABLES) {
    const table = compareTable(title, models, rowsOf, baselines, key);
    if (table) parts.push(table);
  }
  for (const { name, unrenderable, dropped } of models) {
    const left = Object.entries(dropped).map(([reason, n]) => `${n} ${reason}`);
    if (unrenderable > 0 || left.length > 0)
      parts.push(
        `${name}: ${unrenderable} fixes it has no token for (missed); dropped: ${left.join(', ') || 'none'}.`,
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

function stepTable(models: readonly SetModel[], baselines: readonly Baseline[]): string {
  const rows = models.flatMap((model) => [
    ...model.steps.map(({ supervisionSteps, overall, cleanKept }) => [
      model.name,
      `${supervisionSteps}${supervisionSteps === model.mainSteps ? ' (its own)' : ''}`,
      shareCell(overall.joint),
      shareCell(overall.location),
      shareCell(overall.contentGivenPlace),
      shareCell(cleanKept),
      sizeCell(overall.joint),
    ]),
    ...pointRows(model),
  ]);
  for (const { name, joint, location, cleanKept } of baselines)
    rows.push([name, '', shareCell(joint), shareCell(location), '', shareCell(cleanKept), sizeCell(joint)]);
  const head = ['model', 'steps', 'joint', 'location', 'content given place', 'clean kept', 'bugs in groups'];
  return markdownTable(head, rows);
}

function pointRows({ name, mainSteps, operatingPoints }: SetModel): string[][] {
  return operatingPoints.map(({ cleanTarget, joint, cleanKept }) => {
    const where = `${mainSteps}, at ${percentOf(cleanTarget)} % of clean validation functions left alone`;
    return [name, where, shareCell(joint), '', '', shareCell(cleanKept), sizeCell(joint)];
  });
}

function thresholdTable({ name, calibrated, atThreshold }: SetModel): string {
  const { found, precisionOfSet, cleanKept, threshold } = atThreshold;
  const title = `${name} at confidence > ${threshold.toFixed(3)}${calibrated ? '' : ' (not calibrated)'}`;
  return markdownTable(
    [title, 'value', 'n in groups'],
    [
      ['bugs shown with the right edit', shareCell(found), sizeCell(found)],
      ['clean functions with nothing shown', shareCell(cleanKept), sizeCell(cleanKept)],
      [
        "shown edits that are right, at this set's share of bugs",
        shareCell(precisionOfSet),
        sizeCell(precisionOfSet),
      ],
      ...thresholdRows(atThreshold).map(({ measure, value, interval, clusters }) => [
        measure,
        interval === '' ? value : `${value} (${interval})`,
        `${clusters} groups`,
      ]),
    ],
  );
}

/** One row a key, for each model its three shares; undefined when no model has rows. */
function compareTable(
  title: string,
  models: readonly SetModel[],
  rowsOf: (model: SetModel) => readonly SetRow[],
  baselines: readonly Baseline[],
  ranked: 'byKind' | 'byLabel' | 'byFamily' | 'byBugType',
): string | undefined {
  const keys = rowsOf(models[0]).map(({ key }) => key);
  if (keys.length === 0) return undefined;
  const several = models.length > 1;
  const head = models.flatMap(({ name }) =>
    ['joint', 'location', 'content given place'].map((measure) =>
      several ? `${measure}, ${name}` : measure,
    ),
  );
  const rows = keys.map((key) => {
    const cells = models.flatMap((model) => {
      const row = rowsOf(model).find((each) => each.key === key);
      return [row?.joint, row?.location, row?.contentGivenPlace].map(shareCell);
    });
    const own = rowsOf(models[0]).find((row) => row.key === key);
    const beside = baselines.map((each) => shareCell(each[ranked].find((row) => row.key === key)?.joint));
    return [key, own ? sizeCell(own.joint) : '-', ...cells, ...beside];
  });
  return markdownTable(
    [title, 'n in groups', ...head, ...baselines.map(({ name }) => `joint, ${name}`)],
    rows,
  );
}
