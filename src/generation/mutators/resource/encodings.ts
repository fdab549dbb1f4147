import type { Mutator } from '../../mutation/mutator';
import { calleeOf, keywordArgument, usesModule } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { removeArgument } from '../tools/arguments';
import { tokenSites } from '../tools/sites';

const TEXT_OPENERS = new Set([
  'open',
  'io.open',
  'gzip.open',
  'bz2.open',
  'lzma.open',
  'os.fdopen',
  'io.TextIOWrapper',
  'tempfile.NamedTemporaryFile',
  'tempfile.TemporaryFile',
  'fileinput.input',
  'str',
  'bytes',
]);
const TEXT_METHODS = new Set(['open', 'read_text', 'write_text', 'decode', 'encode']);

/** Drops `encoding=` or `errors=` of a call that reads or writes text, or `newline=` of a file of the csv module. */
export const missingEncoding: Mutator = {
  bugType: 'missing-encoding',
  why: 'The platform chooses encoding and line ends, or one odd byte raises: the file cannot be read elsewhere.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i) && takesText(target, i) && !!layoutArgument(target, i)),
  apply(target, { token }) {
    const argument = layoutArgument(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

function takesText(target: MutationTarget, open: number): boolean {
  const callee = calleeOf(target, open);
  if (callee !== undefined) return TEXT_OPENERS.has(callee);
  return textAt(target, open - 2) === '.' && TEXT_METHODS.has(textAt(target, open - 1));
}

const ERROR_HANDLERS =
  /^['"](ignore|replace|surrogateescape|backslashreplace|xmlcharrefreplace|surrogatepass|namereplace)['"]$/;

/** The argument that says how text is stored. */
function layoutArgument(target: MutationTarget, open: number): Argument | undefined {
  const errors = argumentsOf(target, open).find(
    ({ first, last }) =>
      ERROR_HANDLERS.test(textAt(target, last)) &&
      (first === last || matchesAt(target, first, 'errors', '=')),
  );
  if (errors) return errors;
  // Methods of text and bytes use UTF-8 anyway.
  if (['decode', 'encode'].includes(textAt(target, open - 1))) return undefined;
  const encoding = keywordArgument(target, open, 'encoding');
  if (encoding) return /^(['"])utf-?8(-sig)?\1$/i.test(textAt(target, encoding.last)) ? encoding : undefined;
  return usesModule(target, 'csv') ? keywordArgument(target, open, 'newline') : undefined;
}
