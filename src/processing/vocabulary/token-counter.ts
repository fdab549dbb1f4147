import type { TokenText } from '../../records/sample';
import { tokenKey } from './closed-vocabulary';

/** Longest string literal that may become an entry of the closed vocabulary, quotes included. */
const MAX_LITERAL = 16;

/** Kinds of tokens whose frequent texts join the closed vocabulary. */
const OPEN_KINDS: ReadonlySet<string> = new Set(['name', 'number', 'string']);

interface Counted {
  token: TokenText;
  /** Occurrences. */
  count: number;
  /** Functions that hold it. */
  functions: number;
  /** Number of the function that was counted last. */
  last: number;
}

/** Counts the tokens of training code: what both vocabularies are made from. Memory grows with distinct tokens. */
export class TokenCounter {
  private readonly counted = new Map<string, Counted>();
  /** Functions counted. */
  functions = 0;

  /** Counts one function. */
  add(tokens: readonly TokenText[]): void {
    this.functions++;
    for (const { kind, text } of tokens) {
      if (text === '') continue;
      const key = tokenKey({ kind, text });
      let entry = this.counted.get(key);
      if (entry === undefined)
        this.counted.set(key, (entry = { token: { kind, text }, count: 0, functions: 0, last: 0 }));
      entry.count++;
      if (entry.last !== this.functions) entry.functions++;
      entry.last = this.functions;
    }
  }

  /** Texts with their occurrences, for the BPE trainer. */
  *words(): Generator<[text: string, count: number]> {
    for (const { token, count } of this.counted.values()) yield [token.text, count];
  }

  /** Names, numbers and short strings with the number of functions that hold them, for the closed vocabulary. */
  *frequent(): Generator<[token: TokenText, functions: number]> {
    for (const { token, functions } of this.counted.values())
      if (OPEN_KINDS.has(token.kind) && (token.kind === 'name' || token.text.length <= MAX_LITERAL))
        yield [token, functions];
  }
}
