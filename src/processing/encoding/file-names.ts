import { nearness } from '../../core/text/near-spelling';
import { isModule, membersOf } from '../../python/library/library';
import { MAX_PIECES, type ExampleNames } from '../../records/example';
import type { FunctionFacts, Mentions, Surroundings } from '../../records/file-context';
import { MAX_FILE_NAMES, NAME_TRAITS, type NameTrait } from '../../records/file-names';
import type { TokenText } from '../../records/sample';
import { codesOf } from '../../records/token-features';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { tokenKey } from '../vocabulary/closed-vocabulary';

/** A name of the file, with what is known of it. */
export interface FileName {
  text: string;
  /** Bit i: `NAME_TRAITS[i]` is true. */
  traits: number;
}

/** Bit of each trait. */
const BIT = Object.fromEntries(
  Object.entries(codesOf(NAME_TRAITS)).map(([name, code]) => [name, 1 << code]),
) as Readonly<Record<NameTrait, number>>;

/** Bits of some traits. */
export function maskOf(traits: readonly NameTrait[]): number {
  return traits.reduce((mask, trait) => mask | BIT[trait], 0);
}

/** How far away names are that a function of the file speaks of: this far for each function between. */
const FUNCTION_STEP = 8;
/** The same for names that the module or its classes bind or speak of. */
const MODULE_DISTANCE = 64;
/** ... and for members of the own class, of the classes that it is made from, of other classes. */
const OWN_DISTANCE = 0;
const INHERITED_DISTANCE = 16;

const MENTION_TRAITS: Readonly<Record<keyof Mentions, NameTrait>> = {
  variables: 'variable',
  calls: 'called',
  attributes: 'attribute',
  methods: 'method',
  keywords: 'keyword',
};

/** Functions before and after the hidden one whose words are read; of those farther away only what they are. */
const NEIGHBOURS = 48;

/** Functions that speak of a name before it is `common`. */
const COMMON = 3;

interface Known {
  traits: number;
  /** The nearest place that speaks of it: the lower, the sooner it is taken. */
  distance: number;
  functions: number;
}

/** Names by text while they are gathered. */
class Names {
  readonly known = new Map<string, Known>();

  add(text: string, trait: NameTrait, distance: number): Known {
    const known = this.known.get(text);
    if (!known) {
      const made = { traits: BIT[trait], distance, functions: 0 };
      this.known.set(text, made);
      return made;
    }
    known.traits |= BIT[trait];
    if (distance < known.distance) known.distance = distance;
    return known;
  }

  addMentions(mentions: Mentions, distance: number, spoken?: Set<string>): void {
    for (const [list, trait] of Object.entries(MENTION_TRAITS))
      for (const text of mentions[list as keyof Mentions]) {
        this.add(text, trait, distance);
        spoken?.add(text);
      }
  }

  /** What a function that stands `distance` away speaks of, and what it is itself. */
  addFunction(facts: FunctionFacts, { ofClass, own, distance }: Relation): void {
    const spoken = new Set<string>();
    const isNear = distance <= NEIGHBOURS * FUNCTION_STEP;
    if (isNear) this.addMentions(facts.mentions, distance, spoken);
    const nearest = own === null ? distance : Math.min(distance, own.distance);
    for (const text of isNear || own ? [...facts.assigned, ...facts.read] : []) {
      this.add(text, own?.attribute ?? 'member', nearest);
      spoken.add(text);
    }
    for (const text of spoken) (this.known.get(text) as Known).functions++;
    const name = facts.name.slice(facts.name.lastIndexOf('.') + 1);
    if (ofClass === '') this.add(name, 'module-function', Math.min(distance, MODULE_DISTANCE));
    else this.add(name, own?.method ?? 'member', nearest);
  }

  /** Nearest first; of equals the first that came. */
  sorted(): FileName[] {
    return [...this.known]
      .map(([text, { traits, distance, functions }]) => ({
        text,
        traits: functions >= COMMON ? traits | BIT.common : traits,
        distance,
      }))
      .sort((a, b) => a.distance - b.distance)
      .map(({ text, traits }) => ({ text, traits }));
  }
}

/** How a function of the file stands to the hidden one. */
interface Relation {
  /** Class it is a method of; '' for functions of the module. */
  ofClass: string;
  /** Traits and distance of its members where its class is the hidden one's, or one that this is made from. */
  own: { attribute: NameTrait; method: NameTrait; distance: number } | null;
  distance: number;
}

const OWN = { attribute: 'own-attribute', method: 'own-method', distance: OWN_DISTANCE } as const;
const INHERITED = { attribute: 'inherited', method: 'inherited', distance: INHERITED_DISTANCE } as const;

const prepared = new WeakMap<Surroundings, FileName[]>();

/**
 * Names that the code around a function speaks of, nearest first: those of its class, then of the functions beside it, of
 * the module, of functions farther away. They are gathered once for each `surroundings`.
 */
export function namesAround(surroundings: Surroundings): readonly FileName[] {
  const known = prepared.get(surroundings);
  if (known) return known;
  const names = gather(surroundings);
  prepared.set(surroundings, names);
  return names;
}

function gather(surroundings: Surroundings): FileName[] {
  const { imports, enclosingClass, classes, functions, before, mentions } = surroundings;
  const names = new Names();
  const lineage = enclosingClass === null ? new Map<string, Relation['own']>() : lineageOf(surroundings);
  functions.forEach((facts, index) => {
    const ofClass = classOf(facts.name);
    const distance = FUNCTION_STEP * (index < before ? before - index : index - before + 1);
    names.addFunction(facts, { ofClass, own: lineage.get(ofClass) ?? null, distance });
  });
  for (const { name, attributes } of classes) {
    const own = lineage.get(name);
    if (!name.includes('.')) names.add(name, 'class', MODULE_DISTANCE);
    for (const text of attributes)
      names.add(text, own?.attribute ?? 'member', own?.distance ?? MODULE_DISTANCE);
  }
  for (const name of surroundings.names) names.add(name, 'module-name', MODULE_DISTANCE);
  for (const name of Object.keys(imports)) names.add(name, 'import', MODULE_DISTANCE);
  names.addMentions(mentions, MODULE_DISTANCE);
  return names.sorted();
}

/** The class around the hidden function and those of the file that it is made from, directly or not. */
function lineageOf({ enclosingClass, classes }: Surroundings): Map<string, Relation['own']> {
  const lineage = new Map<string, Relation['own']>([[enclosingClass ?? '', OWN]]);
  const byName = new Map(classes.map((one) => [one.name, one]));
  const open = [enclosingClass ?? ''];
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const base of byName.get(name)?.bases ?? []) {
      const plain = /^[\w.]+/.exec(base)?.[0] ?? '';
      if (!byName.has(plain) || lineage.has(plain)) continue;
      lineage.set(plain, INHERITED);
      open.push(plain);
    }
  return lineage;
}

function classOf(name: string): string {
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
}

/** What the names for a window are taken from. */
export interface NameSource {
  surroundings: Surroundings;
  /** Tokens of the function that the window was cut from. */
  functionTokens: readonly TokenText[];
}

/** The names of a file for one of its windows: those that do not stand in it, nearest first; then the library's. */
export function namesForWindow(
  window: readonly TokenText[],
  { surroundings, functionTokens }: NameSource,
): FileName[] {
  const inWindow = new Set(namesIn(window));
  const chosen = new Map<string, FileName>();
  if (functionTokens.length > window.length)
    for (const text of namesIn(functionTokens))
      if (!inWindow.has(text)) chosen.set(text, { text, traits: BIT.function });
  const add = ({ text, traits }: FileName): void => {
    const known = chosen.get(text);
    if (known) known.traits |= traits;
    else if (chosen.size < MAX_FILE_NAMES && !inWindow.has(text)) chosen.set(text, { text, traits });
  };
  namesAround(surroundings).forEach(add);
  for (const text of libraryNames(inWindow, surroundings)) add({ text, traits: BIT.library });
  return [...chosen.values()].slice(0, MAX_FILE_NAMES);
}

/** Members of the library's modules that a window speaks of, by the names that the file's imports give them. */
function libraryNames(inWindow: ReadonlySet<string>, { imports }: Surroundings): string[] {
  const modules = Object.entries(imports).flatMap(([name, path]) => (inWindow.has(name) ? [path] : []));
  // `os.path` is reached through `os`.
  const inner = modules.flatMap((path) => [...inWindow].map((name) => `${path}.${name}`));
  const members = [...inner, ...modules].filter(isModule).flatMap(membersOf);
  // Constants last: of the 458 members of `os` nearly half are.
  return [...members.filter(isPlain), ...members.filter((name) => !isPlain(name))];
}

const isPlain = (name: string): boolean => name !== name.toUpperCase();

function namesIn(tokens: readonly TokenText[]): string[] {
  return tokens.flatMap(({ kind, text }) => (kind === 'name' ? [text] : []));
}

/** Names as the model reads them. */
export function encodeNames(
  names: readonly FileName[],
  window: readonly TokenText[],
  { groupOf, tokenizer }: { groupOf: ReadonlyMap<string, number>; tokenizer: Tokenizer },
): ExampleNames {
  const pieces = new Uint16Array(names.length * MAX_PIECES);
  names.forEach(({ text }, i) => {
    pieces.set(tokenizer.encode({ kind: 'name', text }), i * MAX_PIECES);
  });
  return {
    texts: names.map(({ text }) => text),
    pieces,
    traits: Uint16Array.from(names, ({ traits }) => traits),
    near: nearGroups(names, window, groupOf),
  };
}

/** For each name 1 + the copy group of the window's name spelt most like it, the first of equals; 0 for none. */
function nearGroups(
  names: readonly FileName[],
  window: readonly TokenText[],
  groupOf: ReadonlyMap<string, number>,
): Uint16Array {
  const spelt = [...new Set(namesIn(window))].map((text) => ({ text, letters: lettersOf(text) }));
  return Uint16Array.from(names, ({ text }) => {
    const letters = lettersOf(text);
    let best = { distance: Infinity, group: 0 };
    for (const other of spelt) {
      // A slip changes two letters at most, so two slips four: most pairs need no closer look.
      if (bitCount(letters ^ other.letters) > 4) continue;
      const distance = nearness(other.text, text);
      if (distance === null || distance >= best.distance) continue;
      best = { distance, group: 1 + (groupOf.get(tokenKey({ kind: 'name', text: other.text })) ?? -1) };
    }
    return best.group;
  });
}

/** Which letters a word has, one bit for each of 32 classes. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits |= 1 << (text.charCodeAt(i) & 31);
  return bits;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
