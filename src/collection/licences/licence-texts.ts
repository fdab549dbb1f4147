import listed from 'spdx-license-list/full';

/**
 * How far a text is from a reference: words of the text that stand in no three-word phrase of the reference, and the
 * other way round. Two texts of the same wording have a cost of 0, however they are wrapped and numbered.
 */
export interface Likeness {
  /** SPDX id of the reference. */
  id: string;
  /** Words of the text that neither the reference nor its name has. */
  extra: string[];
  /** Words of the reference that the text has not. */
  missing: string[];
  /** Words of the reference. */
  size: number;
  cost: number;
}

interface Reference {
  id: string;
  words: readonly string[];
  vocabulary: ReadonlySet<string>;
  phrases?: ReadonlySet<string>;
}

/** Compared in full: those that share the most words. */
const CANDIDATES = 16;

/** The nearest references to a text, nearest first. References are all texts of the SPDX list (npm `spdx-license-list`). */
export function nearestLicences(text: string): Likeness[] {
  const words = licenceWords(text);
  const vocabulary = new Set(words);
  const phrases = phrasesOf(words);
  return references()
    .map((reference) => ({ reference, score: dice(vocabulary, reference.vocabulary) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, CANDIDATES)
    .map(({ reference }) => {
      reference.phrases ??= phrasesOf(reference.words);
      const { id } = reference;
      const name = new Set(licenceWords(`${id} ${listed[id].name}`));
      const extra = uncovered(words, reference.phrases).filter((word) => !name.has(word));
      const missing = uncovered(reference.words, phrases);
      return { id, extra, missing, size: reference.words.length, cost: extra.length + missing.length };
    })
    .sort((a, b) => a.cost - b.cost || (a.id < b.id ? -1 : 1));
}

/**
 * The words of a licence text that count, after the SPDX matching guidelines: letter case, punctuation, layout, numbering of
 * lists, comment signs, titles and copyright lines do not.
 */
export function licenceWords(text: string): string[] {
  const lines = text
    .toLowerCase()
    .replace(/[\u2018\u2019`]/g, "'")
    .split(/\r\n|\r|\n/);
  return (
    lines
      .filter((line) => !COPYRIGHT_LINE.test(line))
      .join('\n')
      .replace(TITLE, ' ')
      .replace(/(^|[\s(])\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s)/g, '$1')
      .replace(/\bhttps?:\/\//g, '')
      .replace(/&/g, ' and ')
      .replace(/\b(sub)?licenc(?=e)/g, '$1licens')
      .replace(/organis(?=ation)/g, 'organiz')
      .match(/[a-z0-9]+(?:'[a-z]+)?/g) ?? []
  );
}

const COPYRIGHT_LINE =
  /^[\s#/*;.%-]*(?:(?:portions )?copyright\b(?=.*(?:\d{4}|\(c\)|©|[<[{]|\byear\b))|(?:\(c\)|©)\s*(?=.*\d{4})|all rights reserved\W*$)/;

/** Names of licences as they stand above the text; what decides is the text. */
const TITLE =
  /\b(?:the )?(?:mit licen[cs]e(?: \(mit\))?|isc licen[cs]e(?: \(isc\))?|(?:new |modified |revised |simplified |\d[- ]clause )*bsd(?:[- ]\d)?(?:[- ]clause)? licen[cs]e(?: \(bsd\))?|zlib licen[cs]e)(?=\W)/g;

function phrasesOf(words: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i + 2 < words.length; i++) found.add(`${words[i]} ${words[i + 1]} ${words[i + 2]}`);
  return found;
}

function uncovered(words: readonly string[], phrases: ReadonlySet<string>): string[] {
  const covered = new Uint8Array(words.length);
  for (let i = 0; i + 2 < words.length; i++)
    if (phrases.has(`${words[i]} ${words[i + 1]} ${words[i + 2]}`)) covered.fill(1, i, i + 3);
  return words.filter((_, i) => covered[i] === 0);
}

/** Sorensen-Dice coefficient of two sets. */
function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const item of a) if (b.has(item)) common++;
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size);
}

let loaded: Reference[] | undefined;

function references(): Reference[] {
  if (loaded) return loaded;
  loaded = Object.entries(listed).flatMap(([id, { licenseText }]) =>
    variants(id, licenseText).map((text) => referenceOf(id, text)),
  );
  return loaded;
}

function referenceOf(id: string, text: string): Reference {
  const words = licenceWords(text);
  return { id, words, vocabulary: new Set(words) };
}

/** A text as SPDX lists it, and as projects ship it beside that. */
function variants(id: string, text: string): string[] {
  if (id !== 'Apache-2.0') return [text];
  // Without the appendix on how to apply it; and the notice of that appendix alone.
  const end = text.indexOf('END OF TERMS AND CONDITIONS');
  const notice = text.indexOf('Licensed under the Apache License');
  return [text, text.slice(0, end), `${text.slice(0, end)} END OF TERMS AND CONDITIONS`, text.slice(notice)];
}
