import type { TokenText } from '../../records/sample';
import { bracketStep, findAtDepth } from './brackets';
import { statementEnd } from './logical-lines';

/** Keywords that begin the header of a compound statement. `match` and `case` do, too, but are names elsewhere. */
const HEADERS = new Set('if elif else while for try except finally with class def'.split(' '));

/**
 * Splits the logical line of tokens [start, end) at semicolons and after a compound statement's colon.
 * @returns spans [from, to) in order, without the semicolon or colon; one may be empty
 */
export function simpleStatements(
  tokens: readonly TokenText[],
  start: number,
  end: number,
): [number, number][] {
  const spans: [number, number][] = [];
  let from = start;
  let depth = 0;
  // Lambdas outside brackets whose own colon is still to come.
  let lambdas = 0;
  for (let i = start; i < end; i++) {
    const { kind, text } = tokens[i];
    depth += bracketStep(tokens[i]);
    if (depth > 0) continue;
    if (kind === 'keyword' && text === 'lambda') lambdas++;
    if (kind !== 'op' || (text !== ':' && text !== ';')) continue;
    if (text === ':' && lambdas > 0) {
      lambdas--;
      continue;
    }
    // Other colons annotate.
    if (text === ':' && !(from < i && isHeader(tokens, from))) continue;
    spans.push([from, i]);
    from = i + 1;
  }
  spans.push([from, end]);
  return spans;
}

/** Does a compound statement's header start at `from`? Of the soft keywords only `case` is told; see `opensMatch`. */
export function isHeader(tokens: readonly TokenText[], from: number): boolean {
  const { kind, text } = tokens[from];
  if (kind === 'keyword')
    return HEADERS.has(text) || (text === 'async' && HEADERS.has(tokens[from + 1]?.text));
  return kind === 'name' && text === 'case' && isCase(tokens, from);
}

/** `case` is a name elsewhere: here a pattern follows it, and a colon ends that. */
function isCase(tokens: readonly TokenText[], at: number): boolean {
  const { kind, text } = tokens[at + 1] ?? { kind: 'end', text: '' };
  if (['name', 'number', 'string'].includes(kind)) return true;
  if (kind === 'keyword') return ['None', 'True', 'False'].includes(text);
  if (kind !== 'op' || !['(', '[', '{', '-', '*'].includes(text)) return false;
  const end = statementEnd(tokens, at) - 1;
  const colon = findAtDepth(tokens, at + 1, end, [':', '=']);
  // `case[0]: int = 1` annotates, and a pattern's block rarely begins on its line.
  return tokens[colon]?.text === ':' && (text !== '[' || colon === end - 1);
}

/** Is [from, to) a `match subject:`? Nothing else that starts with a name ends with a colon. */
export function opensMatch(tokens: readonly TokenText[], from: number, to: number): boolean {
  const last = tokens[to - 1]?.kind === 'newline' ? to - 2 : to - 1;
  return tokens[last]?.text === ':' && tokens[from]?.text === 'match' && last > from + 1;
}
