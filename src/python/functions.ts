import { whiteSpaceBefore } from './indentation';
import { afterLineBreak, isLineBreak } from './characters';
import type { Token } from './lexer';

/** One function of a file: its place in the tokens and in the text, and its own source. */
export interface FunctionSpan {
  /** Qualified by classes and outer functions: `Decoder.decode`, `outer.inner`. */
  name: string;
  /** Tokens [firstToken, endToken): decorators first, the body's `dedent` last. */
  firstToken: number;
  endToken: number;
  /** UTF-16 offsets: from the first decorator (or `def`) to the end of the last line's break. */
  start: number;
  end: number;
  /** 1-based line of `start`. */
  line: number;
  /** White space before the first line; taken from all lines in `source`. */
  indent: string;
  /** Stands inside another function. */
  nested: boolean;
  /** Dedented text with `\n` line ends: its tokens are those of the span. Lines inside strings stay as they are. */
  source: string;
}

/** A `def` or `class` found by {@link findDefinitions}. */
interface Definition {
  kind: 'def' | 'class';
  name: string;
  nested: boolean;
  firstToken: number;
  endToken: number;
}

/**
 * Every function of a file in order of appearance: methods, nested and async ones, decorators and signature
 * included. Works on lexer tokens, so that files with syntax errors have functions too: a function is `def`, a
 * name if there is one, the rest of its line, and the indented block after it.
 */
export function findFunctions(source: string, tokens: readonly Token[]): FunctionSpan[] {
  const lines = lineStarts(source);
  const inString = stringSpans(tokens);
  return findDefinitions(tokens)
    .filter(({ kind }) => kind === 'def')
    .map(({ name, nested, firstToken, endToken }) => {
      const start = tokens[firstToken].start;
      const end = endOf(tokens, firstToken, endToken);
      const indent = whiteSpaceBefore(source, start);
      const text = dedent(source, start, end, indent, inString);
      return {
        name,
        nested,
        firstToken,
        endToken,
        start,
        end,
        indent,
        line: lineOf(lines, start),
        source: text,
      };
    });
}

/** What the module around a function binds. */
export interface ModuleContext {
  /** Names bound by imports at module level (`import a.b` binds `a`), in order, no doubles. */
  imports: string[];
  /** Other names bound at module level: functions, classes, assigned names, loop and `with` targets. */
  names: string[];
}

/** Names that a module binds outside its functions and classes; `if` and `try` blocks count as module level. */
export function moduleContext(tokens: readonly Token[]): ModuleContext {
  const imports = new Set<string>();
  const names = new Set<string>();
  const inner = findDefinitions(tokens);
  let next = 0;
  for (let i = 0; i < tokens.length;) {
    while (next < inner.length && inner[next].firstToken < i) next++;
    const definition = inner[next];
    if (definition?.firstToken === i) {
      if (definition.name !== '') names.add(definition.name);
      i = Math.max(definition.endToken, i + 1);
      continue;
    }
    const end = statementEnd(tokens, i);
    bindStatement(tokens.slice(i, end), imports, names);
    i = end;
  }
  for (const name of imports) names.delete(name);
  return { imports: [...imports], names: [...names] };
}

/** Names one statement binds: `import`, `from`, assignment targets, `for ... in`, `with ... as`, `except ... as`. */
function bindStatement(statement: readonly Token[], imports: Set<string>, names: Set<string>): void {
  const solid = statement.filter((token) => token.text !== '');
  const head = solid[0]?.text;
  if (solid[0]?.kind === 'keyword' && (head === 'import' || head === 'from')) {
    for (const name of importedNames(solid)) imports.add(name);
    return;
  }
  let target = head === 'for' || head === 'async' || solid.some((token) => isAssignment(token));
  let depth = 0;
  solid.forEach((token, k) => {
    const [before, after] = [solid[k - 1]?.text, solid[k + 1]?.text];
    if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    if (token.text === ')' || token.text === ']' || token.text === '}') depth--;
    // Targets end at the last assignment sign, at an annotation, and at `in`.
    if (token.text === 'in' && token.kind === 'keyword') target = false;
    if (depth === 0 && (token.text === ':' || isAugmented(token))) target = false;
    if (depth === 0 && token.text === '=') target = solid.slice(k + 1).some((later) => later.text === '=');
    const annotated = depth === 0 && k === 0 && after === ':' && solid[0].kind === 'name';
    const bindsByAs = before === 'as' || after === ':=';
    const plainTarget = target && before !== '.' && after !== '.' && after !== '(' && after !== '[';
    if (token.kind === 'name' && (bindsByAs || annotated || plainTarget)) names.add(token.text);
  });
}

function isAssignment(token: Token): boolean {
  return token.kind === 'op' && token.text === '=';
}

function isAugmented(token: Token): boolean {
  return token.kind === 'op' && /^[^=<>!:]+=$|^(<<|>>)=$/.test(token.text) && token.text !== '=';
}

/** Names an import statement binds. */
export function importedNames(statement: readonly { text: string; kind: string }[]): string[] {
  const from = statement[0].text === 'from';
  const start = statement.findIndex((token) => token.text === 'import');
  if (start < 0) return [];
  const names: string[] = [];
  for (let k = start + 1; k < statement.length; k++) {
    const { kind, text } = statement[k];
    const before = statement[k - 1].text;
    if (kind !== 'name' || before === '.') continue;
    if (before === 'as') names.pop();
    names.push(text);
    // `import a.b.c` binds `a`; `from a import b` binds `b`.
    if (!from) while (statement[k + 1]?.text === '.') k += 2;
  }
  return names;
}

/** All definitions in order of appearance, outer ones before those inside them. */
function findDefinitions(tokens: readonly Token[]): Definition[] {
  const found: Definition[] = [];
  const open: Definition[] = [];
  let decorators = -1;
  for (let i = 0; i < tokens.length;) {
    while (open.length > 0 && i >= open[open.length - 1].endToken) open.pop();
    const { kind, text } = tokens[i];
    if (kind === 'indent' || kind === 'dedent' || kind === 'error-indent') {
      i++;
      continue;
    }
    const at = text === 'async' && tokens[i + 1]?.text === 'def' ? i + 1 : i;
    const word = tokens[at].kind === 'keyword' ? tokens[at].text : '';
    if (kind === 'op' && text === '@') {
      if (decorators < 0) decorators = i;
    } else {
      if (word === 'def' || word === 'class') {
        const own = tokens[at + 1]?.kind === 'name' ? tokens[at + 1].text : '';
        const definition: Definition = {
          kind: word,
          name: [open.at(-1)?.name, own].filter((part) => part !== undefined).join('.'),
          nested: open.some((outer) => outer.kind === 'def'),
          firstToken: decorators < 0 ? i : decorators,
          endToken: blockEnd(tokens, i),
        };
        found.push(definition);
        open.push(definition);
      }
      decorators = -1;
    }
    i = statementEnd(tokens, i);
  }
  return found;
}

/** Index after the `newline` of the statement at `index`, or of `end`. */
function statementEnd(tokens: readonly Token[], index: number): number {
  let i = index;
  while (i < tokens.length && tokens[i].kind !== 'newline') i++;
  return i + 1;
}

/** Index after the statement at `index` and its block, the closing `dedent` included. */
function blockEnd(tokens: readonly Token[], index: number): number {
  let i = statementEnd(tokens, index);
  if (tokens[i]?.kind !== 'indent') return Math.min(i, tokens.length - 1);
  for (let level = 0; i < tokens.length; i++) {
    if (tokens[i].kind === 'indent') level++;
    if (tokens[i].kind === 'dedent' && --level === 0) return i + 1;
  }
  return tokens.length - 1;
}

/** End of the last token with characters in the span. */
function endOf(tokens: readonly Token[], first: number, end: number): number {
  let last = end - 1;
  while (last > first && (tokens[last].kind === 'dedent' || tokens[last].kind === 'indent')) last--;
  return tokens[last].end;
}

/** Offsets at which the text's lines start. */
function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length;) {
    if (!isLineBreak(source.charCodeAt(at))) at++;
    else starts.push((at = afterLineBreak(source, at)));
  }
  return starts;
}

/** 1-based line of an offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** Spans of tokens that hold line breaks; in order. */
function stringSpans(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind, text }) => kind === 'string' && /[\r\n]/.test(text));
}

function dedent(
  source: string,
  start: number,
  end: number,
  indent: string,
  strings: readonly Token[],
): string {
  const parts: string[] = [];
  let nextString = lowerBound(strings, start);
  let from = start;
  for (let at = start; at < end;) {
    if (!isLineBreak(source.charCodeAt(at))) {
      at++;
      continue;
    }
    parts.push(source.slice(from, at), '\n');
    at = from = afterLineBreak(source, at);
    while (nextString < strings.length && strings[nextString].end <= at) nextString++;
    const inside = nextString < strings.length && strings[nextString].start < at;
    if (!inside) at = from = at + commonPrefix(source, at, indent);
  }
  parts.push(source.slice(from, end));
  const text = parts.join('');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** First span that ends after `offset`. */
function lowerBound(spans: readonly Token[], offset: number): number {
  const at = spans.findIndex((span) => span.end > offset);
  return at < 0 ? spans.length : at;
}

function commonPrefix(source: string, at: number, indent: string): number {
  let length = 0;
  while (length < indent.length && source[at + length] === indent[length]) length++;
  return length;
}
