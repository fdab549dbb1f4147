import type { DropReason } from '../../collection/dropped';
import { applyDiff } from '../../collection/pairs/fix-record';
import type { EncodeDrop, TokenEdit } from '../../processing/encoding/encode';
import { diffTokens, sameTokens } from '../../python/edits/edits';
import { isIndentation } from '../../python/tokens/indentation';
import { lineMap, type LineMap } from '../../python/tokens/positions';
import type { Token } from '../../python/tokens/token';
import type { Tier } from '../../records/mined-fix';
import { analyse, type AnalyseOptions } from '../../repair/program';
import { isOneToken, isPublishedKind, type View } from './fix-kinds';
import { countOfName, functionView, placeAtLine, viewAlone, type FunctionView } from './function-view';
import type { RealFix } from './real-fixes';

/** Why a model is not asked about a fix: it counts as missed. */
export type NotAsked = Extract<DropReason, 'diff_does_not_fit' | 'function_not_found' | 'no_code_change'>;

/** Why a fix is lost before the model's answer counts. */
export type LostReason = NotAsked | EncodeDrop;

/** What is known of a fix beside its code. */
export interface FixFacts extends Pick<RealFix, 'id' | 'repo' | 'path' | 'func'> {
  tier: Tier;
  label: string | null;
  oneToken: boolean;
  published: boolean;
  /** False where the commit changed more of the file; null when the record does not tell. */
  onlyThisChange: boolean | null;
  /** The file before the fix. Asked all the same where it is false: mostly Python 2. */
  parses: boolean;
}

/** What a model is asked of a fix in one view. */
export interface Question {
  /** The buggy function. */
  buggy: FunctionView;
  /** Tokens of the function after the fix. */
  fixedTokens: readonly Token[];
  /** The function after the fix, in its file after the commit. */
  fixed: FunctionView;
  /** In tokens of `buggy.program`. */
  edit: TokenEdit;
  /** Lines of `buggy.program` that hold it, from 1. */
  lines: readonly [first: number, last: number];
  /** Of `buggy.program`. */
  map: LineMap;
}

/** A fix with what is asked of it, or why nothing is. */
export interface AskedFix {
  facts: FixFacts;
  /** Null when nothing is asked. */
  questions: Record<View, Question> | null;
  notAsked: NotAsked | null;
}

/** Takes the files of a fix apart: one function before and after, in its file and alone. Never throws. */
export function questionsOf(fix: RealFix, options: AnalyseOptions): AskedFix {
  const refuse = (notAsked: NotAsked): AskedFix => ({
    facts: factsOf(fix, false),
    questions: null,
    notAsked,
  });
  const afterText = applyDiff(fix.file_before, fix.file_after_diff);
  if (afterText === undefined) return refuse('diff_does_not_fit');
  const [before, after] = [analyse(fix.file_before, options), analyse(afterText, options)];
  const place = placeAtLine(before, fix.func, fix.line);
  // Of several functions of one name those in the same order belong together, if there are as many.
  if (place === null || countOfName(before, fix.func) !== countOfName(after, fix.func))
    return refuse('function_not_found');
  const views = [functionView(before, place), functionView(after, place)] as const;
  const alone = views.map((view) => view && viewAlone(view, options));
  const [file, fixedFile] = views;
  const [own, fixedOwn] = alone;
  if (!file || !fixedFile || !own || !fixedOwn) return refuse('function_not_found');
  const offset = file.span.line - own.span.line;
  const inFile = questionOf(file, fixedFile, [fix.edit_line, fix.edit_line_end]);
  const inFunction = questionOf(own, fixedOwn, [fix.edit_line - offset, fix.edit_line_end - offset]);
  if (!inFile || !inFunction) return refuse('no_code_change');
  const published = isPublishedKind({
    label: fix.kind ?? null,
    tokens: tokensOf(own),
    edit: inFunction.edit,
  });
  return {
    facts: factsOf(fix, published),
    questions: { file: inFile, function: inFunction },
    notAsked: null,
  };
}

function factsOf(fix: RealFix, published: boolean): FixFacts {
  const { id, repo, path, func, tier, kind = null, only_this_change: only = null, parses } = fix;
  return {
    ...{ id, repo, path, func, tier, published },
    label: kind,
    oneToken: isOneToken(kind),
    onlyThisChange: only,
    parses: parses ?? true,
  };
}

/** Tokens of the function itself. */
export function tokensOf({ program, span }: FunctionView): readonly Token[] {
  return program.tokens.slice(span.firstToken, span.endToken);
}

function questionOf(
  buggy: FunctionView,
  fixed: FunctionView,
  lines: readonly [number, number],
): Question | null {
  const fixedTokens = tokensOf(fixed);
  const edit = diffTokens(tokensOf(buggy), fixedTokens);
  if (edit === null) return null;
  const { firstToken } = buggy.span;
  const [start, end] = edit.tokenSpan;
  return {
    ...{ buggy, fixed, fixedTokens, lines },
    edit: { tokenSpan: [firstToken + start, firstToken + end], replacement: edit.replacement },
    map: lineMap(buggy.program.source),
  };
}

/** True when an edit of the program makes the function the fixed one, token for token, and changes nothing else. */
export function mends({ buggy, fixedTokens }: Question, { tokenSpan, replacement }: TokenEdit): boolean {
  const { program, span } = buggy;
  const [start, end] = tokenSpan;
  if (start < span.firstToken || end > span.endToken) return false;
  const head = program.tokens.slice(span.firstToken, start);
  const tail = program.tokens.slice(end, span.endToken);
  return sameTokens([...head, ...replacement, ...tail], fixedTokens);
}

/** Whether an edit that starts at a token starts on the fix's lines, or where the fix starts. */
export function isOnLines({ buggy, edit, lines, map }: Question, token: number): boolean {
  const { line } = map.at(buggy.program.tokens[token].start);
  return (line >= lines[0] && line <= lines[1]) || token === edit.tokenSpan[0];
}

/**
 * Tokens of the function at which an edit of the fix's lines may start: those on the lines, and the line break and block marks in
 * front of them, where the leftmost form of an inserted line starts.
 */
export function startsOnLines({ buggy, lines, map }: Question): number[] {
  const { tokens } = buggy.program;
  const { firstToken, endToken } = buggy.span;
  const starts: number[] = [];
  for (let i = firstToken; i < endToken; i++) {
    const { line } = map.at(tokens[i].start);
    if (line >= lines[0] && line <= lines[1]) starts.push(i);
  }
  let before = (starts.at(0) ?? firstToken) - 1;
  while (before >= firstToken && isIndentation(tokens[before])) starts.unshift(before--);
  if (before >= firstToken && tokens[before].kind === 'newline') starts.unshift(before);
  return starts;
}
