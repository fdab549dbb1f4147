import type { TokenText } from '../../records/sample';
import { lambdaBody } from '../structure/parameters';
import type { CallArguments } from './signature';

/** The arguments between the brackets of a call, and where its keywords stand. */
export interface FoundArguments extends CallArguments {
  /** Token of each of `keywords`. */
  keywordTokens: readonly number[];
}

/**
 * Reads the arguments of a call, in time linear in what stands in no further bracket.
 * @param partner of each bracket the one that matches, see `pairBrackets`
 */
export function callArguments(
  tokens: readonly TokenText[],
  open: number,
  close: number,
  partner: readonly number[],
): FoundArguments {
  const keywordTokens: number[] = [];
  let positional = 0;
  let unpacked = false;
  let begins = true;
  for (let i = open + 1; i < close; i++) {
    const { kind, text } = tokens[i];
    if (begins) {
      begins = false;
      if (kind === 'op' && (text === '*' || text === '**')) unpacked = true;
      else if (kind === 'name' && isOp(tokens[i + 1], '=')) keywordTokens.push(i);
      else positional++;
    }
    if (kind === 'op' && text === ',') begins = true;
    // The commas of its targets are none of the call's.
    else if (kind === 'keyword' && text === 'for') break;
    else if (kind === 'keyword' && text === 'lambda') i = Math.max(i, lambdaBody(tokens, i, close)[0] - 1);
    else if (partner[i] > i) i = partner[i];
  }
  return { positional, keywords: keywordTokens.map((i) => tokens[i].text), unpacked, keywordTokens };
}

function isOp(token: TokenText | undefined, text: string): boolean {
  return token?.kind === 'op' && token.text === text;
}
