import type { TokenText } from '../../records/sample';
import { bracketStep } from './brackets';
import { statementEnd } from './logical-lines';

/** A name that a statement binds, by token index. */
export interface BoundName {
  index: number;
  /**
   * `import`; `name` for anything assigned, defined, looped over or caught; what `global` and `nonlocal` declare;
   * `parameter` of a lambda and `target` of a comprehension are known only in `[from, to)`.
   */
  how: 'import' | 'name' | 'global' | 'nonlocal' | 'parameter' | 'target';
  from: number;
  to: number;
  /** Tokens inside in which it is not known: what a comprehension's first `for` runs over is read outside. */
  hole?: [from: number, to: number];
}

/** Names bound by the logical line of tokens [start, end), those of a function's own parameters aside. */
export function boundNames(tokens: readonly TokenText[], start: number, end: number): BoundName[] {
  const found: BoundName[] = [];
  const add: Add = (index, how, from = start, to = end, hole) => {
    if (tokens[index]?.kind === 'name') found.push({ index, how, from, to, hole });
  };
  for (const [from, to] of simpleStatements(tokens, start, end)) {
    bindSimple(tokens, from, to, add);
    bindInside(tokens, from, to, add);
  }
  return found;
}

type Add = (
  index: number,
  how: BoundName['how'],
  from?: number,
  to?: number,
  hole?: BoundName['hole'],
) => void;

const HEADERS = new Set([
  'if',
  'elif',
  'else',
  'while',
  'for',
  'try',
  'except',
  'finally',
  'with',
  'class',
  'def',
]);

/** Splits a logical line at semicolons and after a compound statement's colon. */
export function simpleStatements(
  tokens: readonly TokenText[],
  start: number,
  end: number,
): [number, number][] {
  const parts: [number, number][] = [];
  let from = start;
  let depth = 0;
  let lambdas = 0;
  for (let i = start; i < end; i++) {
    const { kind, text } = tokens[i];
    depth += bracketStep(tokens[i]);
    if (depth > 0) continue;
    if (kind === 'keyword' && text === 'lambda') lambdas++;
    if (kind !== 'op' || (text !== ':' && text !== ';')) continue;
    if (text === ':') {
      // A lambda's own colon ends its parameters.
      if (lambdas > 0) {
        lambdas--;
        continue;
      }
      if (from === i || !isHeader(tokens, from)) continue;
    }
    parts.push([from, i]);
    from = i + 1;
  }
  parts.push([from, end]);
  return parts;
}

/** Does a compound statement's header start at `from`? */
export function isHeader(tokens: readonly TokenText[], from: number): boolean {
  const { kind, text } = tokens[from];
  if (kind === 'keyword')
    return HEADERS.has(text) || (text === 'async' && HEADERS.has(tokens[from + 1]?.text));
  return kind === 'name' && text === 'case' && isCase(tokens, from);
}

/** `case` is a name elsewhere: here a pattern follows it, and a colon ends that. */
function isCase(tokens: readonly TokenText[], at: number): boolean {
  const { kind, text } = tokens[at + 1] ?? { kind: 'end', text: '' };
  if (['name', 'number', 'string'].includes(kind)) return true;
  if (kind === 'keyword') return ['None', 'True', 'False'].includes(text);
  if (kind !== 'op' || !['(', '[', '{', '-', '*'].includes(text)) return false;
  const end = statementEnd(tokens, at) - 1;
  const colon = scanLevel(tokens, at + 1, end, [':', '=']);
  // `case[0]: int = 1` annotates, and a pattern's block rarely begins on its line.
  return tokens[colon]?.text === ':' && (text !== '[' || colon === end - 1);
}

function bindSimple(tokens: readonly TokenText[], from: number, to: number, add: Add): void {
  const at = tokens[from]?.text === 'async' ? from + 1 : from;
  const head = tokens[at]?.kind === 'keyword' ? tokens[at].text : '';
  if (head === 'import' || head === 'from') return bindImport(tokens, at, to, add);
  if (head === 'global' || head === 'nonlocal') {
    for (let i = at + 1; i < to; i++) add(i, head);
  } else if (head === 'def' || head === 'class') {
    add(at + 1, 'name');
  } else if (head === 'for') {
    bindTargets(tokens, at + 1, loopTargetsEnd(tokens, at + 1, to), (i) => add(i, 'name'));
  } else if (head === 'del') {
    bindTargets(tokens, at + 1, to, (i) => add(i, 'name'));
  } else if (tokens[at]?.text === 'case' && isHeader(tokens, at)) {
    // A guard reads.
    const guard = scanLevel(tokens, at + 1, to, ['if']);
    for (let i = at + 1; i < guard; i++)
      if (
        !['.', '(', '='].includes(tokens[i + 1]?.text) &&
        tokens[i - 1].text !== '.' &&
        tokens[i].text !== '_'
      )
        add(i, 'name');
  } else if (tokens[at]?.text === 'type' && tokens[at + 1]?.kind === 'name') {
    add(at + 1, 'name');
    for (const index of typeParameters(tokens, at)) add(index, 'target', at, to);
  } else if (head === '' && !opensMatch(tokens, from, to)) {
    bindTargets(tokens, from, assignmentTargetsEnd(tokens, from, to), (i) => add(i, 'name'));
  }
}

/** `match subject:`; nothing else that starts with a name ends with a colon. */
export function opensMatch(tokens: readonly TokenText[], from: number, to: number): boolean {
  const last = tokens[to - 1]?.kind === 'newline' ? to - 2 : to - 1;
  return tokens[last]?.text === ':' && tokens[from]?.text === 'match' && last > from + 1;
}

/** Type parameters of the `def`, `class` or `type` statement whose keyword stands at `at`. */
export function typeParameters(tokens: readonly TokenText[], at: number): number[] {
  if (tokens[at + 1]?.kind !== 'name' || tokens[at + 2]?.text !== '[') return [];
  return parameterNames(tokens, at + 2, closing(tokens, at + 2, statementEnd(tokens, at)));
}

function bindImport(tokens: readonly TokenText[], at: number, to: number, add: Add): void {
  const from = tokens[at].text === 'from';
  let i = at;
  while (i < to && tokens[i].text !== 'import') i++;
  for (i++; i < to; i++) {
    if (tokens[i].kind !== 'name') continue;
    const first = i;
    // `import a.b.c` binds `a`, with `as d` only `d`.
    while (!from && tokens[i + 1]?.text === '.' && i + 2 < to) i += 2;
    if (tokens[i + 1]?.text === 'as') add((i += 2), 'import');
    else add(first, 'import');
  }
}

/** End of the targets of an assignment, augmented or annotated; `from` when the statement is none. */
function assignmentTargetsEnd(tokens: readonly TokenText[], from: number, to: number): number {
  let depth = 0;
  let end = from;
  for (let i = from; i < to; i++) {
    const { kind, text } = tokens[i];
    depth += bracketStep(tokens[i]);
    if (depth > 0) continue;
    if (text === 'lambda') return end;
    if (kind !== 'op') continue;
    if (text === '=') end = i;
    else if (text === ':' || /^(\*\*|\/\/|<<|>>|[-+*/%@&|^])=$/.test(text)) return i;
  }
  return end;
}

function loopTargetsEnd(tokens: readonly TokenText[], from: number, to: number): number {
  let i = from;
  while (i < to && tokens[i].text !== 'in') i++;
  return i;
}

/** Names among targets: no attributes, nothing inside calls and subscripts, nothing called or subscripted. */
function bindTargets(
  tokens: readonly TokenText[],
  from: number,
  to: number,
  bind: (index: number) => void,
): void {
  const accesses: boolean[] = [];
  for (let i = from; i < to; i++) {
    const step = bracketStep(tokens[i]);
    const before = tokens[i - 1];
    if (step > 0) accesses.push(i > from && (before.kind === 'name' || bracketStep(before) < 0));
    else if (step < 0) accesses.pop();
    if (tokens[i].kind !== 'name' || accesses.includes(true)) continue;
    const after = tokens[i + 1]?.text;
    if (before?.text !== '.' && after !== '.' && after !== '(' && after !== '[') bind(i);
  }
}

/** Bindings inside expressions: `as`, walrus, comprehension targets, lambda parameters. */
function bindInside(tokens: readonly TokenText[], start: number, end: number, add: Add): void {
  const head = tokens[start]?.text;
  if (head === 'import' || head === 'from') return;
  const open: { at: number; hole?: [number, number] }[] = [];
  for (let i = start; i < end; i++) {
    const { kind, text } = tokens[i];
    const step = bracketStep(tokens[i]);
    if (step > 0) open.push({ at: i });
    else if (step < 0) open.pop();
    if (text === ':=') add(i - 1, 'name');
    if (kind !== 'keyword') continue;
    if (text === 'as') {
      const group = tokens[i + 1]?.text === '(' || tokens[i + 1]?.text === '[';
      if (group) bindTargets(tokens, i + 2, closing(tokens, i + 1, end), (at) => add(at, 'name'));
      else bindTargets(tokens, i + 1, i + 2, (at) => add(at, 'name'));
    } else if (text === 'for' && open.length > 0) {
      const inner = open[open.length - 1];
      const to = closing(tokens, inner.at, end);
      const targets = loopTargetsEnd(tokens, i + 1, to);
      inner.hole ??= [targets, scanLevel(tokens, targets + 1, to, ['for', 'if', 'async'])];
      const { at: from, hole } = inner;
      bindTargets(tokens, i + 1, targets, (at) => add(at, 'target', from, to, hole));
    } else if (text === 'lambda') {
      bindLambda(tokens, i, end, add);
    }
  }
}

/** Index of the bracket that closes the one at `open`, or `end`. */
function closing(tokens: readonly TokenText[], open: number, end: number): number {
  let depth = 0;
  for (let i = open; i < end; i++) {
    depth += bracketStep(tokens[i]);
    if (depth === 0) return i;
  }
  return end;
}

/** Body [from, to) of the lambda at `at`, which ends before `end`. */
export function lambdaBody(tokens: readonly TokenText[], at: number, end: number): [number, number] {
  const colon = scanLevel(tokens, at + 1, end, [':']);
  return [colon + 1, scanLevel(tokens, colon + 1, end, [',', 'newline', ';', '=', ':'])];
}

function bindLambda(tokens: readonly TokenText[], at: number, end: number, add: Add): void {
  const [body, to] = lambdaBody(tokens, at, end);
  const colon = body - 1;
  for (const index of parameterNames(tokens, at, colon)) add(index, 'parameter', at, to);
}

/** First index from `from` at the same bracket depth whose text or kind is in `stops`, or where the bracket ends. */
function scanLevel(
  tokens: readonly TokenText[],
  from: number,
  end: number,
  stops: readonly string[],
): number {
  let depth = 0;
  for (let i = from; i < end; i++) {
    if (depth === 0 && (stops.includes(tokens[i].text) || stops.includes(tokens[i].kind))) return i;
    depth += bracketStep(tokens[i]);
    if (depth < 0) return i;
  }
  return end;
}

/** Parameter names between `open` (a bracket or `lambda`) and `close`. */
export function parameterNames(tokens: readonly TokenText[], open: number, close: number): number[] {
  const found: number[] = [];
  let depth = 0;
  for (let i = open + 1; i < close; i++) {
    const before = tokens[i - 1].text;
    const starts = i === open + 1 || before === ',' || before === '*' || before === '**';
    if (depth === 0 && tokens[i].kind === 'name' && starts) found.push(i);
    depth += bracketStep(tokens[i]);
  }
  return found;
}

/** Span of a function's parameter list, brackets included: the one after its name and type parameters. */
export function parameterList(tokens: readonly TokenText[], def: number, end: number): [number, number] {
  let open = def + 1;
  if (tokens[open]?.kind === 'name') open++;
  if (tokens[open]?.text === '[') open = closing(tokens, open, end) + 1;
  return tokens[open]?.text === '(' ? [open, closing(tokens, open, end)] : [open, open];
}
