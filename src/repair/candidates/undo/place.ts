import type { BracketedTokens } from '../../../generation/mutation/target';
import type { TokenEdit } from '../../../processing/encoding/encode';
import { importedNames } from '../../../python/structure/imports';
import { logicalLines, type LogicalLine } from '../../../python/structure/logical-lines';
import { pairBrackets } from '../../../python/structure/brackets';
import { isIndentation } from '../../../python/tokens/indentation';
import { lex } from '../../../python/tokens/lexer';
import type { TokenText } from '../../../records/sample';

/** A statement that may hold a bug: a logical line, which in broken code is what the lexer takes for one. */
export interface Statement {
  /** Its first token. */
  first: number;
  /** Its `newline`, or where the text is cut off the token behind it. */
  end: number;
}

/** What undoing reads: a statement, the tokens around it, and the words that are near. */
export interface UndoPlace extends BracketedTokens, Statement {
  /** Variables, functions and modules that code around speaks of, nearest first. */
  names: readonly string[];
  /** Attributes that code around speaks of, nearest first. */
  attributes: readonly string[];
  /** Strings as they are written, nearest first. */
  strings: readonly string[];
  /** Names of modules that the file imports. */
  modules: readonly string[];
  /** Parameters of the function around, in order, `self` and `cls` left out. */
  parameters: readonly string[];
}

/** Edits that may undo a bug of one kind at a place. */
export type Undo = (place: UndoPlace) => readonly TokenEdit[];

/** Words of each kind that are kept, nearest first: of a hundred names one far away is hardly meant. */
const MOST_WORDS = 24;

/** Finds what undoing reads, for any statement of some tokens. */
export class PlaceReader {
  private readonly brackets;
  private readonly lines: readonly LogicalLine[];
  private readonly modules: readonly string[];

  constructor(private readonly tokens: readonly TokenText[]) {
    this.brackets = pairBrackets(tokens);
    this.lines = logicalLines(tokens);
    this.modules = [
      ...new Set(
        this.lines.flatMap(({ first, end }) => importedNames(tokens, first, end).map(({ name }) => name)),
      ),
    ];
  }

  /** The statement that holds a token; layout belongs to the statement that it leads to. */
  statementAt(token: number): Statement {
    const found = this.lines.find(({ end }) => token <= end) ?? this.lines.at(-1);
    return found ? { first: found.first, end: found.end } : { first: 0, end: 0 };
  }

  /** The place of a statement. */
  at(statement: Statement): UndoPlace {
    const { tokens } = this;
    const isName = (i: number): boolean => tokens[i].kind === 'name';
    const dotted = (i: number): boolean => tokens[i - 1]?.text === '.';
    return {
      ...statement,
      tokens,
      ...this.brackets,
      names: this.nearest(statement, (i) => isName(i) && !dotted(i)),
      attributes: this.nearest(statement, (i) => isName(i) && dotted(i)),
      strings: this.nearest(statement, (i) => tokens[i].kind === 'string'),
      modules: this.modules,
      parameters: this.parametersAround(statement.first),
    };
  }

  /** Texts of the tokens nearest to a statement that fit, each once. */
  private nearest({ first, end }: Statement, fits: (index: number) => boolean): string[] {
    const { tokens } = this;
    const found = new Set<string>();
    for (let i = first; i < end; i++) if (fits(i)) found.add(tokens[i].text);
    for (let [before, after] = [first - 1, end]; found.size < MOST_WORDS; before--, after++) {
      if (before < 0 && after >= tokens.length) break;
      if (before >= 0 && fits(before)) found.add(tokens[before].text);
      if (after < tokens.length && fits(after)) found.add(tokens[after].text);
    }
    return [...found].slice(0, MOST_WORDS);
  }

  private parametersAround(index: number): string[] {
    const { tokens, brackets } = this;
    let def = index;
    while (def >= 0 && tokens[def].text !== 'def') def--;
    const open = def + 2;
    if (def < 0 || tokens[open]?.text !== '(') return [];
    const found: string[] = [];
    const close = brackets.partner[open] < 0 ? open : brackets.partner[open];
    for (let i = open + 1; i < close; i++)
      if (tokens[i].kind === 'name' && /^(\(|,|\*|\*\*)$/.test(tokens[i - 1].text))
        found.push(tokens[i].text);
    return found.filter((name) => name !== 'self' && name !== 'cls');
  }
}

/** The tokens of some code without the end of its line. */
export function written(code: string): TokenText[] {
  // A string that stands alone would be a docstring, which is no token.
  return lex(`(${code}`)
    .slice(1)
    .filter(({ kind }) => kind !== 'newline' && kind !== 'end' && kind !== 'indent' && kind !== 'dedent')
    .map(({ kind, text }) => ({ kind, text }));
}

/** An operator, a bracket or another mark. */
export const mark = (text: string): TokenText => ({ kind: 'op', text });

/** Writes code in place of tokens [from, to). */
export function replaced(from: number, to: number, code: string | readonly TokenText[]): TokenEdit {
  return { tokenSpan: [from, to], replacement: typeof code === 'string' ? written(code) : [...code] };
}

/** Writes code before a token. */
export function inserted(at: number, code: string | readonly TokenText[]): TokenEdit {
  return replaced(at, at, code);
}

/** Deletes tokens [from, to). */
export function removed(from: number, to: number): TokenEdit {
  return replaced(from, to, []);
}

/** Tokens of the statement. */
export function indices({ first, end }: Statement): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}

/** True for a token of layout. */
export function isLayout(token: TokenText | undefined): boolean {
  return token !== undefined && (token.kind === 'newline' || isIndentation(token));
}

/** All that some undos find. */
export function anyOf(...undos: readonly Undo[]): Undo {
  return (place) => undos.flatMap((undo) => undo(place));
}
