import { thresholdRows } from '../threshold-rows';
import type { Baseline, Rate } from '../report-parts';
import { daggerOf, INTERVAL_NOTE, markdownTable, percentOf, shareCell, sizeCell } from './cells';
import type { SetModel, SetReport } from './set-report';

/**
 * A set's figures as the README shows them (`trm evaluate --markdown`): what the first model does, each figure with its interval, n and number of
 * clusters, the baselines beside it; then the same by kind of bug, or by family where the set has no kinds.
 */
export function renderResults({ set, models: [model], baselines }: SetReport): string {
  const limit = set.maxRowsPerGroup === null ? '' : `, at most ${set.maxRowsPerGroup} of a group`;
  const parts = [
    `**${set.name}**: ${set.buggy} buggy and ${set.clean} clean functions of ${set.groups} groups${limit}. ` +
      "The place where CPython's parser stops is an input of the model and of the parser-guided ranker, not of the frequency ranker.",
    overallTable(model, baselines),
    keyedTable(model, baselines),
    INTERVAL_NOTE,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const mainOf = ({ steps, mainSteps }: SetModel): SetModel['steps'][number] =>
  steps.find(({ supervisionSteps }) => supervisionSteps === mainSteps) ?? steps[0];

function overallTable(model: SetModel, baselines: readonly Baseline[]): string {
  const { overall, cleanKept } = mainOf(model);
  const { atThreshold } = model;
  const row = (measure: string, rate: Rate, ranked: (each: Baseline) => Rate | undefined): string[] => [
    measure,
    rate.rate === null ? '-' : `${percentOf(rate.rate)} %`,
    rate.rate === null ? '' : `${percentOf(rate.low)} to ${percentOf(rate.high)}${daggerOf(rate)}`,
    sizeCell(rate),
    ...baselines.map((each) => shareCell(ranked(each))),
  ];
  const none = (): undefined => undefined;
  const where = `at the threshold (confidence > ${atThreshold.threshold.toFixed(2)})`;
  return markdownTable(
    ['measure', model.name, '95 % interval', 'n in groups', ...baselines.map(({ name }) => name)],
    [
      row('bugs mended exactly: right place and content', overall.joint, ({ joint }) => joint),
      row('right place', overall.location, ({ location }) => location),
      row('exactly right when told the place', overall.contentGivenPlace, none),
      row('clean functions left alone', cleanKept, ({ cleanKept: kept }) => kept),
      row(`${where}: right edit shown`, atThreshold.found, none),
      row(`${where}: nothing shown for a clean function`, atThreshold.cleanKept, none),
      ...thresholdRows(atThreshold).map(({ measure, value, interval, clusters }) => [
        `${where}: ${measure}`,
        value,
        `${interval}${daggerOf({ clusters })}`,
        `${clusters} groups`,
        ...baselines.map(() => '-'),
      ]),
    ],
  );
}

function keyedTable(model: SetModel, baselines: readonly Baseline[]): string {
  const { byKind } = mainOf(model);
  // A benchmark of kinds has nearly all bugs in one; elsewhere families say more.
  const kinds = byKind.reduce((sum, { joint }) => sum + joint.total, 0);
  const useKinds = kinds > 0.9 * mainOf(model).overall.joint.total;
  const rows = useKinds ? byKind : model.byFamily;
  if (rows.length === 0) return '';
  return markdownTable(
    [
      useKinds ? 'kind' : 'family',
      'n in groups',
      `${model.name}: mended`,
      ...baselines.map(({ name }) => name),
    ],
    rows.map(({ key, joint }) => [
      key,
      sizeCell(joint),
      shareCell(joint),
      ...baselines.map((each) =>
        shareCell(each[useKinds ? 'byKind' : 'byFamily'].find((row) => row.key === key)?.joint),
      ),
    ]),
  );
}
