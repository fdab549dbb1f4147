import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import type { ModuleContext } from '../../records/file-context';
import { BUILTINS } from './builtins';
import { UNDEFINED } from './flow';
import { reachDefinitions } from './reaching';
import type { Scope } from './scopes';
import { findVariables, type Occurrence, type Variable, type VariableTable } from './variables';

/** Which definitions the uses of variables may see. Occurrences are named by their index in `occurrences`. */
export interface DefUse {
  variables: readonly Variable[];
  /** In token order. */
  occurrences: readonly Occurrence[];
  /** Of each token the index of its occurrence, -1 where it is no variable. */
  occurrenceOf: readonly number[];
  /** Of each token how it is bound; see `bindNames`. */
  bindings: readonly Binding[];
  /**
   * Of each use (`use`, `both`, `del`) the definitions whose value it may see, in order; empty for other roles, and for
   * names that nothing here defines.
   */
  reaching: readonly (readonly number[])[];
  /** Uses of a function's or module's own variable at which no definition can have run: they raise. */
  unbound: readonly number[];
  /** Uses that some way reaches without a definition, `unbound` ones not among them. */
  maybeUnbound: readonly number[];
  /** Definitions of functions' variables whose value nothing can see, and imports that nothing uses. */
  unused: readonly number[];
  /** Uses of names that nothing binds: no scope, no context, no builtin. */
  undefinedNames: readonly number[];
}

/**
 * Def-use chains of a file or a function, in time linear in its length but for deep nesting. Branches and loops are
 * merged: in a loop every definition of its body may reach every use in it, in a handler every definition of the `try`.
 * Functions and lambdas run at any time, so that they see every definition of the variables around them. Works on
 * broken code: what has no header or no block is read in order.
 *
 * @param context what the module around a function binds; see `contextAround`
 * @example
 * const { occurrences, reaching } = defUse(lex('x = 1\nif a:\n    x = 2\nprint(x)\n'));   // x of print sees both
 */
export function defUse(tokens: readonly TokenText[], context?: ModuleContext): DefUse {
  const table = findVariables(tokens, context);
  const { occurrences, variables } = table;
  const { reaching: all, guarded } = reachDefinitions(tokens, table);
  // Plain arrays here and below: a typed one is dear to make for the few tokens of a function.
  const occurrenceOf = new Array<number>(tokens.length).fill(-1);
  occurrences.forEach(({ token, inString }, i) => {
    if (!inString) occurrenceOf[token] = i;
  });
  const unbound: number[] = [];
  const maybeUnbound: number[] = [];
  all.forEach((definitions, i) => {
    if (!definitions?.includes(UNDEFINED) || guarded[occurrences[i].token] === 1) return;
    // A class body and a module fall back on what is outside them.
    const { scope, name } = variables[occurrences[i].variable];
    if (scope.kind === 'class' || (scope.kind === 'module' && BUILTINS.has(name))) return;
    (definitions.length === 1 ? unbound : maybeUnbound).push(i);
  });
  const reaching = all.map((definitions) => (definitions ?? []).filter((one) => one !== UNDEFINED));
  const undefinedNames = findUndefined(tokens, occurrences).filter(
    (i) => guarded[occurrences[i].token] === 0,
  );
  const unused = unusedDefinitions(tokens, table, reaching);
  return {
    variables,
    occurrences,
    occurrenceOf,
    bindings: table.bindings,
    reaching,
    unbound,
    maybeUnbound,
    unused,
    undefinedNames,
  };
}

function findUndefined(tokens: readonly TokenText[], occurrences: readonly Occurrence[]): number[] {
  // `from m import *` may bind any name.
  if (tokens.some(({ text }, i) => text === '*' && tokens[i - 1]?.text === 'import')) return [];
  return occurrences.flatMap(({ variable, role, name, inString }, i) =>
    variable < 0 && role === 'use' && !inString && !BUILTINS.has(name) ? [i] : [],
  );
}

function unusedDefinitions(
  tokens: readonly TokenText[],
  { occurrences, variables, scopes }: VariableTable,
  reaching: readonly (readonly number[])[],
): number[] {
  const seen = new Array<number>(occurrences.length).fill(0);
  for (const definitions of reaching) for (const one of definitions) seen[one] = 1;
  // `locals()` sees every variable of its function.
  const exposed = new Set<Scope>();
  for (const { name, variable, token } of occurrences)
    if (name === 'locals' && variable < 0) exposed.add(scopes[token]);
  let quoted: Set<string> | undefined;
  return occurrences.flatMap(({ role, variable, name, token }, i) => {
    // A `nonlocal` whose name nothing binds leaves a definition without a variable.
    if (variable < 0 || (role !== 'def' && role !== 'both') || seen[i] === 1) return [];
    const { binding, scope, inner } = variables[variable];
    if (inner || binding === 'parameter' || exposed.has(scope)) return [];
    if (binding === 'import')
      return scope.kind === 'class' || (quoted ??= quotedNames(tokens)).has(name) || isFuture(tokens, token)
        ? []
        : [i];
    return scope.kind === 'def' || isCaught(tokens, token) ? [i] : [];
  });
}

/** Names in strings that may be expressions: `__all__`, annotations of types that are defined later. */
function quotedNames(tokens: readonly TokenText[]): Set<string> {
  const names = new Set<string>();
  for (const { kind, text } of tokens)
    if (kind === 'string' && text.length < 200 && /^["'][\w.,[\]|'" ]+["']$/.test(text))
      for (const [name] of text.matchAll(/\w+/g)) names.add(name);
  return names;
}

/** Is the token the name that an `except` clause gives its exception, and deletes at its end? */
function isCaught(tokens: readonly TokenText[], token: number): boolean {
  if (tokens[token - 1]?.text !== 'as') return false;
  let start = token;
  while (start > 0 && tokens[start - 1].text !== '') start--;
  return tokens[start].text === 'except';
}

/** Does `from __future__ import` bind the name at `token`? */
function isFuture(tokens: readonly TokenText[], token: number): boolean {
  let start = token;
  while (start > 0 && tokens[start - 1].text !== '') start--;
  return tokens[start].text === 'from' && tokens[start + 1].text === '__future__';
}
