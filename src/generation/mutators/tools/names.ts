import { BUILTINS } from '../../../python/names/builtins';
import { type MutationTarget, isAssignment, matchesAt, textAt } from '../../mutation/target';

/** Builtins, keywords, and every name that stands in the function or its module, attributes included. */
export const knownNames = oncePerTarget(
  ({ tokens, context }) =>
    new Set([
      ...BUILTINS,
      ...Object.keys(context.imports),
      ...context.names,
      ...tokens.filter(({ kind }) => kind === 'name' || kind === 'keyword').map(({ text }) => text),
    ]),
);

/** True for an attribute that is assigned to. */
export function isStored(target: MutationTarget, index: number): boolean {
  return isAssignment(textAt(target, index + 1));
}

/** Builtins, and names that stand in the function or module without a receiver. */
export const plainNames = oncePerTarget((target) => {
  const out = new Set([...BUILTINS, ...Object.keys(target.context.imports), ...target.context.names]);
  target.tokens.forEach(({ kind, text }, i) => {
    if (kind === 'name' && textAt(target, i - 1) !== '.') out.add(text);
  });
  return out;
});

/** Mutators ask for the names of a function at each of its sites: they are gathered once, as long as it is at hand. */
function oncePerTarget(
  gather: (target: MutationTarget) => ReadonlySet<string>,
): (target: MutationTarget) => ReadonlySet<string> {
  const known = new WeakMap<MutationTarget, ReadonlySet<string>>();
  return (target) => {
    let names = known.get(target);
    if (!names) known.set(target, (names = gather(target)));
    return names;
  };
}

/** Index of the parameter `self` at the start of the function's own list, or undefined. */
export function selfParameter(target: MutationTarget): number | undefined {
  const def = target.tokens.findIndex(({ kind, text }) => kind === 'keyword' && text === 'def');
  return def >= 0 && matchesAt(target, def + 2, '(', 'self') ? def + 3 : undefined;
}

/** True for the name behind a dot. */
export function isAttribute(target: MutationTarget, index: number): boolean {
  return target.bindings[index] === 'attribute' && textAt(target, index - 1) === '.';
}
