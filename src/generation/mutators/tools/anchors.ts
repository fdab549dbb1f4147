import { qualifiedName } from '../../mutation/structure';
import { type MutationTarget, isCall, textAt } from '../../mutation/target';

/**
 * Kinds of places that a form can start from. `call`: opening parentheses of calls; `path`: names that end a dotted
 * path of an import; `setting`: what follows a `=`; `line`: first tokens of logical lines; `sign`: other operators;
 * the rest are kinds of tokens.
 */
export const ANCHORS = [
  'call',
  'path',
  'setting',
  'line',
  'sign',
  'name',
  'string',
  'number',
  'keyword',
] as const;
/** One of {@link ANCHORS}. */
export type Anchor = (typeof ANCHORS)[number];

interface Anchored {
  places: Readonly<Record<Anchor, readonly number[]>>;
  paths: ReadonlyMap<number, string>;
}

const KNOWN = new WeakMap<MutationTarget, Anchored>();

/** Tokens of a kind, in order. Found once a target: many mutators ask for the same few places. */
export function anchorsOf(target: MutationTarget, anchor: Anchor): readonly number[] {
  return anchored(target).places[anchor];
}

/** The dotted path that ends at a name, through the imports; undefined for names that are no import's. */
export function importedPath(target: MutationTarget, last: number): string | undefined {
  return anchored(target).paths.get(last);
}

function anchored(target: MutationTarget): Anchored {
  const known = KNOWN.get(target);
  if (known) return known;
  const places = Object.fromEntries(ANCHORS.map((anchor) => [anchor, []])) as unknown as Record<
    Anchor,
    number[]
  >;
  const paths = new Map<number, string>();
  target.tokens.forEach(({ kind, text }, i) => {
    if (textAt(target, i - 1) === '=') places.setting.push(i);
    if (kind === 'op') places[isCall(target, i) ? 'call' : 'sign'].push(i);
    else if (kind === 'name' || kind === 'string' || kind === 'number' || kind === 'keyword')
      places[kind].push(i);
    const path = kind === 'name' ? pathAt(target, paths, i, text) : undefined;
    if (path === undefined) return;
    paths.set(i, path);
    places.path.push(i);
  });
  places.line.push(...target.lines.map(({ first }) => first));
  const found = { places, paths };
  KNOWN.set(target, found);
  return found;
}

function pathAt(
  target: MutationTarget,
  paths: ReadonlyMap<number, string>,
  i: number,
  text: string,
): string | undefined {
  if (textAt(target, i - 1) !== '.')
    return target.bindings[i] === 'import' && target.loads[i] === 1 ? qualifiedName(target, i) : undefined;
  const base = paths.get(i - 2);
  return base === undefined ? undefined : `${base}.${text}`;
}
