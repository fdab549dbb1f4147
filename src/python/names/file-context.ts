import {
  contextAround,
  type ClassFacts,
  type FileContext,
  type FunctionFacts,
  type Surroundings,
} from '../../records/file-context';
import type { TokenText } from '../../records/sample';
import { findDefinitions, type Definition } from '../structure/definitions';
import { findFunctions, type FunctionSpan } from '../structure/functions';
import { importedNames } from '../structure/imports';
import { boundNames } from '../structure/bound-names';
import { parameterList, parameterNames } from '../structure/parameters';
import { simpleStatements } from '../structure/statements';
import { isIndentation } from '../tokens/indentation';
import type { Token } from '../tokens/token';
import { lineStructure } from './line-structure';
import { mentionsOf } from './mentions';
import { isAttributeTarget } from './name-roles';
import { bracketStep } from '../structure/brackets';
import { statementEnd } from '../structure/logical-lines';

/**
 * What a reader knows of a file, from its tokens: broken files have contexts, too. `functions` are those of
 * `findFunctions` that are not nested, in the same order. Give `contextAround` one of them to hide what only its own
 * text says.
 */
export function fileContext(tokens: readonly TokenText[]): FileContext {
  const definitions = findDefinitions(tokens).filter(({ nested }) => !nested);
  const functions = definitions.filter(({ kind }) => kind === 'def');
  const byStart = new Map(definitions.map((definition) => [definition.firstToken, definition]));
  const { imports, names } = bodyNames(tokens, [0, tokens.length], byStart);
  return {
    imports: Object.fromEntries(imports),
    names: [...names].filter((name) => !imports.has(name)),
    classes: definitions
      .filter(({ kind }) => kind === 'class')
      .map((definition) => classFacts(tokens, definition, byStart)),
    functions: functions.map((definition) => functionFacts(tokens, definition)),
    mentions: mentionsOf(tokens, spansBetween(tokens, functions)),
  };
}

/** Tokens that stand in no function. */
function spansBetween(tokens: readonly TokenText[], functions: readonly Definition[]): Span[] {
  const starts = [0, ...functions.map(({ endToken }) => endToken)];
  const ends = [...functions.map(({ firstToken }) => firstToken), tokens.length];
  return starts.map((start, i) => [start, ends[i]]);
}

/** The functions of a file that stand in no other one, each with what the file says around it. */
export function functionsInContext(
  source: string,
  tokens: readonly Token[],
): { span: FunctionSpan; surroundings: Surroundings }[] {
  const context = fileContext(tokens);
  return findFunctions(source, tokens)
    .filter(({ nested }) => !nested)
    .map((span, index) => ({ span, surroundings: contextAround(context, index) }));
}

type Span = readonly [from: number, to: number];

/** Names that the statements of a module or class body bind, those inside its functions and classes aside. */
function bodyNames(
  tokens: readonly TokenText[],
  [from, to]: Span,
  definitions: ReadonlyMap<number, Definition>,
): { imports: Map<string, string>; names: Set<string> } {
  const imports = new Map<string, string>();
  const names = new Set<string>();
  for (let i = from; i < to;) {
    const inside = definitions.get(i);
    if (inside) {
      i = inside.endToken;
      continue;
    }
    if (isIndentation(tokens[i])) {
      i++;
      continue;
    }
    const end = statementEnd(tokens, i);
    for (const [start, stop] of simpleStatements(tokens, i, end))
      for (const { name, path } of importedNames(tokens, start, stop))
        if (!imports.has(name)) imports.set(name, path);
    for (const { index, how } of boundNames(tokens, i, end))
      if (how === 'name') names.add(tokens[index].text);
    i = end;
  }
  return { imports, names };
}

function classFacts(
  tokens: readonly TokenText[],
  { name, keyword, endToken }: Definition,
  definitions: ReadonlyMap<number, Definition>,
): ClassFacts {
  const header = statementEnd(tokens, keyword);
  const [open, close] = parameterList(tokens, keyword, header);
  const { imports, names } = bodyNames(tokens, [header, endToken], definitions);
  // The body of `class A: x = 1` stands in the header's line, where the class's own name is bound, too.
  const sameLine = boundNames(tokens, keyword, header).flatMap(({ index, how }) =>
    how === 'name' && index !== keyword + 1 ? [tokens[index].text] : [],
  );
  return {
    name,
    bases: splitAtCommas(tokens, open + 1, close).map(([from, to]) => compactText(tokens, from, to)),
    attributes: [...new Set([...sameLine, ...imports.keys(), ...names])],
  };
}

function functionFacts(
  tokens: readonly TokenText[],
  { name, firstToken, keyword, endToken }: Definition,
): FunctionFacts {
  const decorators = decoratorNames(tokens, firstToken, keyword);
  const own =
    name.includes('.') && !decorators.includes('staticmethod') ? firstParameter(tokens, keyword) : undefined;
  const attributes = own === undefined ? { assigned: [], read: [] } : ownAttributes(tokens, own, endToken);
  const signature = signatureText(tokens, keyword);
  const mentions = mentionsOf(
    tokens,
    [[firstToken, endToken]],
    own === undefined ? undefined : tokens[own].text,
  );
  return { name, signature, decorators, ...attributes, mentions };
}

/** Index of a function's first parameter. */
function firstParameter(tokens: readonly TokenText[], def: number): number | undefined {
  const [open, close] = parameterList(tokens, def, statementEnd(tokens, def));
  return parameterNames(tokens, open, close)[0];
}

/** Attributes of the parameter at index `own`, wherever the method or a function inside it names them. */
function ownAttributes(
  tokens: readonly TokenText[],
  own: number,
  end: number,
): Pick<FunctionFacts, 'assigned' | 'read'> {
  const assigned = new Set<string>();
  const read = new Set<string>();
  for (let i = own + 1; i + 2 < end; i++) {
    const [receiver, dot, attribute] = [tokens[i], tokens[i + 1], tokens[i + 2]];
    if (receiver.kind !== 'name' || receiver.text !== tokens[own].text) continue;
    if (dot.text !== '.' || attribute.kind !== 'name' || tokens[i - 1].text === '.') continue;
    const written = isWritten(tokens, i);
    if (written) assigned.add(attribute.text);
    if (!written || isAugmented(tokens[i + 3])) read.add(attribute.text);
  }
  return { assigned: [...assigned], read: [...read] };
}

/** True when the attribute of the receiver at `index` is given a value. */
function isWritten(tokens: readonly TokenText[], index: number): boolean {
  const [before, after] = [tokens[index - 1], tokens[index + 3]];
  if (before.kind === 'keyword' && (before.text === 'as' || before.text === 'for')) return true;
  if (after?.kind !== 'op') return false;
  if (after.text === '=' || isAugmented(after)) return true;
  if (after.text === ':') return before.kind === 'newline' || isIndentation(before);
  return [',', ')', ']'].includes(after.text) && isAmongTargets(tokens, index + 2);
}

/** True for a token in the tuple or list that an assignment takes apart. */
function isAmongTargets(tokens: readonly TokenText[], index: number): boolean {
  const end = statementEnd(tokens, index);
  let assigns = false;
  for (let i = index; i < end && !assigns; i++) assigns = tokens[i].kind === 'op' && tokens[i].text === '=';
  if (!assigns) return false;
  let start = index;
  while (start > 0 && tokens[start - 1].kind !== 'newline') start--;
  return isAttributeTarget(index - start, lineStructure(tokens.slice(start, end)));
}

function isAugmented(token: TokenText | undefined): boolean {
  return token?.kind === 'op' && /^(\*\*|\/\/|<<|>>|[-+*/%@&|^])=$/.test(token.text);
}

function decoratorNames(tokens: readonly TokenText[], from: number, to: number): string[] {
  const names: string[] = [];
  for (let i = from; i < to; i = statementEnd(tokens, i)) {
    if (tokens[i].text !== '@') continue;
    let end = i + 1;
    while (end < to && (tokens[end].kind === 'name' || tokens[end].text === '.')) end++;
    names.push(compactText(tokens, i + 1, end));
  }
  return names;
}

/** Longest default that stands in a signature, in characters. */
const LONGEST_DEFAULT = 20;

function signatureText(tokens: readonly TokenText[], def: number): string {
  const end = statementEnd(tokens, def);
  const [open, close] = parameterList(tokens, def, end);
  if (open === close) return '';
  const parameters = splitAtCommas(tokens, open + 1, close).map(([from, to]) => {
    const equals = findAtLevel(tokens, from, to, '=');
    if (equals === to) return compactText(tokens, from, to);
    const value = tokens[equals + 1]?.text ?? '';
    const short = to === equals + 2 && value.length <= LONGEST_DEFAULT;
    return `${compactText(tokens, from, equals)}=${short ? value : '...'}`;
  });
  const arrow = tokens[close + 1]?.text === '->' ? close + 1 : end;
  const result = compactText(tokens, arrow, findAtLevel(tokens, arrow, end, ':'));
  return `(${parameters.join(',')})${result}`;
}

/** Spans between the commas of [from, to) that stand in no further bracket; an empty last one is left out. */
function splitAtCommas(tokens: readonly TokenText[], from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (let start = from; start < to;) {
    const end = findAtLevel(tokens, start, to, ',');
    spans.push([start, end]);
    start = end + 1;
  }
  return spans;
}

function findAtLevel(tokens: readonly TokenText[], from: number, to: number, text: string): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    if (depth === 0 && tokens[i].kind === 'op' && tokens[i].text === text) return i;
    depth += bracketStep(tokens[i]);
  }
  return to;
}

/** Tokens as one text that lexes to the same tokens: a space only where words would grow together. */
function compactText(tokens: readonly TokenText[], from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) {
    const next = tokens[i].text;
    text += /\w$/.test(text) && /^[\w'"]/.test(next) ? ` ${next}` : next;
  }
  return text;
}
