/**
 * What the model is told of each program token beside its text: small codes, one array a feature. This table is the one
 * list of them: the Example record, the columns of its shards, the model's one-hot groups and all checks follow it.
 */
import { TOKEN_KINDS } from './sample';

/** Buckets of distances in tokens: 0 none, then log-spaced. */
export const DISTANCE_BUCKETS = 16;

/** Levels of indentation and of bracket depth that are told apart (0..15). */
export const LEVELS = 16;

/** Buckets of how often a name occurs: 0 no name, then 1, 2, 3, 4, 5-6, 7-9, 10 and more. */
export const OCCURRENCE_BUCKETS = 8;

/** How a name is bound, as the model sees it. Order is the code: append only. */
export const BINDINGS = [
  'none',
  'parameter',
  'local',
  'global',
  'builtin',
  'attribute',
  'import',
  'unknown',
] as const;
/** One of {@link BINDINGS}. */
export type Binding = (typeof BINDINGS)[number];

/** What a name does where it stands; `none` for everything that is no name. Order is the code: append only. */
export const ROLES = [
  'none',
  /** A variable's value is taken, and nothing of the following is true. */
  'read',
  /** `x(`. */
  'called',
  /** `x.`. */
  'receiver',
  /** `x[`. */
  'subscripted',
  /** Target of an assignment, of a pattern. */
  'written',
  /** `x += 1`. */
  'augmented',
  'deleted',
  /** `global x`, `nonlocal x`, `x: int` without a value. */
  'declared',
  'parameter',
  /** Target of a `for`, of a statement or a comprehension. */
  'loop-target',
  /** After `as` in `with` and `except`. */
  'as-target',
  /** `x :=`. */
  'walrus',
  /** The name that `def` or `class` defines. */
  'definition',
  /** A name that an import binds. */
  'import',
  /** Other names of an import: modules, what `as` renames. */
  'module-path',
  'attribute',
  'attribute-called',
  'attribute-receiver',
  'attribute-subscripted',
  'attribute-written',
  /** `x=` in a call. */
  'keyword-argument',
  /** First name after a decorator's `@`. */
  'decorator',
  /** Variable in the annotation of a parameter, a result or a variable. */
  'annotation',
] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/**
 * What the def-use chains of a function say of its own variables, parameters and comprehension targets included; `none`
 * for all other tokens. Order is the code: append only.
 */
export const FLOWS = [
  'none',
  /** A definition, one of several of its variable, that some use may see. */
  'defined',
  /** The only definition of its variable, and used. */
  'defined-once',
  /** A definition of a variable (or a parameter) that nothing ever reads. */
  'unread',
  /** A definition that no use sees, though the variable is read elsewhere: a dead store. */
  'overwritten',
  /** A use that one definition reaches. */
  'read',
  /** A use that several definitions may reach. */
  'read-merged',
  /** A use in the very statement that defines the variable: `x = x + 1`. */
  'read-own',
  /** A use that some way reaches without a definition. */
  'read-maybe-unbound',
  /** A use at which no definition can have run: it raises. */
  'read-unbound',
] as const;
/** One of {@link FLOWS}. */
export type Flow = (typeof FLOWS)[number];

/**
 * What the innermost bracket around a token belongs to; brackets themselves have their own. Order is the code: append
 * only.
 */
export const ENCLOSURES = [
  'none',
  'call',
  /** `x[...]`. */
  'index',
  'list',
  /** A dict or a set. */
  'braces',
  /** A tuple, or brackets around an expression. */
  'group',
  /** Of a `def`. */
  'parameters',
  /** Of a `class`. */
  'bases',
] as const;
/** One of {@link ENCLOSURES}. */
export type Enclosure = (typeof ENCLOSURES)[number];

/** Kind of the simple statement, or header, that a token stands in. Order is the code: append only. */
export const STATEMENTS = [
  /** Indentation and END. */
  'none',
  /** Begins as no statement can. */
  'other',
  'expression',
  /** An expression that ends with `)`. */
  'call',
  'assignment',
  'augmented',
  /** `x: int`, `x: int = 1`. */
  'annotated',
  'return',
  'yield',
  'raise',
  'assert',
  'del',
  /** `pass`, `break`, `continue`. */
  'jump',
  'import',
  /** `global`, `nonlocal`. */
  'scope',
  'if',
  'elif',
  'else',
  'for',
  'while',
  'try',
  'except',
  'finally',
  'with',
  'def',
  'class',
  'decorator',
  'match',
  'case',
] as const;
/** One of {@link STATEMENTS}. */
export type StatementKind = (typeof STATEMENTS)[number];

/**
 * What the file and the library know of an attribute; `none` for tokens that are none. *Own* ones are those of the first
 * parameter of a method (`self`, `cls`). Order is the code: append only.
 */
export const MEMBERS = [
  'none',
  /** There is no file, or the receiver is a module or a class of which nothing is known. */
  'unknown',
  /** Own: another method, the class body, or either of a base in the file, gives it a value. */
  'own-assigned',
  /** Own: a method of the class, or of a base in the file. */
  'own-method',
  /** Own: a base from the standard library has it, or every object. */
  'inherited',
  /** Own: other methods read it, nothing of the above is true. */
  'own-read',
  /** Own: this function alone names it, and gives it a value. */
  'own-here',
  /** Own: it stands nowhere else, but the class has bases of which nothing is known, or a `__getattr__`. */
  'inherited-maybe',
  /** Own: nothing of the above. */
  'own-never',
  /** The module, class or literal before the dot is of the standard library, and has it. */
  'library-member',
  /** Has it not. */
  'library-unknown',
  /** Of anything else: an attribute of this name stands elsewhere in the file. */
  'seen-elsewhere',
  'seen-nowhere',
] as const;
/** One of {@link MEMBERS}. */
export type Member = (typeof MEMBERS)[number];

/**
 * In how many other functions of the file a name is mentioned, the code outside functions counted as one; `none` for
 * tokens that are no name. Order is the code: append only.
 */
export const FAMILIARITIES = ['none', 'unknown', 'nowhere', 'one', 'two', 'few', 'many'] as const;
/** One of {@link FAMILIARITIES}. */
export type Familiarity = (typeof FAMILIARITIES)[number];

/**
 * Whether a name is nearly one that the file, or the function itself, names more often. Order is the code: append only.
 */
export const NEARNESSES = [
  'none',
  'unknown',
  'far',
  /** The same when at most one letter of each is left out. */
  'near',
  /** Of several parts (`read_line`, `readLine`) all but one are the same. */
  'shares-parts',
] as const;
/** One of {@link NEARNESSES}. */
export type Nearness = (typeof NEARNESSES)[number];

/**
 * How a call fits the signature of what is called: at the called name and at its keyword arguments; `none` for all other
 * tokens. Order is the code: append only.
 */
export const CALL_FITS = [
  'none',
  'unknown',
  'fits',
  /** A keyword that the signature does not have; at the called name: one of several. */
  'bad-keyword',
  /** More positional arguments than parameters, or one parameter given twice. */
  'too-many',
  'too-few',
] as const;
/** One of {@link CALL_FITS}. */
export type CallFit = (typeof CALL_FITS)[number];

/** One feature of tokens. */
export interface TokenFeature {
  /** Values are 0..size - 1; size 1 is a flag, 0 or 1. */
  size: number;
  /** Column of example shards. */
  column: string;
  /** What the values mean. */
  description: string;
}

const feature = (size: number, column: string, description: string): TokenFeature => ({
  size,
  column,
  description,
});

/** All features of a token, in the order of the model's feature table. Append only. */
export const TOKEN_FEATURES = {
  // One row more than there are kinds: the EMPTY entry of the closed vocabulary.
  kinds: feature(TOKEN_KINDS.length + 1, 'kinds', 'index in TOKEN_KINDS'),
  indents: feature(LEVELS, 'indents', 'indentation level in the window, capped at 15'),
  depths: feature(LEVELS, 'depths', 'bracket depth in the window, capped at 15'),
  previousSame: feature(
    DISTANCE_BUCKETS,
    'previous_same',
    'bucket of the distance to the previous name of the same text',
  ),
  nextSame: feature(
    DISTANCE_BUCKETS,
    'next_same',
    'bucket of the distance to the next name of the same text',
  ),
  bindings: feature(BINDINGS.length, 'bindings', 'index in BINDINGS'),
  stopped: feature(1, 'stopped', '1 where the parser stopped'),
  roles: feature(ROLES.length, 'roles', 'index in ROLES'),
  occurrences: feature(
    OCCURRENCE_BUCKETS,
    'occurrences',
    "bucket of the number of places that name the same: a function's variable in all of it, others in the window",
  ),
  flows: feature(FLOWS.length, 'flows', 'index in FLOWS'),
  defUses: feature(
    DISTANCE_BUCKETS,
    'def_uses',
    'bucket of the distance from a use to the nearest definition that reaches it, from a definition to its nearest use',
  ),
  brackets: feature(
    DISTANCE_BUCKETS + 1,
    'brackets',
    'bucket of the distance to the matching bracket, 16 for a bracket without one',
  ),
  enclosures: feature(ENCLOSURES.length, 'enclosures', 'index in ENCLOSURES'),
  places: feature(DISTANCE_BUCKETS, 'places', 'bucket of the place in the logical line, which starts at 1'),
  statements: feature(STATEMENTS.length, 'statements', 'index in STATEMENTS'),
  members: feature(MEMBERS.length, 'members', 'index in MEMBERS'),
  familiarities: feature(FAMILIARITIES.length, 'familiarities', 'index in FAMILIARITIES'),
  nearNames: feature(NEARNESSES.length, 'near_names', 'index in NEARNESSES'),
  callFits: feature(CALL_FITS.length, 'call_fits', 'index in CALL_FITS'),
} as const satisfies Record<string, TokenFeature>;

/** Name of a feature, and of its array in an Example. */
export type TokenFeatureName = keyof typeof TOKEN_FEATURES;

/** Names of {@link TOKEN_FEATURES} in order. */
export const TOKEN_FEATURE_NAMES = Object.keys(TOKEN_FEATURES) as TokenFeatureName[];

/** The arrays of all features, `[S]` each. See {@link TOKEN_FEATURES} for the values. */
export type TokenFeatureArrays = Record<TokenFeatureName, Uint8Array>;

/** Code of each name of an append-only list: its index. */
export function codesOf<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, code) => [name, code])) as Record<Name, number>;
}
