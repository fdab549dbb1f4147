/** Undoing of bugs in names, attributes, keys and arguments. */
import { nearness } from '../../../core/text/near-spelling';
import { argumentsOf, textAt } from '../../../generation/mutation/target';
import type { TokenEdit } from '../../../processing/encoding/encode';
import { membersOfType } from '../../../python/library/library';
import { BUILTINS } from '../../../python/names/builtins';
import { SLOTS } from '../../../records/example';
import type { TokenText } from '../../../records/sample';
import { anyOf, indices, inserted, removed, replaced, written, type Undo, type UndoPlace } from './place';
import {
  addedArguments,
  callsOf,
  deleted,
  insertedWhere,
  phrases,
  removedArguments,
  startsOperand,
  suffixed,
  swapped,
} from './tokens';

const isName = ({ tokens }: UndoPlace, i: number): boolean => tokens[i]?.kind === 'name';
const isAttribute = (place: UndoPlace, i: number): boolean =>
  isName(place, i) && textAt(place, i - 1) === '.';
const isPlain = (place: UndoPlace, i: number): boolean => isName(place, i) && textAt(place, i - 1) !== '.';

/** Other words for tokens that fit. */
function renamed(
  fits: (place: UndoPlace, i: number) => boolean,
  words: (place: UndoPlace, text: string) => readonly string[],
): Undo {
  return (place) =>
    indices(place).flatMap((i) =>
      fits(place, i)
        ? words(place, textAt(place, i))
            .filter((word) => word !== textAt(place, i))
            .map((word) => replaced(i, i + 1, [{ kind: 'name', text: word }]))
        : [],
    );
}

/** Another name of the code around. */
export const otherNames: Undo = renamed(isPlain, ({ names }) => names);

/** Types whose members code without any type speaks of. */
const COMMON_TYPES = ['str', 'list', 'dict', 'set', 'bytes', 'int'];

/** The name that is spelt nearly so: of the code around, a builtin, or a member of a builtin type. */
export const nearNames: Undo = renamed(isName, ({ names, attributes }, text) => {
  const known = new Set([...names, ...attributes, ...BUILTINS, ...COMMON_TYPES.flatMap(membersOfType)]);
  return [...known].filter((word) => nearness(text, word) !== null);
});

/** Another attribute of the code around. */
export const otherAttributes: Undo = renamed(isAttribute, ({ attributes }) => attributes);

/** Constants that other languages spell otherwise. */
export const foreignLiterals: Undo = swapped({
  null: ['None'],
  nil: ['None'],
  NULL: ['None'],
  undefined: ['None'],
  none: ['None'],
  true: ['True'],
  TRUE: ['True'],
  false: ['False'],
  FALSE: ['False'],
});

/** `self.` before a name. */
export const missingSelf: Undo = insertedWhere(['self.', 'cls.'], isPlain);

/** `self.` too much. */
export const superfluousSelf: Undo = deleted('self .', 'cls .');

/** The first parameter of a method. */
export const selfParameters: Undo = (place) =>
  indices(place).flatMap((i) =>
    textAt(place, i - 2) === 'def' && textAt(place, i) === '('
      ? ['self', 'cls'].map((name) => inserted(i + 1, textAt(place, i + 1) === ')' ? name : `${name},`))
      : [],
  );

/** `self` passed too much. */
export const superfluousSelfArguments: Undo = removedArguments(
  (place, { first, last }) => first === last && /^(self|cls)$/.test(textAt(place, first)),
);

/** A parameter or another name passed on, as the same keyword or by its place. */
export const passedOn: Undo = addedArguments(({ parameters, names }) => {
  const words = [...new Set([...parameters, ...names.slice(0, 12)])];
  return words.flatMap((name) => [`${name}=${name}`, name]);
}, 'any');

/** A parameter kept as an attribute. */
export const storedParameters: Undo = (place) =>
  place.parameters.flatMap((name) =>
    [`self.${name} = ${name}`, `self._${name} = ${name}`].flatMap((code) => [...lines(place, code)]),
  );

/** A statement of its own before and behind the one here. */
export function lines(place: UndoPlace, code: string): TokenEdit[] {
  const tokens = written(code);
  const newline: TokenText = { kind: 'newline', text: '' };
  if (tokens.length >= SLOTS) return [];
  return [inserted(place.first, [...tokens, newline]), inserted(place.end, [newline, ...tokens])];
}

/** Another string of the code around. */
export const otherStrings: Undo = (place) =>
  indices(place).flatMap((i) =>
    place.tokens[i].kind === 'string'
      ? place.strings
          .filter((text) => text !== textAt(place, i))
          .map((text) => replaced(i, i + 1, [{ kind: 'string', text }]))
      : [],
  );

/** Another name for a keyword argument: one of the code around, or one that is spelt nearly so. */
export const keywords: Undo = renamed(
  (place, i) => isName(place, i) && textAt(place, i + 1) === '=' && place.enclosing[i] >= 0,
  ({ names, parameters, attributes }, text) => [
    ...new Set([...parameters, ...names, ...attributes, ...textsNear(text)]),
  ],
);

/** A plural, a singular, an underscore more or less. */
function textsNear(text: string): string[] {
  return [`${text}s`, text.replace(/s$/, ''), `_${text}`, text.replace(/^_/, ''), text.replaceAll('_', '')];
}

/** A variable that starts with an empty value, on a line of its own. */
export const initialisations: Undo = (place) =>
  place.names.flatMap((name) =>
    [
      '[]',
      '{}',
      '0',
      'None',
      "''",
      'set()',
      'False',
      'True',
      '1',
      '""',
      '-1',
      '()',
      'list()',
      'dict()',
    ].flatMap((value) => lines(place, `${name} = ${value}`).slice(0, 1)),
  );

/** A module before one of its members. */
export const modulePrefixes: Undo = insertedWhere(
  ({ modules }) => modules.map((name) => `${name}.`),
  isPlain,
);

/** Quotes around a name, and a name out of its quotes. */
export const quotes: Undo = (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    if (kind === 'name' && textAt(place, i - 1) !== '.')
      return [`'${text}'`, `"${text}"`].map((one) => replaced(i, i + 1, one));
    const inner = kind === 'string' ? /^['"]([\p{L}_][\p{L}\p{N}_]*)['"]$/u.exec(text)?.[1] : undefined;
    return inner === undefined ? [] : [replaced(i, i + 1, [{ kind: 'name', text: inner }])];
  });

/** Two neighbouring arguments the other way round. */
export const swappedArguments: Undo = (place) =>
  callsOf(place).flatMap((open) => {
    const given = argumentsOf(place, open);
    return given.slice(1).flatMap((right, k) => {
      const left = given[k];
      if (right.last - left.first + 1 > SLOTS) return [];
      const part = (from: number, to: number): TokenText[] =>
        place.tokens.slice(from, to).map(({ kind, text }) => ({ kind, text }));
      return [
        replaced(left.first, right.last + 1, [
          ...part(right.first, right.last + 1),
          ...part(left.last + 1, right.first),
          ...part(left.first, left.last + 1),
        ]),
      ];
    });
  });

/** An argument that is missing: a name or constant of the code around. */
export const missingArguments: Undo = anyOf(
  addedArguments(
    ({ names, strings, parameters }) => [
      ...new Set([...names, ...parameters]),
      ...strings.slice(0, 6),
      ...['None', '0', '1', 'True', 'False', '-1', "''", '[]', '{}', '2', 'self'],
    ],
    'any',
  ),
  addedArguments(({ attributes }) => attributes.slice(0, 8).map((name) => `self.${name}`), 'any'),
);

/** Keyword arguments that library functions are often given, and their values. */
const KEYWORD_VALUES: Readonly<Record<string, readonly string[]>> = {
  key: ['None', 'str.lower', 'len'],
  reverse: ['True'],
  default: ['None', '0', 'False', "''", 'str'],
  encoding: ["'utf-8'", '"utf-8"', "'utf8'", "'latin-1'", "'ascii'"],
  errors: ["'ignore'", "'replace'", "'strict'", "'surrogateescape'"],
  maxsplit: ['1', '2'],
  strict: ['True', 'False'],
  exist_ok: ['True'],
  parents: ['True'],
  check: ['True'],
  shell: ['False'],
  text: ['True'],
  timeout: ['10', '5', '30', '60', 'timeout'],
  indent: ['2', '4'],
  sort_keys: ['True'],
  ensure_ascii: ['False'],
  newline: ["''", "'\\n'", '""'],
  stacklevel: ['2', '3', '1'],
  flush: ['True'],
  end: ["''", '""'],
  file: ['sys.stderr', 'file', 'f'],
  sep: ["''", "' '", "'\\n'"],
  daemon: ['True'],
  ignore_errors: ['True'],
  follow_symlinks: ['False'],
  universal_newlines: ['True'],
  stdout: ['subprocess.PIPE'],
  stderr: ['subprocess.PIPE', 'subprocess.STDOUT'],
  axis: ['0', '1', '-1'],
  keepdims: ['True'],
  dtype: ['float', 'int', 'np.float64', 'np.int64', 'bool', 'object', 'np.uint8', 'np.float32', 'dtype'],
  how: ["'left'", "'outer'"],
  ignore_index: ['True'],
  index: ['False'],
  inplace: ['True'],
  drop: ['True'],
  copy: ['False', 'True'],
  required: ['True'],
  action: ["'store_true'"],
  type: ['int', 'float', 'str'],
  help: [],
  exc_info: ['True'],
  usedforsecurity: ['False'],
  mode: ["'w'", "'r'", "'rb'", "'wb'"],
  start: ['1'],
  validate: ['True'],
  status: ['404', '400', '403', '500'],
};

/** A keyword argument that is missing: a usual one, one of the code around, or one as another call here passes it. */
export const missingKeywords: Undo = anyOf(
  addedArguments(
    () =>
      Object.entries(KEYWORD_VALUES).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
    'last',
  ),
  (place) => {
    const known = keywordArgumentsAround(place);
    return addedArguments(() => known, 'any')(place);
  },
);

/** Keyword arguments of other calls near by, as they are written. */
function keywordArgumentsAround({ tokens, partner, first }: UndoPlace): string[] {
  const found = new Set<string>();
  const from = Math.max(0, first - 600);
  for (let i = from; i < Math.min(tokens.length, first + 600); i++) {
    if (tokens[i].kind !== 'name' || tokens[i + 1]?.text !== '=' || !/^[(,]$/.test(tokens[i - 1]?.text))
      continue;
    let end = i + 2;
    while (end < tokens.length && !/^[,)]$/.test(tokens[end].text) && end - i < SLOTS)
      end = partner[end] > end ? partner[end] + 1 : end + 1;
    if (end - i < SLOTS && /^[,)]$/.test(tokens[end]?.text ?? ''))
      found.add(
        tokens
          .slice(i, end)
          .map(({ text }) => text)
          .join(' '),
      );
  }
  return [...found].slice(0, 48);
}

/** An argument too much. */
export const superfluousArguments: Undo = removedArguments(() => true);

/** A value where the call gives none. */
export const missingDefaults: Undo = addedArguments(({ names, strings }) => [
  ...strings.slice(0, 8),
  ...['None', '0', 'False', 'True', '1', "''", '""', '[]', '{}', '()', '0.0', '-1'],
  ...names.slice(0, 8),
]);

/** `getattr(x, 'name', None)` for `x.name`. */
export const guardedAttributes: Undo = (place) =>
  indices(place).flatMap((i) => {
    if (!isAttribute(place, i) || !startsOperand(place, i - 2) || !isName(place, i - 2)) return [];
    const [object, name] = [textAt(place, i - 2), textAt(place, i)];
    return ['None', 'False', '0', "''", '()', '[]'].map((value) =>
      replaced(i - 2, i + 1, `getattr(${object}, '${name}', ${value})`),
    );
  });

/** An attribute, or a method that is called, behind a value. */
export const missingAccess: Undo = anyOf(
  suffixed(({ attributes }) => attributes.flatMap((name) => [`.${name}`, `.${name}()`])),
  suffixed([
    '.total_seconds()',
    '.hexdigest()',
    '.groups()',
    '.to_dict()',
    '.items()',
    '.strip()',
    '.name',
    '.lower()',
    '.value',
    '.name',
    '.id',
    '.pk',
    '.text',
    '.data',
    '.group()',
    '.read()',
    '.get()',
  ]),
);

/** The result given to a name too much. */
export const assignedResults: Undo = (place) => {
  const equals = indices(place).find((i) => textAt(place, i) === '=' && place.enclosing[i] < 0);
  return equals === undefined ? [] : [removed(place.first, equals + 1)];
};

/** The result that is lost, given to what the statement works on. */
export const lostResults: Undo = (place) => {
  const { first } = place;
  const own = /^[\p{L}_]/u.test(textAt(place, first)) ? [textAt(place, first)] : [];
  const dotted = isAttribute(place, first + 2) ? [`${textAt(place, first)}.${textAt(place, first + 2)}`] : [];
  return [...own, ...dotted].map((name) => inserted(first, `${name} =`));
};

/** Absolute paths that are meant below another. */
export const relativePaths: Undo = (place) =>
  indices(place).flatMap((i) => {
    const relative = /^(\w*['"])\/(.*)$/s.exec(textAt(place, i));
    return place.tokens[i].kind === 'string' && relative
      ? [replaced(i, i + 1, relative[1] + relative[2])]
      : [];
  });

/** Ways to ask for the time in UTC. */
export const utcTimes: Undo = phrases({
  'datetime.now()': [
    'datetime.now(timezone.utc)',
    'datetime.utcnow()',
    'datetime.now(datetime.timezone.utc)',
    'datetime.now(tz=timezone.utc)',
    'datetime.now(UTC)',
  ],
  '.now()': ['.utcnow()', '.now(timezone.utc)', '.now(utc)', '.now(UTC)', '.now(tz=timezone.utc)'],
  '.today()': ['.utcnow()'],
  'time.localtime(': ['time.gmtime('],
  localtime: ['gmtime'],
  fromtimestamp: ['utcfromtimestamp'],
  mktime: ['timegm'],
});
