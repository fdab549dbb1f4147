import type { TokenText } from '../../records/sample';

/** Built in, but only in Python 2: in files for both they stand behind tests of the version. */
const PYTHON_2 =
  'StandardError apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr unicode ' +
  'xrange';
/** What a host puts into its programs: IPython, gettext, line_profiler, type checkers, pdb, Sage, SCons, PyInstaller, Sphinx. */
const HOSTS =
  'display get_ipython In Out _ __ ___ _i _ii _iii _oh _dh N_ gettext ngettext pgettext npgettext lgettext profile ' +
  'reveal_type reveal_locals __IPYTHON__ ARGUMENTS COMMAND_LINE_TARGETS BUILD_TARGETS Environment Export Import Return ' +
  'SConscript Analysis EXE COLLECT PYZ BUNDLE tags dbutils spark sc sqlContext snakemake';

/**
 * Names that exist although neither the file nor this Python binds them: nothing is said of their uses. (Where they are
 * new in a file they are undefined all the same.)
 */
export const HOST_NAMES: ReadonlySet<string> = new Set(`${PYTHON_2} ${HOSTS}`.split(' '));

/** Anywhere in a file: names come into being that no reader of the text sees, or their absence is expected. */
const MAKERS: ReadonlySet<string> = new Set([
  'globals',
  'exec',
  'execfile',
  'f_globals',
  'f_locals',
  '__builtins__',
  '__builtin__',
  'builtins',
  // Whoever catches it uses names that may be missing.
  'NameError',
]);

/**
 * True when a program may bind any name at run time, so that an unbound name is no fault: a star import, `exec`,
 * `globals()`, `vars()` or `locals()` at hand to be written to, names put into `builtins` or into a module of
 * `sys.modules`, a handler of `NameError`.
 */
export function bindsAtRunTime(tokens: readonly TokenText[]): boolean {
  return tokens.some(({ kind, text }, i) => {
    if (kind === 'op') return text === '*' && isText(tokens[i - 1], 'import');
    if (kind !== 'name') return false;
    if (MAKERS.has(text)) return true;
    if (text === 'modules') return isText(tokens[i - 2], 'sys') && isText(tokens[i + 2], '__name__');
    return (text === 'vars' || text === 'locals') && isHandedOn(tokens, i);
  });
}

/** Is `vars()` or `locals()` written to, or given to somebody who may? Reading a key or formatting with it is neither. */
function isHandedOn(tokens: readonly TokenText[], at: number): boolean {
  if (!isText(tokens[at + 1], '(') || !isText(tokens[at + 2], ')')) return false;
  const [next, method] = [tokens[at + 3], tokens[at + 4]];
  if (isText(next, '.')) return /^(update|setdefault|__setitem__)$/.test(method?.text ?? '');
  if (isText(next, '[')) return isText(tokens[at + 6], '=') || isText(tokens[at + 5], '=');
  return isText(next, ',') || (isText(next, ')') && !isText(tokens[at - 1], '**'));
}

function isText(token: TokenText | undefined, text: string): boolean {
  return token?.text === text && token.kind !== 'string';
}
