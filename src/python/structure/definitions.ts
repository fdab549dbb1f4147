import type { TokenText } from '../../records/sample';
import { statementEnd } from './logical-lines';

/** A `def` or `class` statement of a token list. */
export interface Definition {
  kind: 'def' | 'class';
  /** Qualified by the classes and functions around it; '' for a definition without a name. */
  name: string;
  /** Stands inside a function. */
  nested: boolean;
  /** Tokens [firstToken, endToken): decorators first, the closing `dedent` last. */
  firstToken: number;
  endToken: number;
  /** Index of `def` or `class` itself. */
  keyword: number;
}

/** All definitions in order of appearance, outer ones before those inside them. Broken code has them too. */
export function findDefinitions(tokens: readonly TokenText[]): Definition[] {
  const found: Definition[] = [];
  const open: Definition[] = [];
  let decorators = -1;
  for (let i = 0; i < tokens.length;) {
    while (open.length > 0 && i >= open[open.length - 1].endToken) open.pop();
    const { kind, text } = tokens[i];
    if (kind === 'indent' || kind === 'dedent' || kind === 'error-indent') {
      i++;
      continue;
    }
    const keyword = text === 'async' && tokens[i + 1]?.text === 'def' ? i + 1 : i;
    const word = tokens[keyword].kind === 'keyword' ? tokens[keyword].text : '';
    if (kind === 'op' && text === '@') {
      if (decorators < 0) decorators = i;
    } else {
      if (word === 'def' || word === 'class') {
        const own = tokens[keyword + 1]?.kind === 'name' ? tokens[keyword + 1].text : '';
        const outer = open.at(-1)?.name;
        const definition: Definition = {
          kind: word,
          name: outer ? `${outer}.${own}` : own,
          nested: open.some((around) => around.kind === 'def'),
          firstToken: decorators < 0 ? i : decorators,
          endToken: blockEnd(tokens, i),
          keyword,
        };
        found.push(definition);
        open.push(definition);
      }
      decorators = -1;
    }
    i = statementEnd(tokens, i);
  }
  return found;
}

/** Index after the statement at `index` and its block, the closing `dedent` included, `end` not. */
function blockEnd(tokens: readonly TokenText[], index: number): number {
  const last = tokens.at(-1)?.kind === 'end' ? tokens.length - 1 : tokens.length;
  let i = Math.min(statementEnd(tokens, index), last);
  if (tokens[i]?.kind !== 'indent') return i;
  for (let level = 0; i < last; i++) {
    if (tokens[i].kind === 'indent') level++;
    if (tokens[i].kind === 'dedent' && --level === 0) return i + 1;
  }
  return last;
}
