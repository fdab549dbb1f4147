import type { Member } from '../../records/token-features';
import { memberOf } from '../library/library';
import { isAttributeElsewhere, isOtherMethod, type FileView } from './file-index';
import { lineageOf } from './lineage';

/** What a method's own text says, which its view does not. */
export interface OwnText {
  /** Name that the `def` gives; '' where there is none. */
  name: string;
  /** Attributes that it assigns to its first parameter. */
  assigned: ReadonlySet<string>;
}

/** What the class of a method, and those that it inherits from, know of an attribute of its first parameter. */
export function ownMember(view: FileView, attribute: string, own: OwnText): Member {
  const { index, hidden, enclosingClass } = view;
  if (enclosingClass === null) return 'unknown';
  // Every object has these.
  if (/^__\w+__$/.test(attribute)) return 'inherited';
  const found = { method: attribute === own.name, inherited: false, read: false, unknown: false };
  for (const ancestor of lineageOf(index, enclosingClass)) {
    if (ancestor.kind === 'unknown') found.unknown = true;
    else if (ancestor.kind === 'library') {
      const member = memberOf({ kind: 'class', path: ancestor.path }, attribute, 'object');
      if (member === 'untold') found.unknown = true;
      else if (member !== 'missing') found.inherited = true;
    } else {
      const { facts } = ancestor;
      const mine = facts.name === enclosingClass ? hidden : null;
      const elsewhere = (counts: ReadonlyMap<string, number>, list: readonly string[] | undefined): boolean =>
        (counts.get(attribute) ?? 0) > (list?.includes(attribute) ? 1 : 0);
      if (facts.attributes.has(attribute) || elsewhere(facts.assigned, mine?.assigned)) return 'own-assigned';
      found.method ||= isOtherMethod(facts, attribute, hidden);
      found.read ||= elsewhere(facts.read, mine?.read);
      found.unknown ||= ['__getattr__', '__getattribute__'].some((name) => facts.methods.has(name));
    }
  }
  if (found.method) return 'own-method';
  if (found.inherited) return 'inherited';
  if (found.read) return 'own-read';
  if (own.assigned.has(attribute)) return 'own-here';
  return found.unknown ? 'inherited-maybe' : 'own-never';
}

/** What the file knows of an attribute of anything else. */
export function otherMember(view: FileView, attribute: string): Member {
  return isAttributeElsewhere(view, attribute) ? 'seen-elsewhere' : 'seen-nowhere';
}
