import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { classifyNames } from './bindings';
import { canonicalName } from './canonical-name';
import { findOutside } from './flow';
import { formatFieldNames } from './format-names';
import type { ModuleContext } from '../../records/file-context';
import { findScopes, resolveName, type InnerScope, type Scope } from './scopes';
import { simpleStatements } from '../structure/statements';
import { skipIndentation, statementEnd } from '../structure/logical-lines';

/**
 * What a name does: `def` binds it, `use` reads it, `both` is an augmented assignment, `del` deletes it; `declare` is a
 * `global`, `nonlocal` or an annotation without a value.
 */
export type OccurrenceRole = 'def' | 'use' | 'both' | 'del' | 'declare';

/** A place where a variable is named. */
export interface Occurrence {
  /** Token index: of the name, or of the f-string in whose field it stands. */
  token: number;
  /** Canonical, see `canonicalName`. */
  name: string;
  role: OccurrenceRole;
  /** Index in `variables`; -1 for builtins and names that nothing binds. */
  variable: number;
  inString: boolean;
}

/** A name of one scope: all its occurrences mean the same. */
export interface Variable {
  name: string;
  /** Scope that binds it, and the lambda or comprehension inside that, if it is one of those. */
  scope: Scope;
  inner: InnerScope | undefined;
  binding: Binding;
  /** Occurrences that give it a value (`def` and `both`); none when only the context binds it. */
  definitions: number[];
  /** Of a class's variable the one outside that is read while the class has none yet; -1 without one. */
  outer: number;
}

/** Names of a token list by variable. */
export interface VariableTable {
  variables: Variable[];
  /** In token order. */
  occurrences: Occurrence[];
  /** Scope of each token. */
  scopes: readonly Scope[];
  /** Of each token how it is bound; see `bindNames`. */
  bindings: readonly Binding[];
}

/** Every variable occurrence of a file or function; attributes, keyword arguments and module paths are none. */
export function findVariables(tokens: readonly TokenText[], context?: ModuleContext): VariableTable {
  const scopes = findScopes(tokens, context);
  const bindings = classifyNames(tokens, scopes);
  const roles = bindingRoles(tokens, scopes.bound);
  const table: VariableTable = { variables: [], occurrences: [], scopes: scopes.of, bindings };
  const known = new Map<object, Map<string, number>>();
  const add = (token: number, name: string, role: OccurrenceRole, inString: boolean): void => {
    const variable = variableAt(table, known, name, token);
    if (role === 'def' || role === 'both')
      table.variables[variable]?.definitions.push(table.occurrences.length);
    table.occurrences.push({ token, name, role, variable, inString });
  };
  tokens.forEach(({ kind, text }, i) => {
    if (kind === 'string')
      for (const name of formatFieldNames(text)) add(i, canonicalName(name), 'use', true);
    if (kind !== 'name') return;
    const role = roles.get(i);
    const name = canonicalName(text);
    if (role) add(i, name, role, false);
    else if (!roles.has(i) && isRead(bindings[i])) add(i, name, 'use', false);
  });
  return table;
}

function isRead(binding: Binding): boolean {
  return binding !== 'none' && binding !== 'attribute';
}

function variableAt(
  table: VariableTable,
  known: Map<object, Map<string, number>>,
  name: string,
  token: number,
): number {
  const { scopes } = table;
  return resolvedVariable(table, known, name, token, scopes[token]);
}

function resolvedVariable(
  table: VariableTable,
  known: Map<object, Map<string, number>>,
  name: string,
  token: number,
  from: Scope,
): number {
  const { variables } = table;
  const resolved = resolveName(name, token, from);
  if (!resolved) return -1;
  const owner = resolved.inner ?? resolved.scope;
  const names = known.get(owner) ?? new Map<string, number>();
  known.set(owner, names);
  const found = names.get(name);
  if (found !== undefined) return found;
  const index = variables.length;
  names.set(name, index);
  const variable: Variable = { name, ...resolved, definitions: [], outer: -1 };
  variables.push(variable);
  let around = resolved.inner ? undefined : resolved.scope;
  while (around?.kind === 'class') around = around.parent;
  if (around && around !== resolved.scope)
    variable.outer = resolvedVariable(table, known, name, token, around);
  return index;
}

/** Roles of the names that statements bind, and of the parts of import statements that are no variables. */
function bindingRoles(
  tokens: readonly TokenText[],
  bound: ReturnType<typeof findScopes>['bound'],
): Map<number, OccurrenceRole | undefined> {
  const roles = new Map<number, OccurrenceRole | undefined>();
  const deleted = new Set<number>();
  for (let i = 0; i < tokens.length; i = statementEnd(tokens, i))
    for (const [from, to] of simpleStatements(tokens, skipIndentation(tokens, i), statementEnd(tokens, i)))
      for (let k = from; k < to && tokens[from].kind === 'keyword'; k++) {
        if (tokens[from].text === 'del') deleted.add(k);
        else if (tokens[from].text === 'import' || tokens[from].text === 'from') roles.set(k, undefined);
        else break;
      }
  for (const { index, how } of bound) {
    if (how === 'global' || how === 'nonlocal') roles.set(index, 'declare');
    else if (how === 'name' && deleted.has(index)) roles.set(index, 'del');
    else if (how === 'name') roles.set(index, assignmentRole(tokens, index));
    else roles.set(index, 'def');
  }
  return roles;
}

const AUGMENTED = /^(\*\*|\/\/|<<|>>|[-+*/%@&|^])=$/;

function assignmentRole(tokens: readonly TokenText[], index: number): OccurrenceRole {
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const starts = before === undefined || before.text === ';' || before.text === '';
  if (!starts || after?.kind !== 'op') return 'def';
  if (AUGMENTED.test(after.text)) return 'both';
  const end = statementEnd(tokens, index);
  const bare = after.text === ':' && findOutside(tokens, index + 2, end, '=') === end;
  return bare ? 'declare' : 'def';
}
