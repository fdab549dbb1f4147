import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { replaceToken, replaceTokens } from '../../mutation/text-edit';
import { keywordAt, passesOn, removeArgument } from '../tools/arguments';
import { keywordDropper } from '../tools/factories';
import { arrayFunction, usesArrays, usesFrames } from '../tools/libraries';
import { operandEnd, operandStart } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { sameText, textOf } from '../tools/texts';

/** Methods of frames and arrays that change nothing and return a changed copy. */
const COPYING = new Set(
  (
    'drop reset_index set_index fillna sort_values sort_index rename astype dropna replace drop_duplicates reindex ' +
    'assign ffill bfill merge join round clip where mask map apply query to_crs set_crs set_geometry explode shift ' +
    'transpose reshape ravel flatten squeeze swapaxes conj repeat take filled persist repartition expand_dims ' +
    'rename_axis to_frame tz_localize tz_convert droplevel combine_first set_axis map_partitions stack unstack'
  ).split(' '),
);

/** `df = df.dropna()` becomes `df.dropna()`, and `df.dropna(inplace=True)` loses its option. */
export const droppedCopyResult: Mutator = {
  bugType: 'dropped-copy-result',
  why: 'The method changes a copy, which nobody keeps: what follows works with the data as it was.',
  sites: (target) =>
    usesFrames(target) || usesArrays(target) ? [...reassigned(target), ...inPlace(target)] : [],
  apply(target, { token }) {
    const argument = keywordAt(target, token);
    if (argument) return removeArgument(target, argument);
    return {
      start: target.tokens[token].start,
      end: target.tokens[operandEnd(target, token) + 2].start,
      text: '',
    };
  },
};

/** Functions that mostly give their argument back as it is. */
const CONVERSION = /^(as|array|atleast|broadcast|require|copy|from)/;

/** Lines `x = x.method(...)` and `x = np.function(x, ...)`. */
function reassigned(target: MutationTarget): MutationSite[] {
  return target.lines.flatMap(({ first, end }): MutationSite[] => {
    if (target.tokens[first].kind !== 'name') return [];
    const value = operandEnd(target, first) + 2;
    if (textAt(target, value - 1) !== '=' || textAt(target, end - 1) !== ')') return [];
    const open = target.partner[end - 1];
    if (!isCall(target, open) || operandStart(target, end - 1) !== value) return [];
    const length = value - 1 - first;
    const called = arrayFunction(target, open - 1);
    if (called !== undefined) {
      if (CONVERSION.test(called)) return [];
      const [data] = argumentsOf(target, open);
      const same = data?.last - data?.first + 1 === length && sameText(target, first, data.first, length);
      return same ? [{ token: first }] : [];
    }
    const method = sameText(target, first, value, length) && textAt(target, value + length) === '.';
    return method && COPYING.has(textAt(target, open - 1)) ? [{ token: first }] : [];
  });
}

function inPlace(target: MutationTarget): MutationSite[] {
  return tokenSites(
    target,
    ({ text }, i) =>
      text === 'inplace' &&
      matchesAt(target, i, 'inplace', '=', 'True') &&
      keywordAt(target, i) !== undefined,
  );
}

const OTHER_INDEXER: Readonly<Record<string, string>> = { loc: 'iloc', iloc: 'loc', at: 'iat', iat: 'at' };

/** `.loc` for `.iloc`, `[...]` for `.iloc[...]`, and assignment through two brackets in place of one `.loc`. */
export const wrongIndexer: Mutator = {
  bugType: 'wrong-indexer',
  why: 'Labels and positions are confused, or the value is assigned to a temporary copy.',
  sites: (target) =>
    usesFrames(target)
      ? tokenSites(target, (_, i) => isIndexer(target, i)).flatMap(({ token }): MutationSite[] => {
          const sites: MutationSite[] = [{ token, form: 'swap' }];
          if (picksElement(target, token)) sites.push({ token, form: 'plain' });
          if (assignsCell(target, token + 1)) sites.push({ token, form: 'chained' });
          return sites;
        })
      : [],
  apply(target, { token, form }) {
    if (form === 'plain') return replaceTokens(target, token - 1, token, '');
    if (form === 'swap') return replaceToken(target, token, OTHER_INDEXER[textAt(target, token)]);
    const [row, column] = argumentsOf(target, token + 1);
    const { tokens } = target;
    return { start: tokens[row.last].end, end: tokens[column.first].start, text: '][' };
  },
};

function isIndexer(target: MutationTarget, index: number): boolean {
  return (
    Object.hasOwn(OTHER_INDEXER, textAt(target, index)) &&
    textAt(target, index - 1) === '.' &&
    textAt(target, index + 1) === '['
  );
}

/** True for `iloc[...]` unless it takes a range of rows, which plain brackets take as well. */
function picksElement(target: MutationTarget, index: number): boolean {
  if (textAt(target, index) !== 'iloc') return false;
  const parts = argumentsOf(target, index + 1);
  if (parts.length > 1) return true;
  for (let i = parts[0].first; i <= parts[0].last; i++)
    if (textAt(target, i) === ':' && target.enclosing[i] === index + 1) return false;
  return true;
}

/** True for `[row, column] =`, where the row picks rows and is no plain colon. */
function assignsCell(target: MutationTarget, open: number): boolean {
  const parts = argumentsOf(target, open);
  const assigned = /^([-+*/&|]|\/\/)?=$/.test(textAt(target, target.partner[open] + 1));
  return assigned && parts.length === 2 && textAt(target, parts[0].first) !== ':';
}

/** Keywords that change what a method of pandas does, and its methods that take them; `*` for any. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  how: ['merge', 'join', 'dropna', 'sjoin', 'overlay', 'align', 'resample'],
  on: ['merge', 'join', 'rolling', 'merge_asof'],
  left_on: ['merge'],
  right_on: ['merge'],
  left_index: ['merge'],
  right_index: ['merge'],
  suffixes: ['merge'],
  sort: ['groupby', 'unique', 'value_counts', 'concat', 'merge', 'join', 'union', 'factorize'],
  observed: ['groupby', 'pivot_table'],
  group_keys: ['groupby'],
  as_index: ['groupby'],
  dropna: ['groupby', 'value_counts', 'nunique', 'stack', 'pivot_table'],
  skipna: ['*'],
  numeric_only: ['*'],
  min_count: ['*'],
  ddof: ['*'],
  ascending: ['sort_values', 'sort_index', 'rank'],
  na_position: ['sort_values', 'sort_index'],
  ignore_index: ['concat', 'append', 'sort_values', 'explode', 'drop_duplicates', 'dropna'],
  drop: ['reset_index', 'set_index'],
  keep: ['drop_duplicates', 'duplicated', 'nlargest', 'nsmallest'],
  subset: ['drop_duplicates', 'dropna', 'duplicated'],
  columns: ['drop', 'rename', 'DataFrame', 'reindex', 'pivot', 'pivot_table', 'get_dummies'],
  index: ['to_csv', 'to_frame', 'to_records', 'to_sql', 'to_parquet', 'DataFrame', 'Series', 'memory_usage'],
  errors: ['to_numeric', 'to_datetime', 'to_timedelta', 'drop', 'astype', 'rename'],
  deep: ['copy', 'memory_usage'],
  utc: ['to_datetime'],
  unit: ['to_datetime', 'to_timedelta', 'Timestamp'],
  expand: ['split', 'rsplit', 'extract', 'partition'],
  regex: ['replace', 'contains', 'filter'],
  na: ['contains', 'startswith', 'endswith', 'match'],
  level: ['*'],
  fill_value: ['*'],
  crs: ['GeoDataFrame', 'GeoSeries', 'from_wkb', 'from_wkt', 'points_from_xy', 'from_shapely'],
  names: ['read_csv', 'read_table', 'MultiIndex', 'from_arrays', 'from_tuples', 'from_product', 'concat', 'Index'],
  index_col: ['read_csv', 'read_excel', 'read_table'],
  keys: ['concat'],
  normalize: ['value_counts', 'date_range'],
  closed: ['date_range', 'rolling', 'resample', 'interval_range'],
  freq: ['date_range', 'shift', 'DatetimeIndex', 'period_range'],
  return_indexer: ['reindex', 'join', 'get_indexer'],
  categories: ['Categorical', 'CategoricalDtype'],
  ordered: ['Categorical', 'CategoricalDtype', 'set_categories', 'as_ordered'],
}; // prettier-ignore

/** Options that say what the method does anyway. */
const DEFAULTS = new Set(
  (
    'skipna=True sort=True ascending=True deep=True drop=False index=True numeric_only=False group_keys=True ' +
    "as_index=True dropna=True keep='first' how='inner' ignore_index=False normalize=False errors='raise' " +
    'ordered=False ddof=1 min_count=0 expand=False return_indexer=False'
  ).split(' '),
);

/** `groupby('a', sort=False)` becomes `groupby('a')`. */
export const missingFrameOption: Mutator = keywordDropper({
  bugType: 'missing-frame-option',
  why: 'The default of the option keeps other rows, another order or another index.',
  keywords: new Set(Object.keys(OPTIONS)),
  matters(target, open, argument) {
    const { first, last } = argument;
    const option = textAt(target, first);
    const value = textOf(target, first + 2, last).replaceAll('"', "'");
    if (!usesFrames(target) || value === 'None' || DEFAULTS.has(`${option}=${value}`)) return false;
    if (passesOn(target, argument)) return false;
    const methods = OPTIONS[option];
    if (!methods.includes('*')) return methods.includes(textAt(target, open - 1));
    return textAt(target, open - 2) === '.' && !textAt(target, open - 1).startsWith('_');
  },
});
