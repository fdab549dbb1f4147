import { resolvePath } from '../library/library';
import type { ClassIndex, FileIndex } from './file-index';

/** A class that another one inherits from, or that class itself. */
export type Ancestor =
  | { kind: 'file'; facts: ClassIndex }
  /** Of the standard library, by the table's name for it. */
  | { kind: 'library'; path: string }
  | { kind: 'unknown' };

/** More ancestors are taken as unknown. */
const MOST_ANCESTORS = 64;

const UNKNOWN: Ancestor = { kind: 'unknown' };
const lineages = new WeakMap<FileIndex, Map<string, readonly Ancestor[]>>();

/** A class of the file and what it inherits from, nearest first. A name that is no class of the file is unknown. */
export function lineageOf(index: FileIndex, className: string): readonly Ancestor[] {
  const known = lineages.get(index) ?? new Map<string, readonly Ancestor[]>();
  lineages.set(index, known);
  let found = known.get(className);
  if (!found) known.set(className, (found = findLineage(index, className)));
  return found;
}

function findLineage(index: FileIndex, className: string): readonly Ancestor[] {
  const found: Ancestor[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const facts = index.classes.get(name);
    if (seen.has(name)) return;
    seen.add(name);
    if (!facts || found.length >= MOST_ANCESTORS) {
      found.push(UNKNOWN);
      return;
    }
    found.push({ kind: 'file', facts });
    for (const base of facts.bases) {
      const ancestor = baseOf(index, name, base);
      if (typeof ancestor === 'string') visit(ancestor);
      else if (ancestor) found.push(ancestor);
    }
  };
  visit(className);
  return found;
}

/** Bases that give a class nothing, by the last part of their names. */
const BARE = new Set(['object', 'Generic', 'Protocol', 'ABC']);

/** What a text of a class's header stands for: a class of the file by name; undefined for what adds nothing. */
function baseOf(
  { classes, context }: FileIndex,
  className: string,
  text: string,
): Ancestor | string | undefined {
  const keyword = /^(\w+)=(?!=)/.exec(text);
  if (keyword) {
    const plain = keyword[1] !== 'metaclass' || /^metaclass=(abc\.)?ABCMeta$/.test(text);
    return plain ? undefined : UNKNOWN;
  }
  const path = /^[\w.]+(?=$|\[)/.exec(text)?.[0];
  if (path === undefined) return UNKNOWN;
  if (BARE.has(path.slice(path.lastIndexOf('.') + 1))) return undefined;
  // In the classes around it first, then in the module.
  for (let around = className; around !== '';) {
    around = around.slice(0, Math.max(0, around.lastIndexOf('.')));
    const name = around === '' ? path : `${around}.${path}`;
    if (classes.has(name)) return name;
  }
  const [root, ...rest] = path.split('.');
  const imported = Object.hasOwn(context.imports, root) ? context.imports[root] : undefined;
  const bound = imported ?? (context.names.includes(root) ? undefined : `builtins.${root}`);
  const entity = bound === undefined ? undefined : resolvePath([bound, ...rest].join('.'));
  return entity?.kind === 'class' ? { kind: 'library', path: entity.path } : UNKNOWN;
}
