/** Undoing of bugs in the use of functions that are taken for each other, and of arrays and frames. */
import { textAt } from '../../../generation/mutation/target';
import { anyOf, indices, replaced, type Undo } from './place';
import { addedArguments, alike, merged, operands, phrases, suffixed, swapped, wrapped } from './tokens';

/** Functions and methods that are taken for each other. */
export const siblings: Undo = swapped(
  merged(
    ...[
      ['min', 'max'],
      ['any', 'all'],
      ['append', 'extend', 'insert', 'add'],
      ['keys', 'values', 'items'],
      ['startswith', 'endswith'],
      ['lstrip', 'rstrip', 'strip'],
      ['lower', 'upper'],
      ['find', 'rfind', 'index', 'rindex'],
      ['split', 'rsplit', 'partition', 'rpartition', 'splitlines'],
      ['read', 'readline', 'readlines'],
      ['write', 'writelines'],
      ['match', 'search', 'fullmatch'],
      ['floor', 'ceil', 'round', 'trunc'],
      ['sin', 'cos', 'tan'],
      ['dirname', 'basename'],
      ['exists', 'isfile', 'isdir', 'lexists'],
      ['dump', 'dumps'],
      ['load', 'loads'],
      ['encode', 'decode'],
      ['union', 'intersection', 'difference', 'symmetric_difference'],
      ['isinstance', 'issubclass'],
      ['getattr', 'hasattr', 'setattr'],
      ['pop', 'popleft', 'get', 'remove', 'discard'],
      ['update', 'setdefault'],
      ['get', 'put', 'set', 'setdefault'],
      ['sorted', 'reversed'],
      ['ord', 'chr'],
      ['str', 'repr'],
      ['abspath', 'realpath', 'normpath'],
      ['stat', 'lstat'],
      ['bool', 'callable'],
      ['acquire', 'release'],
      ['is_file', 'is_dir'],
      ['isdigit', 'isalpha', 'isalnum', 'isspace'],
      ['mean', 'sum', 'median'],
      ['argmin', 'argmax'],
      ['ceil', 'floor'],
      ['zeros', 'ones', 'empty'],
      ['hstack', 'vstack', 'concatenate'],
      ['filter', 'get', 'filter_by', 'exclude', 'first'],
      ['islower', 'isupper'],
      ['minimum', 'maximum'],
      ['rjust', 'ljust', 'center'],
      ['appendleft', 'append'],
      ['extendleft', 'extend'],
      ['debug', 'info', 'warning', 'error', 'exception'],
      ['hex', 'oct', 'bin'],
      ['bisect_left', 'bisect_right'],
    ].map((words) => alike(...words)),
  ),
);

/** Axes of arrays. */
export const axes: Undo = anyOf(
  swapped(alike('0', '1', '2')),
  phrases({ '- 1': ['0', '1', '-2'], '1': ['-1'], '0': ['-1', 'None'] }),
  addedArguments(() => ['axis=0', 'axis=1', 'axis=-1', '0', '1', '-1']),
);

/** `&`, `|` and `~` of arrays and of queries. */
export const elementwise: Undo = anyOf(
  swapped({ and: ['&'], or: ['|'], not: ['~'] }),
  suffixed(['.any()', '.all()', '.empty', '.size', 'is not None', 'is None', '.size > 0', '.any(axis=1)']),
  wrapped([
    ['np.any(', ')'],
    ['np.all(', ')'],
    ['len(', ')'],
  ]),
);

/** Tests for NaN, and functions that leave it out. */
export const nans: Undo = anyOf(
  swapped(
    Object.fromEntries(
      ['mean', 'sum', 'max', 'min', 'std', 'var', 'median', 'argmax', 'argmin', 'percentile', 'prod'].map(
        (name) => [name, [`nan${name}`]],
      ),
    ),
  ),
  (place) =>
    operands(place).flatMap(({ first, last }) => {
      const sign = textAt(place, last + 1);
      const name = ['nan', 'NaN', 'NA', 'NaT'];
      const test =
        textAt(place, last + 3) === '.' && name.includes(textAt(place, last + 4)) ? last + 5 : last + 3;
      if (!['==', '!=', 'is'].includes(sign) || !name.includes(textAt(place, test - 1)) || last - first > 2)
        return [];
      const inner = place.tokens
        .slice(first, last + 1)
        .map(({ text }) => text)
        .join('');
      const holder = textAt(place, last + 3) === '.' ? `${textAt(place, last + 2)}.` : '';
      const negated = sign === '!=' ? 'not ' : '';
      return ['isnan', 'isna', 'isnull'].flatMap((call) =>
        [negated, sign === '!=' ? '~' : ''].map((no) =>
          replaced(first, test, `${no}${holder}${call}(${inner})`),
        ),
      );
    }),
  suffixed(['.dropna()', '.fillna(0)']),
);

/** `x[a, b]` for `x[a][b]`, and `loc` for `iloc`. */
export const indexers: Undo = anyOf(
  phrases({ '] [': [','] }),
  swapped({ ...alike('loc', 'iloc', 'ix', 'at', 'iat') }),
  suffixed(['.loc', '.iloc', '.values']),
);

/** Options that frames and arrays are often given. */
export const frameOptions: Undo = anyOf(
  addedArguments(() => [
    ...[
      "how='left'",
      "how='outer'",
      'ignore_index=True',
      'index=False',
      'inplace=True',
      'drop=True',
      'axis=1',
      'axis=0',
      'axis=-1',
      'keepdims=True',
      'copy=False',
      'copy=True',
      'sort=False',
      'as_index=False',
      'dropna=False',
      'ascending=False',
      'header=None',
      'deep=True',
      "errors='coerce'",
      "errors='ignore'",
      'index_col=0',
      'observed=True',
      'numeric_only=True',
      'na_rep="nan"',
      'skipna=True',
      'low_memory=False',
      'drop_duplicates=True',
      'level=0',
      'verify_integrity=True',
    ],
  ]),
  addedArguments(() =>
    [
      'float',
      'int',
      'bool',
      'object',
      'complex',
      'np.float64',
      'np.int64',
      'np.int32',
      'np.uint8',
      'np.float32',
      'np.bool_',
      'np.intp',
      'np.uint32',
      'np.uint64',
      'np.int8',
      'dtype',
      'self.dtype',
      'x.dtype',
      "'float64'",
      "'int64'",
      "'f'",
      "'i'",
    ].map((type) => `dtype=${type}`),
  ),
  suffixed(['[:, None]', '[:, np.newaxis]', '[None, :]', '[np.newaxis, :]', '.reshape(-1, 1)', '.T']),
);

/** Arguments that are passed as one tuple. */
export const unpackedTuples: Undo = (place) =>
  indices(place).flatMap((open) => {
    const close = place.partner[open];
    if (textAt(place, open) !== '(' || close <= open || close >= place.end) return [];
    const inner = place.tokens.slice(open + 1, close).map(({ kind, text }) => ({ kind, text }));
    return [replaced(open, close + 1, inner)];
  });
