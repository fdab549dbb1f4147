import type { Mentions } from '../../records/file-context';
import type { TokenText } from '../../records/sample';

/** Tokens [from, to). */
type Span = readonly [from: number, to: number];

const LISTS = ['variables', 'calls', 'attributes', 'methods', 'keywords'] as const;

/**
 * The names that some code speaks of, by how it uses them. Broken code has them, too.
 * @param spans tokens of the code
 * @param own first parameter of a method: its own attributes are left out, see `FunctionFacts.read`
 */
export function mentionsOf(tokens: readonly TokenText[], spans: readonly Span[], own?: string): Mentions {
  const all = Object.fromEntries(LISTS.map((list) => [list, new Set<string>()])) as Record<
    keyof Mentions,
    Set<string>
  >;
  for (const [from, to] of spans) {
    const open: string[] = [];
    for (let i = from; i < to; i++) {
      const list = tokens[i].kind === 'name' ? useOf(tokens, i, open.at(-1), own) : undefined;
      if (list) all[list].add(tokens[i].text);
      const text = textOf(tokens[i]);
      if (tokens[i].kind === 'newline') open.length = 0;
      else if (text === '(' || text === '[' || text === '{') open.push(text);
      else if (text === ')' || text === ']' || text === '}') open.pop();
    }
  }
  return Object.fromEntries(LISTS.map((list) => [list, [...all[list]]])) as Mentions;
}

/** How the name at `index` is used, inside the bracket `around`; undefined for those that are left out. */
function useOf(
  tokens: readonly TokenText[],
  index: number,
  around: string | undefined,
  own: string | undefined,
): keyof Mentions | undefined {
  const before = tokens[index - 1] as TokenText | undefined;
  const next = textOf(tokens[index + 1]);
  if (before?.kind === 'keyword' && (before.text === 'def' || before.text === 'class')) return undefined;
  if (textOf(before) === '.') {
    const receiver = tokens[index - 2] as TokenText | undefined;
    const isOwn = receiver?.kind === 'name' && receiver.text === own && textOf(tokens[index - 3]) !== '.';
    if (isOwn) return undefined;
    return next === '(' ? 'methods' : 'attributes';
  }
  // In the header of a `def` this is a parameter with a default, a name that calls of the function give.
  if (next === '=' && around === '(' && ['(', ','].includes(textOf(before))) return 'keywords';
  return next === '(' ? 'calls' : 'variables';
}

/** Text of an operator; '' for other tokens and where there is none. */
function textOf(token: TokenText | undefined): string {
  return token?.kind === 'op' ? token.text : '';
}
