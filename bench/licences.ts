/**
 * How licence texts are told apart: every text of the SPDX list, as it is and as people ship it, asked of `detectLicence`.
 * A licence that is not allowed and comes out as one that is would let its code into a dataset.
 *
 *   make bench BENCH=licences
 */
import listed from 'spdx-license-list/full';
import { detectLicence, NO_ASSERTION } from '../src/collection/licences/licences';
import { PERMISSIVE_LICENCES } from '../src/records/permissive-licences';

const FORMS: Readonly<Record<string, (text: string, name: string) => string>> = {
  'as listed': (text) => text,
  'holder, re-wrapped': (text) =>
    `Copyright (c) 2019-2024 Someone & Sons\nAll rights reserved.\n\n${text}`
      .replace(/\n(?!\s*\n)/g, ' ')
      .replace(/(.{60}\S*) /g, '$1\n'),
  'under its name': (text, name) => `${name}\n\n${text}`,
};

const allowed = new Set(PERMISSIVE_LICENCES);
const table = Object.entries(FORMS).map(([form, change]) => {
  const row = { form, allowed: 0, found: 0, unsure: 0, others: 0, othersFound: 0, passed: [] as string[] };
  for (const [id, { licenseText, name }] of Object.entries(listed)) {
    const found = detectLicence(change(licenseText, name));
    if (allowed.has(id)) {
      row.allowed++;
      if (found === id) row.found++;
      else if (found === NO_ASSERTION) row.unsure++;
      else row.passed.push(`${id} as ${found}`);
    } else {
      row.others++;
      if (found === id) row.othersFound++;
      if (allowed.has(found)) row.passed.push(`${id} as ${found}`);
    }
  }
  return row;
});
for (const { form, passed, ...row } of table) {
  const right = row.found / (row.found + passed.length);
  console.log(
    `${form.padEnd(20)} allowed ${row.allowed}: recall ${(row.found / row.allowed).toFixed(3)}, precision ${right.toFixed(3)}; ` +
      `others ${row.others}: ${row.othersFound} named, ${passed.length} taken for an allowed one ${passed.join(', ')}`,
  );
}
console.log(JSON.stringify(table));
