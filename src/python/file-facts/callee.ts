import type { FunctionFacts } from '../../records/file-context';
import { callOf, withoutFirst } from '../library/library';
import { lastPart, type FileView } from './file-index';
import { lineageOf } from './lineage';

/** Decorators that leave a signature as it is, by the last part of their names. */
const KEEPING = new Set([
  'staticmethod',
  'classmethod',
  'abstractmethod',
  'override',
  'final',
  'cache',
  'lru_cache',
  'contextmanager',
  'asynccontextmanager',
]);

/** Signatures, any of which a call may fit; undefined where they are not known. */
export type Signatures = readonly string[] | undefined;

/** Which class reaches a method: one of its objects, or the class itself. */
export type Access = 'object' | 'class';

/** What a method of the file may be called with through a class, or through `self` and `cls`. */
export function methodSignatures(
  view: FileView,
  ownName: string,
  [className, name, access]: readonly [className: string, name: string, access: Access],
): Signatures {
  for (const ancestor of lineageOf(view.index, className)) {
    if (ancestor.kind !== 'file') return undefined;
    const { facts } = ancestor;
    // The function at hand may be replaced by its own text only: its signature in the file is not looked at.
    if (facts.name === view.enclosingClass && name === ownName) return undefined;
    if (facts.attributes.has(name) || isAssignedElsewhere(view, facts.assigned.get(name), facts.name, name))
      return undefined;
    const methods = facts.methods.get(name)?.filter((one) => one !== view.hidden) ?? [];
    if (methods.length > 0) return signaturesOf(methods, access);
  }
  return undefined;
}

function isAssignedElsewhere(
  { hidden, enclosingClass }: FileView,
  count = 0,
  className: string,
  name: string,
): boolean {
  const mine = className === enclosingClass && hidden?.assigned.includes(name);
  return count > (mine ? 1 : 0);
}

function signaturesOf(methods: readonly FunctionFacts[], access: Access): Signatures {
  if (methods.length > 1) return undefined;
  const [{ signature, decorators }] = methods;
  const names = decorators.map(lastPart);
  if (signature === '' || names.some((name) => !KEEPING.has(name))) return undefined;
  if (names.includes('staticmethod')) return [signature];
  return [access === 'object' || names.includes('classmethod') ? bound(methods[0]) : signature];
}

const boundSignatures = new WeakMap<FunctionFacts, string>();

/** Signature of a method as its callers see it. */
function bound(method: FunctionFacts): string {
  let signature = boundSignatures.get(method);
  if (signature === undefined) boundSignatures.set(method, (signature = withoutFirst(method.signature)));
  return signature;
}

/** What a function or class of the module may be called with. */
export function functionSignatures(view: FileView, ownName: string, name: string): Signatures {
  const { index, hidden, enclosingClass } = view;
  if (enclosingClass === null && name === ownName) return undefined;
  // Bound otherwise as well: `load = traced(load)`.
  if (index.context.names.includes(name)) return undefined;
  const functions = index.functions.get(name)?.filter((one) => one !== hidden) ?? [];
  if (index.classes.has(name))
    return functions.length > 0 ? undefined : constructorSignatures(view, ownName, name);
  if (functions.length !== 1) return undefined;
  const [{ signature, decorators }] = functions;
  return signature === '' || decorators.some((one) => !KEEPING.has(lastPart(one))) ? undefined : [signature];
}

/** What a class of the file may be called with: the nearest `__init__`. Classes without one may be given one by a decorator. */
export function constructorSignatures(view: FileView, ownName: string, className: string): Signatures {
  let plain = true;
  for (const ancestor of lineageOf(view.index, className)) {
    if (ancestor.kind === 'unknown') return undefined;
    if (ancestor.kind === 'library')
      return plain ? callOf({ kind: 'class', path: ancestor.path }) : undefined;
    const { name, methods, attributes } = ancestor.facts;
    const isOwn = name === view.enclosingClass && ['__init__', '__new__'].includes(ownName);
    if (isOwn || methods.has('__new__') || attributes.has('__init__')) return undefined;
    const ways = methods.get('__init__')?.filter((one) => one !== view.hidden) ?? [];
    if (ways.length > 0) return signaturesOf(ways, 'object');
    plain &&= attributes.size === 0;
  }
  return undefined;
}
