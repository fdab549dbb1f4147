import { importedNames } from '../../python/structure/imports';
import { argumentsOf, isCall, lineAt, matchesAt, textAt, type Argument, type MutationTarget } from './target';

/**
 * The dotted path that the name at token `last` stands for, by the imports of its file and function: with
 * `import numpy as np`, token `zeros` of `np.zeros` is `numpy.zeros`. A builtin that nothing shadows is its own
 * path (`open`). Undefined for attributes of anything else (`self.session.get`), and for names that are bound otherwise.
 */
export function qualifiedName(target: MutationTarget, last: number): string | undefined {
  let first = last;
  while (textAt(target, first - 1) === '.' && target.tokens[first - 2]?.kind === 'name') first -= 2;
  if (target.tokens[first]?.kind !== 'name' || textAt(target, first - 1) === '.') return undefined;
  const name = textAt(target, first);
  if (target.bindings[first] === 'builtin') return first === last ? name : undefined;
  const base = target.bindings[first] === 'import' ? importPath(target, name) : undefined;
  if (base === undefined) return undefined;
  let path = base;
  for (let i = first + 2; i <= last; i += 2) path += `.${textAt(target, i)}`;
  return path;
}

/** The path that an import of the file or of the function binds to a name: `numpy` for `np`. */
export function importPath(target: MutationTarget, name: string): string | undefined {
  const { imports } = target.context;
  return localImports(target).get(name) ?? (Object.hasOwn(imports, name) ? imports[name] : undefined);
}

const LOCAL_IMPORTS = new WeakMap<MutationTarget, ReadonlyMap<string, string>>();

/** What the function itself imports; worked out once a target. */
function localImports(target: MutationTarget): ReadonlyMap<string, string> {
  const known = LOCAL_IMPORTS.get(target);
  if (known) return known;
  const found = new Map<string, string>();
  for (const { first, end } of target.lines)
    for (const { name, path } of importedNames(target.tokens, first, end)) found.set(name, path);
  LOCAL_IMPORTS.set(target, found);
  return found;
}

/** True when the file imports `module`, anything below it, or a name from it: `usesModule(target, 'django')`. */
export function usesModule(target: MutationTarget, module: string): boolean {
  return modulesOf(target).has(module);
}

type Imports = MutationTarget['context']['imports'];
const MODULES_OF_FILE = new WeakMap<Imports, ReadonlySet<string>>();

/** Every imported path and the packages above it; those of the file are worked out once for all its functions. */
function modulesOf(target: MutationTarget): ReadonlySet<string> {
  const { imports } = target.context;
  let ofFile = MODULES_OF_FILE.get(imports);
  if (!ofFile) {
    ofFile = withParents(Object.values(imports));
    MODULES_OF_FILE.set(imports, ofFile);
  }
  const local = localImports(target);
  return local.size === 0 ? ofFile : new Set([...ofFile, ...withParents(local.values())]);
}

function withParents(paths: Iterable<string>): Set<string> {
  const out = new Set<string>();
  for (const path of paths)
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) out.add(path.slice(0, end));
  return out;
}

/** The name under which the file or function imports exactly `path`: `np` for `numpy`; undefined when it does not. */
export function importedAs(target: MutationTarget, path: string): string | undefined {
  const all = [...localImports(target), ...Object.entries(target.context.imports)];
  return all.find(([, imported]) => imported === path)?.[0];
}

/** Path of what the call with its parenthesis at `open` calls; see {@link qualifiedName}. */
export function calleeOf(target: MutationTarget, open: number): string | undefined {
  return isCall(target, open) ? qualifiedName(target, open - 1) : undefined;
}

/** The keyword argument `name=value` of a call, or undefined. Its first token is the name, the value starts 2 later. */
export function keywordArgument(target: MutationTarget, open: number, name: string): Argument | undefined {
  return argumentsOf(target, open).find(({ first }) => matchesAt(target, first, name, '='));
}

/** Lines [from, to) of the block below the header line `header` (an index in `target.lines`); empty for one-liners. */
export function blockOf({ lines }: MutationTarget, header: number): [from: number, to: number] {
  let to = header + 1;
  while (to < lines.length && lines[to].level > lines[header].level) to += 1;
  return [header + 1, to];
}

/** Index in `target.lines` of the header whose block the line stands in, -1 for the outermost lines. */
export function headerOf({ lines }: MutationTarget, line: number): number {
  let header = line - 1;
  while (header >= 0 && lines[header].level >= lines[line].level) header -= 1;
  return header;
}

/** First word of the line that token `index` stands in: `if`, `with`, `return`, a name. */
export function lineStart(target: MutationTarget, index: number): string {
  return textAt(target, lineAt(target, index).first);
}
