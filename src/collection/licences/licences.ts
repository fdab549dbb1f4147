import parseExpression from 'spdx-expression-parse';
import { licenceWords, nearestLicences, type Likeness } from './licence-texts';

/** SPDX id for "unknown": no claim is made. */
export const NO_ASSERTION = 'NOASSERTION';

/** Whether a file at the root of a folder, repository or package states a licence: also `LICENSE-MIT`, `COPYING.LESSER`. */
export function isLicenceFile(name: string): boolean {
  return /^(?:licen[cs]e|copying|unlicense)(?:[-._ ].*)?$/i.test(name) && !NO_TEXT.test(name);
}

const NO_TEXT = /\.(?:pyc?|pyi|[jt]sx?|json|ya?ml|toml|cfg|ini|html?|css|png|svg|sh|c|h)$/i;

/** Most bytes of a licence file; the longest text of SPDX has 110,000. */
export const LARGEST_LICENCE = 2 ** 20;

/** A file that states a licence. */
export interface LicenceFile {
  name: string;
  text: string;
}

/**
 * The SPDX expression of a licence text: the one licence of the SPDX list whose text it is, or an explicit
 * `SPDX-License-Identifier` that nothing around it contradicts. `NOASSERTION` when unsure: several licences, words that
 * may restrict, a text that two licences share. The GNU licences always give `NOASSERTION`: their text does not say "only"
 * or "or later".
 */
export function detectLicence(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  const identifiers = new Set(
    lines.flatMap((line) => (IDENTIFIER.exec(line)?.[1] ?? '').trim() || []).map((one) => one.trim()),
  );
  if (identifiers.size === 0) return detectText(text);
  const rest = lines.filter((line) => !IDENTIFIER.test(line)).join('\n');
  const [stated] = identifiers;
  if (identifiers.size > 1 || !isExpression(stated)) return NO_ASSERTION;
  const words = licenceWords(rest);
  if (words.length <= FEW_WORDS && !words.some((word) => RESTRICTING.test(word))) return stated;
  return detectText(rest) === stated ? stated : NO_ASSERTION;
}

/** `SPDX-License-Identifier: MIT`, in a comment or not. */
const IDENTIFIER = /SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]+?)\s*(?:\*\/|-->)?\s*$/;

function detectText(text: string): string {
  const [nearest, ...others] = nearestLicences(text);
  if (!isLike(nearest)) return NO_ASSERTION;
  const rivals = others.filter(({ id, cost }) => id !== nearest.id && cost === nearest.cost);
  return rivals.length > 0 ? NO_ASSERTION : nearest.id;
}

/** Words of holders and projects that texts name beside the licence's own. */
const FEW_WORDS = 16;

/**
 * Whether a text is a licence's, but for names of people and projects: few other words, none of which could take a permission
 * away or ask for more, and hardly a word left out.
 */
function isLike({ extra, missing, size, cost }: Likeness): boolean {
  if (cost === 0) return true;
  return (
    extra.length <= FEW_WORDS &&
    missing.length <= Math.min(FEW_WORDS, size / 10) &&
    !extra.some((word) => RESTRICTING.test(word)) &&
    !missing.some((word) => PERMITTING.test(word))
  );
}

/** Words that a permissive licence needs no more of than its own text has. */
const RESTRICTING =
  /^(?:non\w*|not|no|nor|none|cannot|only|solely|restrict\w*|prohibit\w*|forbid\w*|except\w*|exclu\w*|unless|must|shall|required?s?|requir\w*|sell\w*|sold|sale|resale|rent|lease|commerc\w*|competi\w*|evil|good|academi\w*|research|educat\w*|personal|private|internal|military|nuclear|weapons?|patents?|evaluat\w*|trial|expir\w*|fees?|pay\w*|purchas\w*|subscri\w*|conditions?|clause|additional\w*|limitations?|hosted|managed|ethic\w*|a?gpl\w*|lgpl\w*|gnu|copyleft|alike|however|terminat\w*|revo\w*|acknowledg\w*|advertis\w*|attribut\w*|notify|consent|government|harm\w*|production)$/;
/** Words without which a text grants less. */
const PERMITTING =
  /^(?:permission|granted|grants?|modify|modification|distribute|redistribute|redistribution|use|copy|charge|fee|perpetual|irrevocable)$/;

/**
 * What files state together: `A AND B`, sorted, since nothing says that one may choose. `NOASSERTION` when there is no file or
 * one is not recognised.
 */
export function licenceOfFiles(files: readonly LicenceFile[]): string {
  const found = new Set(files.map(({ text }) => detectLicence(text)));
  if (found.size === 0 || found.has(NO_ASSERTION)) return NO_ASSERTION;
  return [...found]
    .sort()
    .map((one) => (found.size > 1 && / OR /i.test(one) ? `(${one})` : one))
    .join(' AND ');
}

/** Whether a text is an SPDX licence expression with known ids (or `LicenseRef-...`). */
export function isExpression(text: string): boolean {
  try {
    parseExpression(text);
    return true;
  } catch {
    return false;
  }
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

/**
 * The SPDX expression of a package: what its metadata states, unless its files say otherwise. An expression counts as it is; a
 * classifier or a name counts beside what the files are recognised as, and not at all where a file speaks of a licence that restricts.
 * `NOASSERTION` when nothing tells.
 */
export function packageLicence(stated: StatedLicence, texts: readonly string[]): string {
  const { expression } = stated;
  if (expression !== null) return isExpression(expression) ? expression : NO_ASSERTION;
  const named = statedLicence(stated);
  if (named === undefined) return licenceOfFiles(texts.map((text) => ({ name: '', text })));
  if (texts.some((text) => SPEAKS_OF_RESTRICTION.test(text))) return NO_ASSERTION;
  const detected = new Set(texts.map(detectLicence).filter((id) => id !== NO_ASSERTION));
  return [...detected.add(named)].sort().join(' AND ');
}

/** Names of licences that look like a permissive one, or stand beside it. */
const SPEAKS_OF_RESTRICTION =
  /commons clause|business source licen|server side public|elastic licen|polyform|functional source|non-?\s?commercial|gnu (?:lesser |affero |library )?general public/i;

/** The licence that classifiers or the free-text field name; undefined when they name none that is unambiguous. */
export function statedLicence({ licence, classifiers }: StatedLicence): string | undefined {
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
