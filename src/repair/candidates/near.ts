import { nearness } from '../../core/text/near-spelling';
import type { TokenEdit } from '../../processing/encoding/encode';
import { isModule, membersOf, membersOfType } from '../../python/library/library';
import { BUILTINS } from '../../python/names/builtins';
import { visibleNames } from '../evidence/near-names';
import type { Program } from '../program';
import { indices, replaced, written, type UndoPlace } from './undo/place';

/** Names that are tried for one token: those nearest in spelling. */
const MOST_NEAR = 12;

/** Types whose members any receiver may have. */
const COMMON_TYPES = ['str', 'list', 'dict', 'set', 'bytes', 'int', 'float'];

/** A first line of imports that a name may be missing. */
const USUAL_ALIASES: Readonly<Record<string, string>> = {
  np: 'import numpy as np',
  pd: 'import pandas as pd',
  plt: 'import matplotlib.pyplot as plt',
};

/**
 * Edits that write another name in place of one of the statement: near in spelling or made of the same words, and bound
 * there or a member of something, each token's nearest ones.
 */
export function nearNameEdits(program: Program, place: UndoPlace): TokenEdit[] {
  const { tokens } = place;
  return indices(place).flatMap((i) => {
    const { kind, text } = tokens[i];
    if (kind !== 'name') return [];
    const known = tokens[i - 1]?.text === '.' ? members(place, i) : names(program, place, i);
    return nearest(text, known).map((name) => replaced(i, i + 1, [{ kind: 'name', text: name }]));
  });
}

function names(program: Program, place: UndoPlace, i: number): Iterable<string> {
  // A keyword's name is the callee's: the code around knows it as a parameter or an attribute, if at all.
  const isKeyword = place.tokens[i + 1]?.text === '=' && place.enclosing[i] >= 0;
  const visible = visibleNames(program.names.scopes, i);
  return isKeyword ? [...place.parameters, ...place.names, ...place.attributes, ...visible] : visible;
}

function members({ tokens, attributes }: UndoPlace, i: number): Iterable<string> {
  const holder = tokens[i - 2]?.text ?? '';
  return [
    ...attributes,
    ...(isModule(holder) ? membersOf(holder) : []),
    ...COMMON_TYPES.flatMap(membersOfType),
  ];
}

/** The names nearest to a word, best first. */
function nearest(word: string, known: Iterable<string>): string[] {
  return [...new Set(known)]
    .filter((name) => name !== word)
    .map((name) => ({ name, distance: distanceOf(word, name) }))
    .filter(({ distance }) => distance < Infinity)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_NEAR)
    .map(({ name }) => name);
}

/** Slips between two names; from 3 on for names that share words; Infinity for others. */
function distanceOf(word: string, name: string): number {
  const slips = nearness(word, name);
  if (slips !== null) return slips;
  const [own, other] = [wordsOf(word), wordsOf(name)];
  const shared = own.filter((part) => part.length > 1 && other.includes(part)).length;
  return shared === 0 ? Infinity : 3 + own.length + other.length - 2 * shared;
}

/** `readFile_name` -> read, file, name. */
function wordsOf(name: string): string[] {
  return name
    .split(/_|(?<=[a-z0-9])(?=[A-Z])/)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

/** What a tool itself suggests, in place of the tokens that it marks. */
export function suggestedEdits(suggestion: string, [start, end]: readonly [number, number]): TokenEdit[] {
  const tokens = written(suggestion);
  return tokens.length > 0 && end > start ? [replaced(start, end, tokens)] : [];
}

/** Imports of modules that the statement names and nobody binds, at the top of the module. */
export function importEdits(program: Program, place: UndoPlace): TokenEdit[] {
  const { tokens } = place;
  const wanted = new Set(
    indices(place).flatMap((i) => {
      const { kind, text } = tokens[i];
      const isUnbound =
        kind === 'name' && tokens[i - 1]?.text !== '.' && program.undefinedNames.counts.has(text);
      return isUnbound && !BUILTINS.has(text) ? [text] : [];
    }),
  );
  return [...wanted].flatMap((name) => {
    const lines = [
      ...(isModule(name) ? [`import ${name}`] : []),
      ...(Object.hasOwn(USUAL_ALIASES, name) ? [USUAL_ALIASES[name]] : []),
      ...HOLDERS.filter((module) => membersOf(module).includes(name)).map(
        (module) => `from ${module} import ${name}`,
      ),
    ];
    return lines.map((line) =>
      replaced(importPlace(place), importPlace(place), [...written(line), { kind: 'newline', text: '' }]),
    );
  });
}

/** Modules whose members are imported most. */
const HOLDERS =
  'os os.path sys re json math time datetime collections functools itertools typing pathlib dataclasses enum copy abc contextlib subprocess logging random string operator io decimal'.split(
    ' ',
  );

/** The first statement behind the `__future__` imports: where an import does no harm. */
function importPlace({ tokens }: UndoPlace): number {
  let at = 0;
  while (tokens[at]?.text === 'from' && tokens[at + 1]?.text === '__future__') {
    while (at < tokens.length && tokens[at].kind !== 'newline') at++;
    at++;
  }
  return Math.min(at, tokens.length - 1);
}
