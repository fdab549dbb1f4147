import { encodeWindow, isDropped, type EncodeDrop, type TokenEdit } from '../../processing/encoding/encode';
import type { FunctionSpan } from '../../python/structure/functions';
import { findFunctions } from '../../python/structure/functions';
import { lineMap } from '../../python/tokens/positions';
import { analyse, type AnalyseOptions, type Program } from '../../repair/program';
import type { RepairModel } from '../../repair/model-folder';
import type { PredictWindow } from '../../trm/predict';

/** A function in the text that the model is shown: its whole file, or nothing but itself. */
export interface FunctionView {
  program: Program;
  span: FunctionSpan;
  /** Windows of `program` that hold tokens of the function, in order: those that a repair of the text would ask of it. */
  windows: number[];
}

/** Where a function stands. */
export interface FunctionPlace {
  /** Qualified by its classes. */
  name: string;
  /** Of those of that name, counted from 0. */
  index: number;
}

/** Functions of a text that stand in no other function. */
function outerFunctions({ source, tokens }: Program): FunctionSpan[] {
  return findFunctions(source, tokens).filter(({ nested }) => !nested);
}

/**
 * The place of the function that holds a line, from 1: some records count from the line of its `def`, others from its decorators.
 * Null when there is none of that name.
 */
export function placeAtLine(program: Program, name: string, line: number): FunctionPlace | null {
  const lines = lineMap(program.source);
  const index = outerFunctions(program)
    .filter((span) => span.name === name)
    .findIndex((span) => span.line <= line && line <= lines.at(span.end - 1).line);
  return index < 0 ? null : { name, index };
}

/** Functions of a name in a text. */
export function countOfName(program: Program, name: string): number {
  return outerFunctions(program).filter((span) => span.name === name).length;
}

/** A function of a program; null when there is none at that place. */
export function functionView(program: Program, { name, index }: FunctionPlace): FunctionView | null {
  const span = outerFunctions(program).filter((one) => one.name === name)[index];
  if (span === undefined) return null;
  const windows = program.windows.flatMap(({ firstToken, endToken }, i) =>
    firstToken < span.endToken && span.firstToken < endToken ? [i] : [],
  );
  return { program, span, windows };
}

/** The same function without its file: a text that holds nothing else. */
export function viewAlone({ span }: FunctionView, options: AnalyseOptions): FunctionView | null {
  const program = analyse(span.source, options);
  const own = outerFunctions(program);
  return own.length === 1 ? functionView(program, { name: own[0].name, index: 0 }) : null;
}

/** A window of a function as the model is asked about it. */
export interface FunctionWindow extends PredictWindow {
  /** Index in `program.windows`. */
  window: number;
  firstToken: number;
}

/** A function as the model reads it. */
export interface EncodedFunction {
  windows: FunctionWindow[];
  /** Why the model could not write the fix in any of the windows; null when it can, and without one. */
  unwritable: EncodeDrop | null;
}

/**
 * Encodes a function's windows as a repair does: nothing of the fix is in what the model reads. The one place where functions of
 * real fixes become input.
 * @param fix in tokens of the program: to learn whether the model could write it. Default: none
 */
export function encodeFunction(
  { program, windows }: FunctionView,
  { tokenizer, vocabulary }: Pick<RepairModel, 'tokenizer' | 'vocabulary'>,
  fix: TokenEdit | null = null,
): EncodedFunction {
  const { tokens, facts, windowNames } = program;
  const drops: EncodeDrop[] = [];
  const found = windows.flatMap((index): FunctionWindow[] => {
    const window = program.windows[index];
    const options = { tokens, window, facts, names: windowNames(window), tokenizer, vocabulary };
    const written = encodeWindow({ ...options, edit: fix });
    if (isDropped(written)) drops.push(written.dropped);
    const example = isDropped(written) ? encodeWindow(options) : written;
    // A window longer than the model's is what `windowsOf` never makes.
    if (isDropped(example)) return [];
    const { firstToken, endToken } = window;
    return [{ window: index, firstToken, example, tokens: tokens.slice(firstToken, endToken) }];
  });
  const why = drops.find((reason) => reason !== 'edit_outside_window') ?? drops.at(0) ?? null;
  return { windows: found, unwritable: drops.length < windows.length ? null : why };
}
