import { daggerOf, INTERVAL_NOTE, markdownTable, percentOf, shareCell } from '../benchmarks/cells';
import { CEILING_SOURCE } from './ceiling';
import {
  MEASURE_TEXT,
  REAL_MEASURES,
  type MeasureRow,
  type RealGroup,
  type RealModel,
  type RealReport,
  type SyntaxMode,
} from './real-report';

const VIEW_TEXT: Readonly<Record<RealGroup['view'], string>> = {
  file: 'with the file',
  function: 'the function alone',
};

const MODE_TEXT: Readonly<Record<SyntaxMode, string>> = {
  search: 'the search for a text that parses',
  fix: '`trm fix`',
  'fix-unsafe': '`trm fix --unsafe-fixes`',
};

/** The report as Markdown: a table for each view and tier group; of several models, the mean and the range. */
export function renderRealReport({ set, baseline, models }: RealReport): string {
  const rejected = listOf(set.rejected);
  const parts = [
    `# real-files, ${set.split}: ${set.fixes} fixes of ${set.repositories} repositories`,
    models
      .map(
        ({ name, parameters, steps }) =>
          `${name}: ${parameters.toLocaleString('en-US')} weights, ${steps} steps`,
      )
      .join('; ') + '.',
    ...(rejected === '' ? [] : [`Rows that hold no fix, in no figure: ${rejected}.`]),
    ...models[0].groups.flatMap(({ view, tiers }) =>
      renderGroup(models, view, tiers, baseline?.groups.find(isOf('file', tiers))),
    ),
    ...renderSyntax(models),
    `${INTERVAL_NOTE} Ceiling: what an engineer could do, from ${CEILING_SOURCE}, with its n.` +
      (baseline ? baselineNote(baseline.fixes) : '') +
      (models.length > 1 ? ' Of several models: mean, and the lowest and highest in square brackets.' : ''),
  ];
  return `${parts.join('\n\n')}\n`;
}

function baselineNote(fixes: number): string {
  return ` Baseline: the edit that was most often right at such tokens in ${fixes} fixes of training; it reads the function alone.`;
}

function renderGroup(
  models: readonly RealModel[],
  view: RealGroup['view'],
  tiers: RealGroup['tiers'],
  baseline: RealGroup | undefined,
): string[] {
  const groups = models.map((model) => model.groups.find(isOf(view, tiers)) as RealGroup);
  const [first] = groups;
  const head = first.slices.flatMap(({ slice, n, measures: [{ rate }] }) => [
    `${slice}, n ${n} in ${rate.clusters}${daggerOf(rate)}`,
    ...(baseline ? ['baseline'] : []),
    'ceiling',
  ]);
  const rows = REAL_MEASURES.map((measure) => [
    MEASURE_TEXT[measure],
    ...first.slices.flatMap(({ slice }) => {
      const own = groups.map((group) => rowOf(group, slice, measure));
      const counted = baseline ? [baselineCell(rowOf(baseline, slice, measure))] : [];
      return [cellOf(own), ...counted, ceilingCell(own[0])];
    }),
  ]);
  const alarms = groups.map(({ points }) =>
    points
      .map(
        ({ allowed, threshold, alarms: { count, total } }) =>
          `${percentOf(allowed)} %: ${count} of ${total} above ${threshold?.toFixed(2) ?? 'any'}`,
      )
      .join(', '),
  );
  return [
    `## Tier ${tiers}, ${VIEW_TEXT[view]}`,
    markdownTable(['share of the fixes, %', ...head], rows),
    `False alarms on the fixed functions, and their threshold in nats: ${alarms.join('; ')}.`,
    ...first.slices.map(
      ({ slice, notParsing }, i) =>
        `${slice}: ${notParsing} in files that do not parse; lost before the answer counts: ` +
        `${groups.map((group) => listOf(group.slices[i].lost) || 'none').join('; ')}.`,
    ),
  ];
}

const isOf =
  (view: RealGroup['view'], tiers: RealGroup['tiers']) =>
  (group: RealGroup): boolean =>
    group.view === view && group.tiers === tiers;

/** What tokens a baseline could write was not asked. */
function baselineCell({ measure, rate }: MeasureRow): string {
  return measure === 'not-writable' ? '' : shareCell(rate);
}

function rowOf(group: RealGroup, slice: string, measure: string): MeasureRow {
  const own = group.slices.find((one) => one.slice === slice);
  return own?.measures.find((row) => row.measure === measure) as MeasureRow;
}

/** One model's share with its interval; of several the mean with its range. */
function cellOf(rows: readonly MeasureRow[]): string {
  if (rows.length === 1) return shareCell(rows[0].rate);
  const spread = spreadOf(rows.map(({ rate }) => rate.rate));
  if (spread === null) return '-';
  return `${percentOf(spread.mean)} [${percentOf(spread.low)}-${percentOf(spread.high)}]`;
}

/** Mean, lowest and highest of the shares of several models; null where one has none. */
export function spreadOf(
  shares: readonly (number | null)[],
): { mean: number; low: number; high: number } | null {
  const known = shares.filter((share) => share !== null);
  if (known.length < shares.length || known.length === 0) return null;
  const mean = known.reduce((sum, share) => sum + share, 0) / known.length;
  return { mean, low: Math.min(...known), high: Math.max(...known) };
}

function ceilingCell({ ceiling }: MeasureRow): string {
  return ceiling === null ? '' : `${percentOf(ceiling.count / ceiling.total)} (n ${ceiling.total})`;
}

function renderSyntax(models: readonly RealModel[]): string[] {
  const [first] = models;
  if (first.syntax === null) return [];
  const rows = first.syntax.modes.map(({ mode, parses, small, exact }, i) => {
    const all = models.map(({ syntax }) => syntax?.modes[i]);
    const cell = (key: 'parses' | 'small' | 'exact', own: typeof exact): string =>
      models.length === 1
        ? shareCell(own)
        : cellOf(all.map((one) => ({ measure: 'exact', rate: one?.[key] ?? own, ceiling: null })));
    return [MODE_TEXT[mode], cell('parses', parses), cell('small', small), cell('exact', exact)];
  });
  const { total, clusters } = first.syntax.modes[0].parses;
  const rejected = listOf(first.syntax.rejected);
  return [
    `## Code that did not parse (real-syntax), n ${total} in ${clusters}`,
    markdownTable(
      ['mended by, %', 'parses', "parses, at most the author's edit", "exactly the author's"],
      rows,
    ),
    ...(rejected === '' ? [] : [`Left out: ${rejected}.`]),
  ];
}

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(', ');
}
