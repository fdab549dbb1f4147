import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { canonicalName } from './canonical-name';
import { findDefinitions, type Definition } from '../structure/definitions';
import type { ModuleContext } from '../../records/file-context';
import { boundNames, type BoundName } from '../structure/bound-names';
import { parameterList, parameterNames, typeParameters } from '../structure/parameters';
import { skipIndentation, statementEnd } from '../structure/logical-lines';

/** Names of one module, class or function. */
export interface Scope {
  kind: 'module' | 'class' | 'def';
  parent: Scope | undefined;
  /** Names bound here, each in its canonical form; the first binding decides. */
  names: Map<string, Binding>;
  /** Names that `global` sends to the module, and `nonlocal` to an outer function. */
  globals: Set<string>;
  nonlocals: Set<string>;
  /** Lambda parameters and comprehension targets by name. */
  inner: Map<string, InnerScope[]>;
}

/** A lambda or comprehension that binds a name: the name is known in tokens [from, to). */
export interface InnerScope {
  binding: Binding;
  from: number;
  to: number;
  /** But not in these tokens. */
  hole?: [from: number, to: number];
}

/** The scopes of a token list. */
export interface ScopeMap {
  module: Scope;
  /** Scope that each token is read in: a definition's header (name, decorators) belongs to the scope around it. */
  of: readonly Scope[];
  /** Every place where a name is bound, parameters of functions included (`def`: one of those). */
  bound: readonly (BoundName & { def?: boolean })[];
}

/** A name's place of definition: the scope, and the lambda or comprehension inside it if that binds the name. */
export interface Resolved {
  scope: Scope;
  inner: InnerScope | undefined;
  binding: Binding;
}

/** Scopes of a file's or a function's tokens; `context` tells what the module around a function binds. */
export function findScopes(tokens: readonly TokenText[], context?: ModuleContext): ScopeMap {
  const module = newScope('module', undefined);
  for (const name of context?.names ?? []) module.names.set(canonicalName(name), 'global');
  for (const name of Object.keys(context?.imports ?? {})) module.names.set(canonicalName(name), 'import');
  const bound: (BoundName & { def?: boolean })[] = [];
  const outermost = context?.classNames ? newScope('class', module) : module;
  for (const name of context?.classNames ?? []) outermost.names.set(canonicalName(name), 'local');
  const of = scopeOfTokens(tokens, outermost, bound);
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i))
    for (const one of boundNames(tokens, skipIndentation(tokens, i), statementEnd(tokens, i))) {
      bind(tokens, one, of[one.index]);
      bound.push(one);
    }
  declareGlobals(module, of);
  return { module, of, bound };
}

/** Where a name read at a token, in its canonical form, is bound; undefined for builtins and names that nothing here binds. */
export function resolveName(name: string, index: number, from: Scope): Resolved | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const inner = innerScope(name, index, scope);
    if (inner) return { scope, inner, binding: inner.binding };
    // A class's names are seen in its own body only.
    if (scope.kind === 'class' && scope !== from) continue;
    if (scope.globals.has(name)) return { ...moduleScope(scope, name), inner: undefined };
    if (scope.nonlocals.has(name)) continue;
    const binding = scope.names.get(name);
    if (binding) return { scope, inner: undefined, binding };
  }
  return undefined;
}

/**
 * Is a name, in its canonical form, bound around tokens [first, end) of a scope: in it or in those that it sees?
 * Lambdas and comprehensions inside the span do not count.
 */
export function isBoundAround(name: string, [first, end]: readonly [number, number], from: Scope): boolean {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    if (scope.inner.get(name)?.some((inner) => inner.from < first && inner.to >= end)) return true;
    if (scope.kind === 'class' && scope !== from) continue;
    if (scope.names.has(name) || scope.globals.has(name)) return true;
  }
  return false;
}

function moduleScope(from: Scope, name: string): { scope: Scope; binding: Binding } {
  let scope = from;
  while (scope.parent) scope = scope.parent;
  return { scope, binding: scope.names.get(name) ?? 'global' };
}

/** The innermost lambda or comprehension around a token that binds a name. */
function innerScope(name: string, index: number, scope: Scope): InnerScope | undefined {
  return scope.inner
    .get(name)
    ?.findLast(
      ({ from, to, hole }) => index >= from && index < to && !(hole && index >= hole[0] && index < hole[1]),
    );
}

function newScope(kind: Scope['kind'], parent: Scope | undefined): Scope {
  return { kind, parent, names: new Map(), globals: new Set(), nonlocals: new Set(), inner: new Map() };
}

function scopeOfTokens(
  tokens: readonly TokenText[],
  outermost: Scope,
  bound: (BoundName & { def?: boolean })[],
): Scope[] {
  const scopes = new Array<Scope>(tokens.length).fill(outermost);
  // Outer definitions come first, so that inner ones overwrite their part.
  for (const definition of findDefinitions(tokens)) {
    const { kind, keyword, endToken } = definition;
    const scope = newScope(kind, scopes[keyword]);
    const from = bodyStart(tokens, definition);
    for (const index of typeParameters(tokens, keyword)) {
      const parameter: BoundName = { index, how: 'target', from: keyword, to: endToken };
      bind(tokens, parameter, scopes[keyword]);
      bound.push(parameter);
    }
    scopes.fill(scope, from, endToken);
    if (kind !== 'def') continue;
    const [open, close] = parameterList(tokens, keyword, statementEnd(tokens, keyword));
    for (const index of parameterNames(tokens, open, close)) {
      scope.names.set(canonicalName(tokens[index].text), 'parameter');
      bound.push({ index, how: 'parameter', from, to: endToken, def: true });
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

function bind(tokens: readonly TokenText[], { index, how, from, to, hole }: BoundName, scope: Scope): void {
  const name = canonicalName(tokens[index].text);
  if (how === 'global' || how === 'nonlocal') {
    (how === 'global' ? scope.globals : scope.nonlocals).add(name);
  } else if (how === 'parameter' || how === 'target') {
    const binding = how === 'parameter' ? ('parameter' as const) : ('local' as const);
    const known = scope.inner.get(name);
    if (known) known.push({ binding, from, to, hole });
    else scope.inner.set(name, [{ binding, from, to, hole }]);
  } else {
    const binding: Binding = how === 'import' ? 'import' : scope.kind === 'module' ? 'global' : 'local';
    // A parameter assigned again stays a parameter.
    if (!scope.names.has(name)) scope.names.set(name, binding);
  }
}

/** A name that a function declares `global` and binds is the module's; at module level the statement says nothing. */
function declareGlobals(module: Scope, of: readonly Scope[]): void {
  for (const scope of new Set(of)) {
    for (const name of scope.globals) {
      const binding = scope.names.get(name);
      scope.names.delete(name);
      if (binding && !module.names.has(name))
        module.names.set(name, binding === 'import' ? 'import' : 'global');
    }
    for (const name of scope.nonlocals) scope.names.delete(name);
  }
  module.globals.clear();
}
