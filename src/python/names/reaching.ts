import type { TokenText } from '../../records/sample';
import { blockEnds, Env, findOutside, UNDEFINED } from './flow';
import { type Scope } from './scopes';
import { lambdaBody } from '../structure/parameters';
import { isHeader, opensMatch, simpleStatements } from '../structure/statements';
import type { Occurrence, VariableTable } from './variables';
import { statementEnd } from '../structure/logical-lines';

/** Deepest nesting of blocks that is followed as such; what is deeper is read in order. */
const MOST_DEPTH = 200;

/**
 * For each occurrence that reads (`use`, `both`, `del`) the definitions that may reach it, `UNDEFINED` among them where
 * there is a way without one; undefined for those that do not read, and for names that are no variable here.
 */
export function reachDefinitions(tokens: readonly TokenText[], table: VariableTable): Reached {
  const walk = new Walk(tokens, table);
  return { reaching: walk.run(), guarded: walk.guarded };
}

/** What {@link reachDefinitions} finds. */
export interface Reached {
  /** One entry an occurrence. */
  reaching: (readonly number[] | undefined)[];
  /** 1 for the tokens in whose place a NameError is caught. */
  guarded: number[];
}

/** A line and the block below it. */
interface Line {
  /** Tokens [from, to) of the line, its header [from, header). */
  from: number;
  header: number;
  to: number;
  /** Tokens of the block: below the line, or after the colon. Empty without one. */
  body: [from: number, to: number];
  /** Index after the line and its block. */
  next: number;
  word: string;
}

class Walk {
  private readonly reaching: (readonly number[] | undefined)[];
  private readonly ends: number[];
  /** First occurrence at or after each token. */
  private readonly firstAt: number[];
  /** 1 in the bodies of lambdas, which run later. */
  private readonly later: number[];
  /** Definitions of each variable that run in another function than the one that owns it. */
  private readonly foreign: number[][];
  /** Bodies of functions still to be read. */
  private readonly functions: [number, number][] = [];
  /** 1 in the bodies of `try` statements that catch NameError. */
  readonly guarded: number[];
  private readonly loops: { base: Env; breaks: Env[] }[] = [];
  private depth = 0;

  constructor(
    private readonly tokens: readonly TokenText[],
    private readonly table: VariableTable,
  ) {
    const { occurrences, variables, scopes } = table;
    this.reaching = new Array<readonly number[] | undefined>(occurrences.length).fill(undefined);
    this.ends = blockEnds(tokens);
    this.firstAt = new Array<number>(tokens.length + 1).fill(occurrences.length);
    for (let i = occurrences.length - 1; i >= 0; i--) this.firstAt[occurrences[i].token] = i;
    for (let i = tokens.length - 1; i >= 0; i--)
      this.firstAt[i] = Math.min(this.firstAt[i], this.firstAt[i + 1]);
    this.later = new Array<number>(tokens.length).fill(0);
    this.guarded = new Array<number>(tokens.length).fill(0);
    tokens.forEach(({ kind, text }, i) => {
      if (kind === 'keyword' && text === 'lambda')
        this.later.fill(1, ...lambdaBody(tokens, i, statementEnd(tokens, i)));
    });
    this.foreign = variables.map(({ scope, definitions }) =>
      definitions.filter((one) => frameOf(scopes[occurrences[one].token]) !== frameOf(scope)),
    );
  }

  run(): (readonly number[] | undefined)[] {
    const { variables, scopes } = this.table;
    const parameters = new Map<Scope, number[]>();
    variables.forEach(({ scope, inner, binding }, variable) => {
      if (binding !== 'parameter' || inner) return;
      const known = parameters.get(scope);
      if (known) known.push(variable);
      else parameters.set(scope, [variable]);
    });
    this.block(0, this.tokens.length, new Env());
    for (let next = this.functions.pop(); next; next = this.functions.pop()) {
      const env = new Env();
      // A parameter has its value before the first statement; assignments to it come later.
      for (const variable of parameters.get(scopes[next[0]]) ?? [])
        env.set(variable, variables[variable].definitions.slice(0, 1));
      this.block(...next, env);
    }
    return this.reaching;
  }

  /** Reads the statements of tokens [from, to) in order. */
  private block(from: number, to: number, env: Env): void {
    this.depth++;
    for (let i = from; i < to;) {
      const { kind } = this.tokens[i];
      if (kind === 'indent' || kind === 'dedent' || kind === 'error-indent' || kind === 'end') i++;
      else i = this.statement(this.lineAt(i, to), to, env);
    }
    this.depth--;
  }

  private lineAt(from: number, limit: number): Line {
    const { tokens, ends } = this;
    const to = Math.min(statementEnd(tokens, from), limit);
    const async = tokens[from].text === 'async' ? 1 : 0;
    const match = opensMatch(tokens, from, to);
    const compound = this.depth < MOST_DEPTH && (match || isHeader(tokens, from));
    const header = compound && !match ? simpleStatements(tokens, from, to)[0][1] : to;
    const inline = compound && header + 1 < to && tokens[header + 1].kind !== 'newline';
    const indent = tokens[to]?.kind === 'indent' && compound && to < limit;
    const end = indent ? Math.min(ends[to], limit) : to;
    return {
      from,
      header,
      to,
      body: inline ? [header + 1, to] : indent ? [to + 1, end] : [to, to],
      next: indent ? Math.min(end + 1, limit) : to,
      word: compound ? tokens[from + async].text : '',
    };
  }

  /** Reads one statement, and those that belong to it (`else`, handlers); returns where the next begins. */
  private statement(line: Line, limit: number, env: Env): number {
    switch (line.word) {
      case 'if':
        return this.branches(line, limit, env);
      case 'for':
      case 'while':
        return this.loop(line, limit, env);
      case 'try':
        return this.attempt(line, limit, env);
      case 'match':
        return this.cases(line, env);
      case 'def':
        this.part(line.from, line.header, env);
        if (line.body[1] > line.body[0]) this.functions.push(line.body);
        return line.next;
      case 'class':
        this.reads(line.from, line.header, env);
        this.block(...line.body, env);
        this.writes(line.from, line.header, env);
        return line.next;
      case '':
        for (const [from, to] of simpleStatements(this.tokens, line.from, line.to)) this.part(from, to, env);
        return line.next;
      default:
        // `with`, and parts whose beginning is missing.
        this.part(line.from, line.header, env);
        this.block(...line.body, env);
        return line.next;
    }
  }

  /** The line that goes on with a compound statement, if the next one does. */
  private following(at: number, limit: number, words: readonly string[]): Line | undefined {
    let i = at;
    while (this.tokens[i]?.kind === 'error-indent') i++;
    if (i >= limit || this.tokens[i].kind !== 'keyword' || !words.includes(this.tokens[i].text))
      return undefined;
    return this.lineAt(i, limit);
  }

  private branches(line: Line, limit: number, env: Env): number {
    const ways: Env[] = [];
    let last: Line = line;
    for (let next: Line | undefined = line; next; next = this.following(last.next, limit, ['elif', 'else'])) {
      last = next;
      this.part(next.from, next.header, env);
      const way = env.branch();
      this.block(...next.body, way);
      ways.push(way);
      if (next.word === 'else') break;
    }
    if (last.word !== 'else') ways.push(env.branch());
    env.join(ways);
    return last.next;
  }

  private loop(line: Line, limit: number, env: Env): number {
    const { tokens } = this;
    const targets = line.word === 'for' ? findOutside(tokens, line.from, line.header, 'in') : line.from;
    if (line.word === 'for') this.reads(targets, line.header, env);
    const head = env.branch();
    this.mayRun(line.from, line.body[1], head);
    if (line.word === 'while') this.part(line.from, line.header, head);
    const round = head.branch();
    if (line.word === 'for') {
      this.reads(line.from, targets, round);
      this.writes(line.from, targets, round);
    }
    const breaks: Env[] = [];
    this.loops.push({ base: env, breaks });
    this.block(...line.body, round);
    this.loops.pop();
    const exit = head.since(env);
    exit.dead =
      line.word === 'while' && line.header === line.from + 2 && /^(True|1)$/.test(tokens[line.from + 1].text);
    const after = this.following(line.next, limit, ['else']);
    if (after) this.block(...after.body, exit);
    env.join([exit, ...breaks]);
    return after?.next ?? line.next;
  }

  private attempt(line: Line, limit: number, env: Env): number {
    const body = env.branch();
    this.block(...line.body, body);
    const ways = [body];
    let end = line.next;
    for (
      let next = this.following(end, limit, ['except']);
      next;
      next = this.following(end, limit, ['except'])
    ) {
      const handler = env.branch();
      this.mayRun(line.body[0], line.body[1], handler);
      this.part(next.from, next.header, handler);
      this.block(...next.body, handler);
      // Python deletes the exception's name at the end.
      this.each(next.from, next.header, ({ role, variable }) => {
        if (role === 'def') handler.set(variable, [UNDEFINED]);
      });
      ways.push(handler);
      end = next.next;
    }
    if (this.tokens.slice(line.next, end).some(({ text }) => text === 'NameError'))
      this.guarded.fill(1, ...line.body);
    const otherwise = this.following(end, limit, ['else']);
    if (otherwise) this.block(...otherwise.body, body);
    end = otherwise?.next ?? end;
    const last = this.following(end, limit, ['finally']);
    if (!last) {
      env.join(ways);
      return end;
    }
    // It runs after any part of all that.
    const before = env.branch();
    this.mayRun(line.body[0], end, before);
    const final = before.branch();
    this.block(...last.body, final);
    env.join(ways);
    env.adopt(final);
    return last.next;
  }

  private cases(line: Line, env: Env): number {
    this.part(line.from, line.header, env);
    const ways: Env[] = [];
    const [from, to] = line.body;
    let complete = false;
    for (let i = from; i < to;) {
      const { kind, text } = this.tokens[i];
      if (kind === 'indent' || kind === 'dedent' || kind === 'error-indent') {
        i++;
        continue;
      }
      const next = this.lineAt(i, to);
      const way = env.branch();
      this.writes(next.from, next.header, way);
      this.reads(next.from, next.header, way);
      this.block(...next.body, way);
      ways.push(way);
      complete ||= text === 'case' && this.tokens[i + 1].text === '_' && next.header === i + 2;
      i = next.next;
    }
    env.join(complete ? ways : [...ways, env.branch()]);
    return line.next;
  }

  /** A simple statement or a header: what it reads, then what it binds, in turn where each binding has its value. */
  private part(from: number, to: number, env: Env): void {
    const { tokens } = this;
    const word = tokens[from]?.kind === 'keyword' ? tokens[from].text : '';
    if (word === 'with' || word === 'async' || word === 'except') {
      this.each(from, to, (one, i) => (one.role === 'def' ? this.write(i, env) : this.read(i, env)));
      return;
    }
    this.reads(from, to, env);
    this.writes(from, to, env);
    if (word === 'return' || word === 'raise' || word === 'continue') env.dead = true;
    const loop = word === 'break' ? this.loops.at(-1) : undefined;
    if (!loop) return;
    loop.breaks.push(env.since(loop.base));
    env.dead = true;
  }

  /** Reads, and assignments inside expressions, in order. */
  private reads(from: number, to: number, env: Env): void {
    this.each(from, to, ({ role, token }, i) => {
      if (role === 'def' && this.tokens[token + 1]?.text === ':=') this.write(i, env);
      else this.read(i, env);
    });
  }

  private writes(from: number, to: number, env: Env): void {
    this.each(from, to, ({ token }, i) => {
      if (this.tokens[token + 1]?.text !== ':=') this.write(i, env);
    });
  }

  private read(i: number, env: Env): void {
    const { role, variable, token } = this.table.occurrences[i];
    if (variable < 0 || role === 'def' || role === 'declare') return;
    let found = this.valuesOf(variable, token, env);
    const { outer } = this.table.variables[variable];
    if (outer >= 0 && found?.includes(UNDEFINED))
      found = merge(
        found.filter((one) => one !== UNDEFINED),
        this.valuesOf(outer, token, env) ?? [],
      );
    this.reaching[i] = found;
  }

  /** Definitions of a variable that a read at `token` may see. */
  private valuesOf(variable: number, token: number, env: Env): readonly number[] | undefined {
    const { variables, scopes } = this.table;
    const { scope, inner, definitions } = variables[variable];
    const own = !inner && this.later[token] === 0 && frameOf(scopes[token]) === frameOf(scope);
    if (!own) return definitions;
    if (definitions.length === 0) return undefined;
    const found = env.get(variable);
    const foreign = this.foreign[variable];
    return foreign.length === 0
      ? found
      : merge(
          found.filter((one) => one !== UNDEFINED),
          foreign,
        );
  }

  private write(i: number, env: Env): void {
    const { role, variable } = this.table.occurrences[i];
    if (role === 'def' || role === 'both') env.set(variable, [i]);
    else if (role === 'del') env.set(variable, [UNDEFINED]);
  }

  /** Every definition in tokens [from, to) may have run or not. */
  private mayRun(from: number, to: number, env: Env): void {
    this.each(from, to, ({ role, variable }, i) => {
      if (role === 'def' || role === 'both') env.add(variable, i);
    });
  }

  private each(from: number, to: number, visit: (occurrence: Occurrence, index: number) => void): void {
    const { occurrences } = this.table;
    for (let i = this.firstAt[from]; i < occurrences.length && occurrences[i].token < to; i++)
      visit(occurrences[i], i);
  }
}

/** The function (or module) that runs a scope's code: class bodies run where they stand. */
function frameOf(scope: Scope): Scope {
  let frame = scope;
  while (frame.kind === 'class' && frame.parent) frame = frame.parent;
  return frame;
}

function merge(a: readonly number[], b: readonly number[]): readonly number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}
