import type { Nearness } from '../../records/token-features';
import { mentionsElsewhere, type FileIndex, type FileView } from './file-index';

/** Shorter names are near everything. */
const SHORTEST = 4;

/** What names are when a bit is left out: names that share a key are near each other. */
interface NameKeys {
  letters: readonly string[];
  parts: readonly string[];
}

/** The names of a file by their keys. */
interface NearIndex {
  /** Key -> the names that have it, those that most functions mention first. */
  names: ReadonlyMap<string, readonly string[]>;
  /** Keys of the file's names that other names have, too; filled as they are asked for. */
  shared: Map<string, NameKeys>;
}

const indexes = new WeakMap<FileIndex, NearIndex>();

/** A name of a piece of code. */
export interface NameOfCode {
  name: string;
  /** Places in the code. */
  count: number;
  /** See `mentionsElsewhere`. */
  elsewhere: number;
}

/**
 * Whether names of a piece of code are nearly others that are more familiar: mentioned in more functions of the file,
 * the places in this code counted as well. In time linear in the names of the file (once) and of the code.
 * @returns entries for those that are
 */
export function nearnesses(view: FileView, names: ReadonlyMap<string, NameOfCode>): Map<string, Nearness> {
  const { index } = view;
  let file = indexes.get(index);
  if (!file) indexes.set(index, (file = indexNames(index)));
  // What all names have in common with a name that is new to the file is not known yet.
  let known = true;
  for (const name of names.keys()) known &&= index.names.has(name);
  const unsure: { one: NameOfCode; keys: NameKeys }[] = [];
  for (const one of names.values()) {
    const keys = known ? sharedKeys(file, one.name) : allKeys(one.name);
    if (keys !== NO_KEYS) unsure.push({ one, keys });
  }
  const bests = new Map<string, Best>();
  for (const { one, keys } of unsure)
    for (const list of [keys.letters, keys.parts])
      for (const key of list) {
        let best = bests.get(key);
        if (!best) bests.set(key, (best = bestElsewhere(file.names.get(key) ?? [], view, names)));
        improve(best, one.name, one.elsewhere + one.count);
      }
  const found = new Map<string, Nearness>();
  for (const { one, keys } of unsure) {
    const isNear = (key: string): boolean => {
      const best = bests.get(key);
      return (
        best !== undefined && (best.name === one.name ? best.second : best.first) > one.elsewhere + one.count
      );
    };
    if (keys.letters.some(isNear)) found.set(one.name, 'near');
    else if (keys.parts.some(isNear)) found.set(one.name, 'shares-parts');
  }
  return found;
}

/** The most familiar name of several, and how familiar it and the next one are. */
interface Best {
  name: string;
  first: number;
  second: number;
}

function improve(best: Best, name: string, weight: number): void {
  if (weight > best.first) {
    best.second = best.first;
    best.first = weight;
    best.name = name;
  } else if (weight > best.second) best.second = weight;
}

/** The best of those that the code at hand does not have. */
function bestElsewhere(names: readonly string[], view: FileView, own: ReadonlyMap<string, NameOfCode>): Best {
  const best: Best = { name: '', first: 0, second: 0 };
  for (const name of names) {
    if (own.has(name)) continue;
    // The following ones are mentioned no more often.
    if ((view.index.names.get(name)?.mentions ?? 0) <= best.second) break;
    improve(best, name, mentionsElsewhere(view, name));
  }
  return best;
}

function indexNames(index: FileIndex): NearIndex {
  const names = new Map<string, string[]>();
  const byCount = [...index.names].sort(([, a], [, b]) => b.mentions - a.mentions);
  for (const [name] of byCount) {
    const { letters, parts } = allKeys(name);
    for (const keys of [letters, parts])
      for (const key of keys) {
        const same = names.get(key);
        if (same) same.push(name);
        else names.set(key, [name]);
      }
  }
  return { names, shared: new Map() };
}

function sharedKeys({ names, shared }: NearIndex, name: string): NameKeys {
  let keys = shared.get(name);
  if (!keys) {
    const { letters, parts } = allKeys(name);
    const isShared = (key: string): boolean => (names.get(key)?.length ?? 0) > 1;
    keys = { letters: letters.filter(isShared), parts: parts.filter(isShared) };
    if (keys.letters.length + keys.parts.length === 0) keys = NO_KEYS;
    shared.set(name, keys);
  }
  return keys;
}

/** Keys of names, kept: most names come again, in other functions and files. */
const kept = new Map<string, NameKeys>();
const MOST_KEPT = 50_000;

function allKeys(name: string): NameKeys {
  let keys = kept.get(name);
  if (!keys) {
    if (kept.size >= MOST_KEPT) kept.clear();
    keys = { letters: letterKeys(name), parts: partKeys(name) };
    if (name.startsWith('__') || keys.letters.length + keys.parts.length === 0) keys = NO_KEYS;
    kept.set(name, keys);
  }
  return keys;
}

const NO_KEYS: NameKeys = { letters: [], parts: [] };

/** A name and what it is without each of its letters. */
function letterKeys(name: string): string[] {
  if (name.length < SHORTEST) return [];
  const keys = new Set([name]);
  for (let i = 0; i < name.length; i++) keys.add(name.slice(0, i) + name.slice(i + 1));
  return [...keys];
}

/** A name of several parts with each of them left open; `*` stands in no name, so that these keys are no letters'. */
function partKeys(name: string): string[] {
  const parts = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\p{Lu}_\d]+|\d+/gu) ?? [];
  if (parts.length < 2) return [];
  const low = parts.map((part) => part.toLowerCase());
  return low.map((_, i) => low.with(i, '*').join('_'));
}
