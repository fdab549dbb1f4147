import type { TokenText } from '../../records/sample';
import { bracketStep, closingBracket, findAtDepth } from './brackets';
import { lambdaBody, parameterNames, typeParameters } from './parameters';
import { isHeader, opensMatch, simpleStatements } from './statements';

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
  const names = new LineNames(tokens, start, end);
  for (const [from, to] of simpleStatements(tokens, start, end)) {
    names.readStatement(from, to);
    names.readExpressions(from, to);
  }
  return names.found;
}

/** A bracket that is open at the token that is read, and what its comprehension, if it has one, reads outside. */
interface OpenBracket {
  at: number;
  hole?: BoundName['hole'];
}

/** Tokens [from, to) in which a name is known, but those of the hole. */
type Reach = Pick<BoundName, 'from' | 'to' | 'hole'>;

const AUGMENTED = /^(\*\*|\/\/|<<|>>|[-+*/%@&|^])=$/;

/** Collects the names that one logical line binds, in the order they are met. */
class LineNames {
  readonly found: BoundName[] = [];
  private readonly line: Reach;

  constructor(
    private readonly tokens: readonly TokenText[],
    start: number,
    end: number,
  ) {
    this.line = { from: start, to: end };
  }

  /** What the simple statement or header [from, to) binds by its form. */
  readStatement(from: number, to: number): void {
    const { tokens } = this;
    const at = tokens[from]?.text === 'async' ? from + 1 : from;
    const word = tokens[at]?.kind === 'keyword' ? tokens[at].text : '';
    switch (word) {
      case 'import':
      case 'from':
        return this.readImport(at, to);
      case 'global':
      case 'nonlocal':
        for (let i = at + 1; i < to; i++) this.add(i, word);
        return;
      case 'def':
      case 'class':
        return this.add(at + 1, 'name');
      case 'for':
        return this.addTargets(at + 1, this.loopTargetsEnd(at + 1, to));
      case 'del':
        return this.addTargets(at + 1, to);
      case '':
        if (tokens[at]?.text === 'case' && isHeader(tokens, at)) return this.readPattern(at + 1, to);
        if (tokens[at]?.text === 'type' && tokens[at + 1]?.kind === 'name') return this.readTypeAlias(at, to);
        if (!opensMatch(tokens, from, to)) this.addTargets(from, this.assignmentTargetsEnd(from, to));
    }
  }

  /** What the expressions of the statement [start, end) bind: `as`, walrus, comprehension targets, lambda parameters. */
  readExpressions(start: number, end: number): void {
    const { tokens } = this;
    const word = tokens[start]?.text;
    // There `as` belongs to the statement.
    if (word === 'import' || word === 'from') return;
    const open: OpenBracket[] = [];
    for (let i = start; i < end; i++) {
      const { kind, text } = tokens[i];
      const step = bracketStep(tokens[i]);
      if (step > 0) open.push({ at: i });
      else if (step < 0) open.pop();
      if (text === ':=') this.add(i - 1, 'name');
      if (kind !== 'keyword') continue;
      if (text === 'as') this.readAs(i, end);
      else if (text === 'for' && open.length > 0) this.readComprehension(i, end, open[open.length - 1]);
      else if (text === 'lambda') this.readLambda(i, end);
    }
  }

  private add(index: number, how: BoundName['how'], { from, to, hole }: Reach = this.line): void {
    if (this.tokens[index]?.kind === 'name') this.found.push({ index, how, from, to, hole });
  }

  /** Names among targets: no attributes, nothing inside calls and subscripts, nothing called or subscripted. */
  private addTargets(from: number, to: number, how: BoundName['how'] = 'name', reach?: Reach): void {
    const { tokens } = this;
    // Of each open bracket: does it call or subscript, rather than group targets?
    const accesses: boolean[] = [];
    for (let i = from; i < to; i++) {
      const step = bracketStep(tokens[i]);
      const before = tokens[i - 1];
      if (step > 0) accesses.push(i > from && (before.kind === 'name' || bracketStep(before) < 0));
      else if (step < 0) accesses.pop();
      if (tokens[i].kind !== 'name' || accesses.includes(true)) continue;
      const after = tokens[i + 1]?.text;
      if (before?.text !== '.' && after !== '.' && after !== '(' && after !== '[') this.add(i, how, reach);
    }
  }

  private readImport(at: number, to: number): void {
    const { tokens } = this;
    const isFrom = tokens[at].text === 'from';
    let i = at;
    while (i < to && tokens[i].text !== 'import') i++;
    for (i++; i < to; i++) {
      if (tokens[i].kind !== 'name') continue;
      const first = i;
      // `import a.b.c` binds `a`, with `as d` only `d`.
      while (!isFrom && tokens[i + 1]?.text === '.' && i + 2 < to) i += 2;
      const renamed = tokens[i + 1]?.text === 'as';
      if (renamed) i += 2;
      this.add(renamed ? i : first, 'import');
    }
  }

  /** Names that the pattern of a `case` captures; the guard after it reads. */
  private readPattern(from: number, to: number): void {
    const { tokens } = this;
    const guard = findAtDepth(tokens, from, to, ['if']);
    for (let i = from; i < guard; i++) {
      const isClassOrKey = ['.', '(', '='].includes(tokens[i + 1]?.text) || tokens[i - 1].text === '.';
      if (!isClassOrKey && tokens[i].text !== '_') this.add(i, 'name');
    }
  }

  private readTypeAlias(at: number, to: number): void {
    this.add(at + 1, 'name');
    for (const index of typeParameters(this.tokens, at)) this.add(index, 'target', { from: at, to });
  }

  private readAs(at: number, end: number): void {
    const next = this.tokens[at + 1]?.text;
    const groups = next === '(' || next === '[';
    if (groups) this.addTargets(at + 2, closingBracket(this.tokens, at + 1, end));
    else this.addTargets(at + 1, at + 2);
  }

  /** Targets of the `for` at `at`: they are known in all of the comprehension that fills the bracket. */
  private readComprehension(at: number, end: number, bracket: OpenBracket): void {
    const to = closingBracket(this.tokens, bracket.at, end);
    const targetsEnd = this.loopTargetsEnd(at + 1, to);
    // Only the first `for` of a comprehension runs over what is read outside of it.
    bracket.hole ??= [targetsEnd, findAtDepth(this.tokens, targetsEnd + 1, to, ['for', 'if', 'async'])];
    this.addTargets(at + 1, targetsEnd, 'target', { from: bracket.at, to, hole: bracket.hole });
  }

  private readLambda(at: number, end: number): void {
    const [body, to] = lambdaBody(this.tokens, at, end);
    const colon = body - 1;
    for (const index of parameterNames(this.tokens, at, colon))
      this.add(index, 'parameter', { from: at, to });
  }

  /** End of the targets of an assignment, augmented or annotated; `from` when the statement is none. */
  private assignmentTargetsEnd(from: number, to: number): number {
    const { tokens } = this;
    let depth = 0;
    let end = from;
    for (let i = from; i < to; i++) {
      const { kind, text } = tokens[i];
      depth += bracketStep(tokens[i]);
      if (depth > 0) continue;
      if (text === 'lambda') return end;
      if (kind !== 'op') continue;
      // Of `a = b = c` the last one counts.
      if (text === '=') end = i;
      else if (text === ':' || AUGMENTED.test(text)) return i;
    }
    return end;
  }

  /** Index of the `in` of a loop whose targets begin at `from`, at most `to`. */
  private loopTargetsEnd(from: number, to: number): number {
    let i = from;
    while (i < to && this.tokens[i].text !== 'in') i++;
    return i;
  }
}
