import { BINDINGS } from '../records/example';
import { lex } from '../python/tokens/lexer';
import type { Token } from '../python/tokens/token';
import { windowsOf, type TokenWindow } from '../python/structure/windows';
import { fileTokenFacts, type TokenFacts } from '../processing/encoding/token-facts';
import { NameReader } from './evidence/name-reader';
import { undefinedNames, type UndefinedNames } from './evidence/names';
import { windowNames, type WindowNames } from './window-names';

/** A Python file as repair sees it. */
export interface Program {
  source: string;
  tokens: readonly Token[];
  /** What a compiler knows of each token. */
  facts: TokenFacts;
  /** Windows over the whole file, in order. */
  windows: readonly TokenWindow[];
  undefinedNames: UndefinedNames;
  /** Names that the slots of a window may write. */
  windowNames: WindowNames;
  /** Says what edits would do to the names; it remembers what it has read. */
  names: NameReader;
}

/** Settings of {@link analyse}. */
export interface AnalyseOptions {
  /** Most tokens of a window, END included: what the model was trained for (`model.config.maxTokens`). */
  maxTokens: number;
}

/** Lexes a file, finds the facts of its tokens and cuts it into windows. Never throws: broken code has all of these too. */
export function analyse(source: string, { maxTokens }: AnalyseOptions): Program {
  const tokens = lex(source);
  const facts = fileTokenFacts(tokens);
  const bindings = Array.from(facts.bindings, (code) => BINDINGS[code]);
  const names = undefinedNames(tokens, bindings);
  return {
    source,
    tokens,
    facts,
    windows: windowsOf(tokens, { maxTokens: maxTokens - 1 }),
    undefinedNames: names,
    windowNames: windowNames(tokens),
    names: new NameReader({ source, tokens, undefinedNames: names }),
  };
}
