/** SPDX id for "unknown": no claim is made. */
export const NO_ASSERTION = 'NOASSERTION';

/** Names of files that state a licence, at the root of a folder or repository. */
export const LICENCE_FILE = /^(?:licen[cs]e|copying|unlicense)(?:[-.](?:md|txt|rst))?$/i;

/**
 * The SPDX id of a licence text: an explicit `SPDX-License-Identifier`, or the one known licence whose
 * characteristic sentences occur. `NOASSERTION` when none or several do. The GNU licences always give
 * `NOASSERTION`: their text does not say "only" or "or later".
 */
export function detectLicence(text: string): string {
  const stated = /SPDX-License-Identifier:\s*([A-Za-z0-9.+-]+)\s*$/m.exec(text);
  if (stated) return stated[1];
  const words = text.replace(/[\s"'“”`*#]+/g, ' ');
  const found = KNOWN.filter(({ has, lacks }) => has.every((p) => p.test(words)) && !lacks?.test(words));
  // CPython's file also lists the licences of parts it includes; its own terms come first.
  if (found.some(({ spdx }) => spdx === 'PSF-2.0')) return 'PSF-2.0';
  return found.length === 1 ? found[0].spdx : NO_ASSERTION;
}

/** The licence that all files agree on; `NOASSERTION` when there is none or they differ. */
export function agreedLicence(texts: readonly string[]): string {
  const found = new Set(texts.map(detectLicence));
  return found.size === 1 ? [...found][0] : NO_ASSERTION;
}

/** What a package's metadata says of its licence. */
export interface StatedLicence {
  /** `License-Expression`: an SPDX expression. */
  expression: string | null;
  /** `License`: free text, sometimes the whole licence. */
  licence: string | null;
  /** `Classifier` lines that start with `License ::`. */
  classifiers: readonly string[];
}

/** The SPDX expression that a package's metadata states; undefined when it states none that is unambiguous. */
export function statedLicence({ expression, licence, classifiers }: StatedLicence): string | undefined {
  if (expression) return expression;
  const byClassifier = new Set(classifiers.map((line) => CLASSIFIERS[line.split(' :: ').at(-1) ?? '']));
  byClassifier.delete(undefined);
  if (byClassifier.size === 1 && classifiers.length === 1) return [...byClassifier][0];
  const words = (licence ?? '').trim();
  const key = words
    .toLowerCase()
    .replace(/^the | licen[cs]e$|[",]/g, '')
    .replace(/\s+/g, ' ');
  if (Object.hasOwn(NAMES, key)) return NAMES[key];
  const detected = words.length > 200 ? detectLicence(words) : NO_ASSERTION;
  return detected === NO_ASSERTION ? undefined : detected;
}

/** Classifiers that name one licence. "BSD License" does not say which. */
const CLASSIFIERS: Readonly<Record<string, string | undefined>> = {
  'MIT License': 'MIT',
  'MIT No Attribution License (MIT-0)': 'MIT-0',
  'Apache Software License': 'Apache-2.0',
  'ISC License (ISCL)': 'ISC',
  'Python Software Foundation License': 'PSF-2.0',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'The Unlicense (Unlicense)': 'Unlicense',
  'zlib/libpng License': 'Zlib',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
};

/** Usual contents of the free-text field, in lower case, without "the" and "licence". */
const NAMES: Readonly<Record<string, string>> = {
  mit: 'MIT',
  'apache-2.0': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  'apache 2': 'Apache-2.0',
  'apache version 2.0': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'apache license version 2.0': 'Apache-2.0',
  'apache software license 2.0': 'Apache-2.0',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd 3-clause': 'BSD-3-Clause',
  '3-clause bsd': 'BSD-3-Clause',
  'new bsd': 'BSD-3-Clause',
  'modified bsd': 'BSD-3-Clause',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd 2-clause': 'BSD-2-Clause',
  'simplified bsd': 'BSD-2-Clause',
  isc: 'ISC',
  psf: 'PSF-2.0',
  'psf-2.0': 'PSF-2.0',
  'mpl-2.0': 'MPL-2.0',
  'mpl 2.0': 'MPL-2.0',
  unlicense: 'Unlicense',
  '0bsd': '0BSD',
};

interface KnownLicence {
  spdx: string;
  has: RegExp[];
  lacks?: RegExp;
}

const BSD = /Redistributions of source code must retain the above copyright notice/i;
const BSD_THIRD = /Neither the names? of|may not be used to endorse or promote/i;
const BSD_ADVERTISING = /All advertising materials/i;
const GNU = /GNU (?:LESSER |AFFERO |LIBRARY )?GENERAL PUBLIC LICENSE/i;

const KNOWN: readonly KnownLicence[] = [
  { spdx: 'PSF-2.0', has: [/PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2/i] },
  { spdx: 'Apache-2.0', has: [/Apache License,? Version 2\.0/i], lacks: GNU },
  {
    spdx: 'MIT',
    has: [
      /Permission is hereby granted, free of charge, to any person obtaining a copy/i,
      /to use, copy, modify, merge/i,
    ],
    lacks: /Except as contained in this notice/i,
  },
  {
    spdx: 'ISC',
    has: [
      /Permission to use, copy, modify,? and(?:\/or)? distribute this software for any purpose with or without fee/i,
      /provided that the above copyright notice/i,
    ],
  },
  { spdx: 'BSD-3-Clause', has: [BSD, BSD_THIRD], lacks: BSD_ADVERTISING },
  {
    spdx: 'BSD-2-Clause',
    has: [BSD],
    lacks: new RegExp(`${BSD_THIRD.source}|${BSD_ADVERTISING.source}`, 'i'),
  },
  { spdx: 'MPL-2.0', has: [/Mozilla Public License,? Version 2\.0/i], lacks: GNU },
  { spdx: 'Unlicense', has: [/This is free and unencumbered software released into the public domain/i] },
];
