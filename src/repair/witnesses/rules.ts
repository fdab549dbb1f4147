/**
 * What the rules of each witness mean: the one table from a rule to a bug type of the taxonomy and a CWE. Rules that are
 * not in it keep the tool's name alone. A test holds every id to the taxonomy.
 */
import type { WitnessFinding, WitnessName, WitnessSeverity } from '../../records/witness';
import { bugType } from '../../taxonomy/table';

/** Bug type and CWE of a rule; a CWE that is left out is the bug type's own. */
type Meaning = readonly [bugType: string | null, cwe?: string];
/** Meanings by rule: several rules in one line, separated by blanks. */
type Rows = readonly (readonly [rules: string, ...Meaning])[];

/** Rules of the parser and of the reader of names. */
const OWN: Rows = [
  ['undefined-name', 'misspelled-name'],
  ['unbound-name possibly-unbound-name', 'missing-initialisation'],
  ['unused-name', null, 'CWE-563'],
  ['IndentationError', 'unexpected-indent'],
  ['TabError', 'unexpected-indent'],
];

/** What CPython's messages say of an error of syntax; the first that fits counts. */
const SYNTAX_MESSAGES: readonly (readonly [pattern: RegExp, bugType: string])[] = [
  [/^expected ':'/, 'missing-colon'],
  [/forgot a comma/, 'missing-comma'],
  [/was never closed/, 'missing-bracket'],
  [/^unmatched /, 'extra-punctuation'],
  [/does not match opening/, 'mismatched-bracket'],
  [/^expected an indented block/, 'missing-indent'],
  [/^f-string/, 'broken-f-string'],
  [/^unterminated .*string/, 'unterminated-string'],
  [/Maybe you meant '==' or ':='/, 'assignment-in-condition'],
  [/^Missing parentheses in call to 'print'/, 'python2-print'],
  [/^Missing parentheses in call to 'exec'/, 'python2-syntax'],
  [/multiple exception types must be parenthesized/, 'python2-except'],
  [/^expected '(except|finally)/, 'incomplete-block'],
  [
    /^(positional argument follows|keyword argument repeated|Generator expression must)/,
    'malformed-arguments',
  ],
  [/^invalid (non-printable )?character|^unexpected character after line/, 'stray-token'],
  [/outside async function$/, 'missing-async-keyword'],
];

/** Rules of bandit (`B602`) and their copies in ruff (`S602`), by number. */
const SECURITY: Rows = [
  ['102 307', 'eval-injection'],
  ['103', 'permissive-file-mode'],
  ['104', null, 'CWE-605'],
  ['105 106 107', 'hard-coded-credential'],
  ['108 306', 'insecure-temporary-file'],
  ['110 112', 'swallowed-exception'],
  ['113', null, 'CWE-400'],
  ['201 612', null, 'CWE-94'],
  ['202', 'path-traversal'],
  ['301 302 614', 'unsafe-deserialization'],
  ['303 324', 'weak-hash'],
  ['304 305 502 503 504', 'inadequate-encryption', 'CWE-327'],
  ['308 701 702 703 704', 'cross-site-scripting'],
  ['310', null, 'CWE-22'],
  ['311', 'insecure-random'],
  ['312 321 508 509', 'cleartext-transmission'],
  ['313 314 315 316 317 318 319', null, 'CWE-611'],
  ['323 501 507', 'disabled-tls-verification'],
  ['505', 'inadequate-encryption'],
  ['506', 'unsafe-yaml-load'],
  ['601 602 604 605 609', 'shell-injection'],
  ['608 610 611', 'sql-injection'],
  ['613', null, 'CWE-1007'],
  ['615', null, 'CWE-494'],
];

/** Security rules that fire on sound code as on bad: imports of a module, `assert`, any start of a program. */
const SECURITY_NOTICES: readonly string[] =
  '101 401 402 403 404 405 406 407 408 409 410 411 412 413 415 603 606 607'.split(' ');

const RUFF: Rows = [
  ['F821 F822', 'misspelled-name'],
  ['F823', 'missing-initialisation'],
  ['F401 F841', null, 'CWE-563'],
  ['F501 F502 F503 F504 F505 F506 F507 F508 F509', 'wrong-format-arguments'],
  ['F521 F522 F523 F524 F525 PLE1300 PLE1307', 'wrong-format-arguments'],
  ['F631 PLW0129', 'always-true-assertion'],
  ['F632', 'literal-identity-comparison'],
  ['F633', 'python2-print'],
  ['F901', 'raise-not-implemented'],
  ['B002', 'increment-operator'],
  ['B006 B039', 'mutable-default-argument'],
  ['B015', 'missing-assert'],
  ['B016 B030', 'wrong-exception-type'],
  ['B018', 'missing-return'],
  ['B029', 'incomplete-except-tuple'],
  ['B909 PLE4703', 'changed-while-iterating'],
  ['E722', 'bare-except'],
  ['PLE1141', 'missing-items'],
  ['PLE1142', 'missing-async-keyword'],
  ['PLE1205 PLE1206', 'wrong-logging-arguments'],
  ['PLW0133', 'missing-raise'],
  ['PLW0177', 'nan-mishandled'],
  ['PLW0711', 'incomplete-except-tuple'],
  ['PLW1501', 'wrong-open-mode'],
  ['RUF006', 'missing-synchronization'],
  ['RUF008', 'mutable-default-argument'],
  ['RUF027', 'missing-f-prefix'],
  ['RUF030', 'always-true-assertion'],
  ['ASYNC210 ASYNC212 ASYNC220 ASYNC221 ASYNC222 ASYNC230 ASYNC250 ASYNC251', 'blocking-call-in-coroutine'],
];

const TY: Rows = [
  ['unresolved-reference', 'misspelled-name'],
  ['possibly-unresolved-reference', 'missing-initialisation'],
  ['missing-attribute possibly-missing-attribute missing-module-member', 'misspelled-attribute'],
  ['missing-union-attribute', 'unguarded-attribute'],
  ['missing-argument no-matching-overload', 'missing-argument'],
  ['too-many-positional-arguments', 'superfluous-self-argument'],
  ['unknown-argument positional-only-parameter-as-kwarg', 'wrong-keyword-argument'],
  ['parameter-already-assigned', 'malformed-arguments'],
  ['unused-awaitable', 'missing-await'],
  ['invalid-await', 'missing-async-keyword'],
  ['truthiness-test-of-callable', 'missing-call-parentheses'],
  ['invalid-raise', 'wrong-raised-exception'],
  ['invalid-exception-caught', 'wrong-exception-type'],
  ['not-subscriptable', 'missing-call-parentheses'],
  ['not-iterable', 'missing-call-parentheses'],
  ['invalid-implicit-return', 'missing-return', 'CWE-394'],
  ['index-out-of-bounds', 'off-by-one-literal', 'CWE-193'],
  ['invalid-typed-dict-key missing-typed-dict-key', 'wrong-key'],
  ['unsupported-operator', 'missing-conversion'],
  ['invalid-argument-type', 'missing-conversion'],
];

const MYPY: Rows = [
  ['name-defined', 'misspelled-name'],
  ['used-before-def possibly-undefined', 'missing-initialisation'],
  ['attr-defined', 'misspelled-attribute'],
  ['union-attr', 'unguarded-attribute'],
  ['call-arg', 'missing-argument'],
  ['unused-coroutine', 'missing-await'],
  ['truthy-function', 'missing-call-parentheses'],
  ['return', 'missing-return'],
  ['str-format', 'wrong-format-arguments'],
  ['str-bytes-safe', 'missing-text-encoding'],
  ['typeddict-item', 'wrong-key'],
  ['arg-type operator', 'missing-conversion'],
];

const PYLINT: Rows = [
  ['E0602', 'misspelled-name'],
  ['E0601 E0606', 'missing-initialisation'],
  ['E0611 E1101', 'misspelled-attribute'],
  ['E0701 E0710 E0712', 'wrong-exception-type'],
  ['E0702', 'wrong-raised-exception'],
  ['E0711', 'raise-not-implemented'],
  ['E1111', 'assigned-in-place-result'],
  ['E1120', 'missing-argument'],
  ['E1121', 'superfluous-self-argument'],
  ['E1123', 'wrong-keyword-argument'],
  ['E1136', 'missing-call-parentheses'],
  ['E1141', 'missing-items'],
  ['E1205 E1206', 'wrong-logging-arguments'],
  ['E1300 E1301 E1302 E1303 E1304 E1305 E1306 E1307', 'wrong-format-arguments'],
  ['E4702 E4703', 'changed-while-iterating'],
  ['E0213 E0211', 'missing-self-parameter'],
  ['W0133', 'missing-raise'],
  ['W0711', 'incomplete-except-tuple'],
  ['W0715', 'unformatted-message'],
  ['W1114', 'swapped-arguments'],
  ['W1514', 'missing-encoding'],
];

/** Rules of ruff that are asked for: all that tell of faults at run time, of doubtful code and of security. */
export const RUFF_SELECT: readonly string[] = (
  'F E9 B PLE S E722 PLW0120 PLW0127 PLW0128 PLW0129 PLW0131 PLW0133 PLW0177 PLW0211 PLW0245 PLW0406 PLW0711 ' +
  'PLW1501 PLW1507 PLW2101 PLR0124 PLR1704 RUF006 RUF008 RUF009 RUF016 RUF018 RUF024 RUF026 RUF027 RUF030 RUF034 ' +
  'RUF040 RUF060 ASYNC100 ASYNC105 ASYNC115 ASYNC210 ASYNC212 ASYNC220 ASYNC221 ASYNC222 ASYNC230 ASYNC250 ' +
  'ASYNC251 LOG007 LOG014 B909 PLE0211 PLE1141 PLE4703'
).split(' ');

/**
 * Rules of ruff that are left out of those: matters of taste, and the notices of {@link SECURITY_NOTICES}. B007, B008, B9
 * and F541 do no harm when the program runs.
 */
export const RUFF_IGNORE: readonly string[] = [
  ...'B007 B008 B009 B010 B011 B028 B027 B901 B903 B904 B905 B911 B912 B043 F541 F403 F405'.split(' '),
  ...SECURITY_NOTICES.map((number) => `S${number}`),
];

/** Rules that are never reported: what they say depends on what is installed, or is no fault. */
const LEFT_OUT: Readonly<Partial<Record<WitnessName, ReadonlySet<string>>>> = {
  bandit: new Set(SECURITY_NOTICES.map((number) => `B${number}`)),
  ty: new Set([
    'import-not-found',
    'missing-direct-dependency',
    'unused-ignore-comment',
    'unused-type-ignore-comment',
  ]),
  mypy: new Set(['import-not-found', 'import-untyped', 'import', 'annotation-unchecked', 'note']),
  pylint: new Set(['E0401', 'F0001', 'F0002', 'F0010', 'F0011']),
};

const numbered = (letter: string): Rows =>
  SECURITY.map(([numbers, ...meaning]) => [numbers.replace(/\d+/g, `${letter}$&`), ...meaning]);

const MEANINGS: Readonly<Record<WitnessName, ReadonlyMap<string, Meaning>>> = {
  parser: byRule(OWN),
  names: byRule(OWN),
  ruff: byRule([...RUFF, ...numbered('S')]),
  ty: byRule(TY),
  bandit: byRule(numbered('B')),
  mypy: byRule(MYPY),
  pylint: byRule(PYLINT),
};

function byRule(rows: Rows): ReadonlyMap<string, Meaning> {
  return new Map(rows.flatMap(([rules, ...meaning]) => rules.split(' ').map((rule) => [rule, meaning])));
}

/** Rules of a witness that have a meaning here. */
export function mappedRules(witness: WitnessName): string[] {
  return [...MEANINGS[witness].keys()];
}

/** False for a rule that is never reported. */
export function isReported(witness: WitnessName, rule: string): boolean {
  return LEFT_OUT[witness]?.has(rule) !== true;
}

/** Bug type and CWE of what a witness says. @param message read for errors of syntax alone */
export function meaningOf(
  witness: WitnessName,
  rule: string,
  message: string,
): Pick<WitnessFinding, 'bugType' | 'cwe'> {
  const known = MEANINGS[witness].get(rule);
  const [id, cwe] = [syntaxType(witness, message) ?? known?.[0] ?? null, known?.[1]];
  return { bugType: id, cwe: cwe ?? (id === null ? null : bugType(id).cwe) };
}

function syntaxType(witness: WitnessName, message: string): string | undefined {
  return witness === 'parser' ? SYNTAX_MESSAGES.find(([pattern]) => pattern.test(message))?.[1] : undefined;
}

/** Bug types that messages of the parser stand for. */
export const SYNTAX_TYPES: readonly string[] = SYNTAX_MESSAGES.map(([, id]) => id);

/** Rules of ruff that fail when the program runs, or keep it from running; its own severities say little. */
const RUFF_ERRORS = /^(F5(0|2)|F6(2|3[12])|F7|F82|F901|E9|PLE|B0(02|16|29|30)|invalid-syntax)/;
const RUFF_NOTES = /^(F401|F811|F841|F842)/;

/** How bad a finding of ruff is. */
export function ruffSeverity(rule: string): WitnessSeverity {
  if (RUFF_ERRORS.test(rule)) return 'error';
  return RUFF_NOTES.test(rule) ? 'info' : 'warning';
}
