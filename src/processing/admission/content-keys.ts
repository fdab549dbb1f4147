import { sha256 } from '../../core/hash';
import type { TokenText } from '../../records/sample';
import { tokenKey } from '../vocabulary/closed-vocabulary';

/** Hex digits of a key: as many as a `KeySet` looks at, and more for people. */
const DIGITS = 32;

/** What a program is compared by. */
export interface ContentKeys {
  /** Equal for code that differs in layout and comments only. */
  content: string;
  /** Equal for code that differs in names, numbers and strings, too. */
  shape: string;
}

/** Kinds of tokens that a shape does not tell apart. */
const FREE_KINDS: ReadonlySet<TokenText['kind']> = new Set(['name', 'number', 'string']);

/** Hash of a program's tokens: equal for code that differs in layout and comments only. */
export function contentKey(tokens: readonly TokenText[]): string {
  return hashOf(tokens.map(tokenKey));
}

/**
 * Hash of a program's tokens without what names, numbers and strings say: equal for twins, which a model that learned
 * one of them need not understand to be right about the other.
 */
export function shapeKey(tokens: readonly TokenText[]): string {
  return hashOf(tokens.map((token) => (FREE_KINDS.has(token.kind) ? token.kind : tokenKey(token))));
}

/** Both keys of a program. */
export function contentKeys(tokens: readonly TokenText[]): ContentKeys {
  return { content: contentKey(tokens), shape: shapeKey(tokens) };
}

function hashOf(parts: readonly string[]): string {
  return sha256(parts.join('\0')).slice(0, DIGITS);
}
