import type { TokenText } from '../../records/sample';
import { bracketStep, closingBracket, findAtDepth } from './brackets';
import { statementEnd } from './logical-lines';

/** Parameter names between `open` (a bracket or `lambda`) and `close`, by token index. */
export function parameterNames(tokens: readonly TokenText[], open: number, close: number): number[] {
  const found: number[] = [];
  let depth = 0;
  for (let i = open + 1; i < close; i++) {
    const before = tokens[i - 1].text;
    const starts = i === open + 1 || before === ',' || before === '*' || before === '**';
    if (depth === 0 && tokens[i].kind === 'name' && starts) found.push(i);
    depth += bracketStep(tokens[i]);
  }
  return found;
}

/**
 * Span [open, close] of the parameter list of the `def` (or of the bases of the `class`) at `def`: the brackets after
 * its name and type parameters. Both ends are the same where there is none.
 */
export function parameterList(tokens: readonly TokenText[], def: number, end: number): [number, number] {
  let open = def + 1;
  if (tokens[open]?.kind === 'name') open++;
  if (tokens[open]?.text === '[') open = closingBracket(tokens, open, end) + 1;
  return tokens[open]?.text === '(' ? [open, closingBracket(tokens, open, end)] : [open, open];
}

/** Type parameters of the `def`, `class` or `type` statement whose keyword stands at `at`, by token index. */
export function typeParameters(tokens: readonly TokenText[], at: number): number[] {
  const open = at + 2;
  if (tokens[at + 1]?.kind !== 'name' || tokens[open]?.text !== '[') return [];
  return parameterNames(tokens, open, closingBracket(tokens, open, statementEnd(tokens, at)));
}

/** Body [from, to) of the lambda at `at`, which ends before `end`. Its colon is the token before the body. */
export function lambdaBody(tokens: readonly TokenText[], at: number, end: number): [number, number] {
  const colon = findAtDepth(tokens, at + 1, end, [':']);
  return [colon + 1, findAtDepth(tokens, colon + 1, end, [',', 'newline', ';', '=', ':'])];
}
