import type { Binding } from '../records/example';
import type { TokenText } from '../records/sample';
import { BUILTINS } from './builtins';
import { findDefinitions, type Definition } from './definitions';
import type { ModuleContext } from './functions';
import { isIndentation } from './indentation';
import {
  boundNames,
  bracketStep,
  parameterList,
  parameterNames,
  simpleStatements,
  statementEnd,
  type BoundName,
} from './statements';

/** Names of one module, class or function. */
interface Scope {
  kind: 'module' | 'class' | 'def';
  parent: Scope | undefined;
  names: Map<string, Binding>;
  /** Names that `global` sends to the module, `nonlocal` to an outer function. */
  declared: Set<string>;
  /** Lambda parameters and comprehension targets by name, with the tokens [from, to) in which they are known. */
  inner: Map<string, { binding: Binding; from: number; to: number }[]>;
}

/**
 * How each token is bound, one entry a token: names by scope, everything else `none` (keyword arguments of calls
 * too: they belong to the callee).
 *
 * Works on the tokens of a file or of a function alone, broken code included; then `context` tells what the
 * module around the function binds, and without it outer names are `builtin` or `unknown`. A name bound in any
 * function around the token is `parameter` or `local`, at module level `global`, by an import anywhere `import`.
 */
export function bindNames(tokens: readonly TokenText[], context?: ModuleContext): Binding[] {
  const module = newScope('module', undefined);
  for (const name of context?.names ?? []) module.names.set(name, 'global');
  for (const name of Object.keys(context?.imports ?? {})) module.names.set(name, 'import');
  const scopes = scopeOfTokens(tokens, module);
  collectNames(tokens, scopes);
  const line = lineFacts(tokens);
  return tokens.map((token, i) => (token.kind === 'name' ? classify(tokens, i, scopes[i], line) : 'none'));
}

function newScope(kind: Scope['kind'], parent: Scope | undefined): Scope {
  return { kind, parent, names: new Map(), declared: new Set(), inner: new Map() };
}

/** The scope each token is read in. A definition's header (name, decorators) belongs to the scope around it. */
function scopeOfTokens(tokens: readonly TokenText[], module: Scope): Scope[] {
  const scopes = new Array<Scope>(tokens.length).fill(module);
  // Outer definitions come first, so that inner ones overwrite their part.
  for (const definition of findDefinitions(tokens)) {
    const { kind, keyword, endToken } = definition;
    const scope = newScope(kind, scopes[keyword]);
    scopes.fill(scope, bodyStart(tokens, definition), endToken);
    if (kind !== 'def') continue;
    const [open, close] = parameterList(tokens, keyword, statementEnd(tokens, keyword));
    for (const index of parameterNames(tokens, open, close)) {
      scope.names.set(tokens[index].text, 'parameter');
      // Defaults and annotations are read outside, the parameter itself inside.
      scopes[index] = scope;
    }
  }
  return scopes;
}

/** First token after the header: after the colon for one-liners, else after the line. */
function bodyStart(tokens: readonly TokenText[], { keyword }: Definition): number {
  const end = statementEnd(tokens, keyword);
  const [, close] = parameterList(tokens, keyword, end);
  for (let i = Math.max(close, keyword); i < end; i++)
    if (tokens[i].text === ':' && tokens[i].kind === 'op') return i + 1;
  return end;
}

function collectNames(tokens: readonly TokenText[], scopes: readonly Scope[]): void {
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i))
    for (const bound of boundNames(tokens, skipIndentation(tokens, i), statementEnd(tokens, i)))
      bind(tokens[bound.index].text, bound, scopes[bound.index]);
}

function bind(name: string, { how, from, to }: BoundName, scope: Scope): void {
  if (how === 'declared') {
    scope.declared.add(name);
  } else if (how === 'parameter' || how === 'target') {
    const known = { binding: how === 'parameter' ? ('parameter' as const) : ('local' as const), from, to };
    scope.inner.set(name, [...(scope.inner.get(name) ?? []), known]);
  } else {
    const binding: Binding = how === 'import' ? 'import' : scope.kind === 'module' ? 'global' : 'local';
    // The first binding decides: a parameter assigned again stays a parameter.
    if (!scope.names.has(name)) scope.names.set(name, binding);
  }
}

function classify(tokens: readonly TokenText[], index: number, scope: Scope, line: LineFacts): Binding {
  const name = tokens[index].text;
  const before = tokens[index - 1];
  if (before?.text === '.' && before.kind === 'op') return line.inImport[index] ? 'import' : 'attribute';
  const inner = innerBinding(name, index, scope);
  if (isKeywordArgument(tokens, index, inner !== undefined, line)) return 'none';
  return inner ?? resolve(name, scope) ?? (line.inImport[index] ? 'import' : fallback(name));
}

function innerBinding(name: string, index: number, scope: Scope): Binding | undefined {
  return scope.inner.get(name)?.find(({ from, to }) => index >= from && index < to)?.binding;
}

function fallback(name: string): Binding {
  return BUILTINS.has(name) ? 'builtin' : 'unknown';
}

function resolve(name: string, from: Scope): Binding | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    // A class's names are seen in its own body only.
    if (scope.kind === 'class' && scope !== from) continue;
    if (scope.declared.has(name)) return resolveDeclared(name, scope);
    const binding = scope.names.get(name);
    if (binding) return binding;
  }
  return undefined;
}

function resolveDeclared(name: string, scope: Scope): Binding {
  for (let outer = scope.parent; outer; outer = outer.parent) {
    const binding = outer.kind === 'def' ? outer.names.get(name) : undefined;
    if (binding) return binding;
  }
  return 'global';
}

/** What {@link classify} needs to know of the line around a token. */
interface LineFacts {
  /** 1 inside import statements. */
  inImport: Uint8Array;
  /** Index of the innermost bracket open at a token, -1 outside brackets. */
  opener: Int32Array;
}

function lineFacts(tokens: readonly TokenText[]): LineFacts {
  const inImport = new Uint8Array(tokens.length);
  const opener = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const step = bracketStep(tokens[i]);
    if (tokens[i].kind === 'newline') open.length = 0;
    if (step < 0) open.pop();
    opener[i] = open.at(-1) ?? -1;
    if (step > 0) open.push(i);
  }
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i))
    for (const [from, to] of simpleStatements(tokens, skipIndentation(tokens, i), statementEnd(tokens, i))) {
      const { kind, text } = tokens[from] ?? { kind: 'end', text: '' };
      if (kind === 'keyword' && (text === 'import' || text === 'from')) inImport.fill(1, from, to);
    }
  return { inImport, opener };
}

function skipIndentation(tokens: readonly TokenText[], index: number): number {
  let i = index;
  while (i < tokens.length && isIndentation(tokens[i])) i++;
  return i;
}

/** `name=` in a call; in a parameter list it is a default. */
function isKeywordArgument(
  tokens: readonly TokenText[],
  index: number,
  inLambda: boolean,
  { opener }: LineFacts,
): boolean {
  const before = tokens[index - 1]?.text;
  const after = tokens[index + 1];
  if (after?.text !== '=' || after.kind !== 'op' || (before !== '(' && before !== ',')) return false;
  const open = opener[index];
  if (open < 0 || (inLambda && before === ',')) return false;
  return !(tokens[open - 1]?.kind === 'name' && tokens[open - 2]?.text === 'def');
}
