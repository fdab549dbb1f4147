import type { Binding } from '../records/example';
import { bindNames } from '../python/bindings';
import { lex, type Token } from '../python/lexer';
import { windowsOf, type TokenWindow } from '../python/windows';
import { MAX_WINDOW_TOKENS } from '../processing/encode';
import { undefinedNames, type UndefinedNames } from './names';

/** A Python file as repair sees it. */
export interface Program {
  source: string;
  tokens: readonly Token[];
  bindings: readonly Binding[];
  /** Windows over the whole file, in order. */
  windows: readonly TokenWindow[];
  undefinedNames: UndefinedNames;
}

/** Lexes a file, binds its names and cuts it into windows. Never throws: broken code has all of these too. */
export function analyse(source: string): Program {
  const tokens = lex(source);
  const bindings = bindNames(tokens);
  return {
    source,
    tokens,
    bindings,
    windows: windowsOf(tokens, { maxTokens: MAX_WINDOW_TOKENS - 1 }),
    undefinedNames: undefinedNames(tokens, bindings),
  };
}
