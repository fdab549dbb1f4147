import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { BUILTINS } from './builtins';
import { canonicalName } from './canonical-name';
import type { ModuleContext } from '../../records/file-context';
import { findScopes, resolveName, type Scope, type ScopeMap } from './scopes';
import { isHeader, opensMatch, simpleStatements } from '../structure/statements';
import { bracketStep } from '../structure/brackets';
import { skipIndentation, statementEnd } from '../structure/logical-lines';

/**
 * How each token is bound, one entry a token: names by scope, everything else `none` (keyword arguments of calls
 * too: they belong to the callee).
 *
 * Works on the tokens of a file or of a function alone, broken code included; then `context` tells what the
 * module around the function binds, and without it outer names are `builtin` or `unknown`. A name bound in any
 * function around the token is `parameter` or `local`, at module level `global`, by an import anywhere `import`.
 */
export function bindNames(tokens: readonly TokenText[], context?: ModuleContext): Binding[] {
  return classifyNames(tokens, findScopes(tokens, context));
}

/** {@link bindNames} where the scopes are known already. */
export function classifyNames(tokens: readonly TokenText[], { of: scopes }: ScopeMap): Binding[] {
  const line = lineFacts(tokens);
  return tokens.map((token, i) => (token.kind === 'name' ? classify(tokens, i, scopes[i], line) : 'none'));
}

function classify(tokens: readonly TokenText[], index: number, scope: Scope, line: LineFacts): Binding {
  const name = canonicalName(tokens[index].text);
  const before = tokens[index - 1];
  if (line.isSoftKeyword[index] === 1) return 'none';
  if (before?.text === '.' && before.kind === 'op')
    return line.inImport[index] === 1 ? 'import' : 'attribute';
  const resolved = resolveName(name, index, scope);
  if (isKeywordArgument(tokens, index, resolved?.inner !== undefined, line)) return 'none';
  return resolved?.binding ?? (line.inImport[index] === 1 ? 'import' : fallback(name));
}

function fallback(name: string): Binding {
  return BUILTINS.has(name) ? 'builtin' : 'unknown';
}

/** What {@link classify} needs to know of the line around a token. */
interface LineFacts {
  /** 1 inside import statements. */
  inImport: number[];
  /** 1 for `match`, `case` and `type` that begin a statement, and for the pattern `_`. */
  isSoftKeyword: number[];
  /** Index of the innermost bracket open at a token, -1 outside brackets. */
  opener: number[];
}

function lineFacts(tokens: readonly TokenText[]): LineFacts {
  // Plain arrays: a typed one is dear to make for the few tokens of a function.
  const inImport = new Array<number>(tokens.length).fill(0);
  const isSoftKeyword = new Array<number>(tokens.length).fill(0);
  const opener = new Array<number>(tokens.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const step = bracketStep(tokens[i]);
    if (tokens[i].kind === 'newline') open.length = 0;
    if (step < 0) open.pop();
    opener[i] = open.at(-1) ?? -1;
    if (step > 0) open.push(i);
  }
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i))
    for (const [from, to] of simpleStatements(tokens, skipIndentation(tokens, i), statementEnd(tokens, i))) {
      const { kind, text } = tokens[from] ?? { kind: 'end', text: '' };
      if (kind === 'name' && beginsSoftly(tokens, from, to)) {
        isSoftKeyword[from] = 1;
        // The pattern that takes anything is no name.
        for (let k = from + 1; text === 'case' && k < to; k++)
          if (tokens[k].text === '_') isSoftKeyword[k] = 1;
      }
      if (kind === 'keyword' && (text === 'import' || text === 'from')) inImport.fill(1, from, to);
    }
  return { inImport, isSoftKeyword, opener };
}

function beginsSoftly(tokens: readonly TokenText[], from: number, to: number): boolean {
  const { text } = tokens[from];
  if (text === 'type') return tokens[from + 1]?.kind === 'name';
  return text === 'case' ? isHeader(tokens, from) : opensMatch(tokens, from, to);
}

/** `name=` in a call; in a parameter list it is a default. */
function isKeywordArgument(
  tokens: readonly TokenText[],
  index: number,
  inLambda: boolean,
  { opener }: LineFacts,
): boolean {
  const before = tokens[index - 1]?.text;
  const after = tokens[index + 1];
  if (after?.text !== '=' || after.kind !== 'op' || (before !== '(' && before !== ',')) return false;
  const open = opener[index];
  if (open < 0 || (inLambda && before === ',')) return false;
  return !(tokens[open - 1]?.kind === 'name' && tokens[open - 2]?.text === 'def');
}
