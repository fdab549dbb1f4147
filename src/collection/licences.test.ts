import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../core/paths';
import { agreedLicence, detectLicence, LICENCE_FILE, statedLicence, type StatedLicence } from './licences';

const installed = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');
const BSD2 =
  'Redistribution and use in source and binary forms are permitted:\n 1. Redistributions of source code must retain the\n' +
  '    above copyright notice, this list of conditions.\n 2. Redistributions in binary form must reproduce it.\n';
const BSD3 = `${BSD2} 3. Neither the name of the copyright holder nor the names of its contributors may be used.\n`;

test('licence texts as they are shipped', () => {
  assert.is(detectLicence(installed('fixtures/demo-project/files/LICENSE')), 'Apache-2.0');
  assert.is(detectLicence(installed('node_modules/typescript/LICENSE.txt')), 'Apache-2.0');
  assert.is(detectLicence(installed('node_modules/zod/LICENSE')), 'MIT');
  assert.is(detectLicence(installed('node_modules/yaml/LICENSE')), 'ISC');
  assert.is(detectLicence(BSD2), 'BSD-2-Clause');
  assert.is(detectLicence(BSD3), 'BSD-3-Clause');
  assert.is(
    detectLicence('1. PSF LICENSE AGREEMENT\nPYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n' + BSD3),
    'PSF-2.0',
  );
  assert.is(detectLicence('// SPDX-License-Identifier: MPL-2.0\n'), 'MPL-2.0');
});

test('no claim when unsure: unknown, several, GNU, advertising clause, contradiction', () => {
  for (const text of [
    '',
    'All rights reserved.',
    installed('node_modules/zod/LICENSE') + BSD3,
    'GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007',
    `${BSD3} 4. All advertising materials mentioning features must display the following acknowledgement.`,
    'SPDX-License-Identifier: MIT OR GPL-2.0-only',
  ])
    assert.is(detectLicence(text), 'NOASSERTION', text.slice(0, 60));
  assert.is(agreedLicence([]), 'NOASSERTION');
  assert.is(agreedLicence([BSD2, BSD3]), 'NOASSERTION');
  assert.is(agreedLicence([BSD2, BSD2]), 'BSD-2-Clause');
});

test('names of licence files', () => {
  const names = [
    'LICENSE',
    'LICENCE.md',
    'license.txt',
    'COPYING',
    'LICENSE-MIT.txt',
    'licensing.py',
    'LICENSE.py',
  ];
  assert.equal(
    names.filter((name) => LICENCE_FILE.test(name)),
    ['LICENSE', 'LICENCE.md', 'license.txt', 'COPYING'],
  );
});

test('licences as the metadata of packages states them', () => {
  const CASES: [expected: string | undefined, stated: Partial<StatedLicence>][] = [
    ['MIT OR Apache-2.0', { expression: 'MIT OR Apache-2.0', licence: 'MIT' }],
    ['MIT', { classifiers: ['License :: OSI Approved :: MIT License'] }],
    [undefined, { classifiers: ['License :: OSI Approved :: BSD License'] }],
    ['BSD-3-Clause', { licence: 'BSD-3-Clause', classifiers: ['License :: OSI Approved :: BSD License'] }],
    ['Apache-2.0', { licence: 'Apache License, Version 2.0' }],
    ['MIT', { licence: 'The MIT License' }],
    ['BSD-2-Clause', { licence: `${BSD2}\n${' '.repeat(200)}` }],
    [undefined, { licence: 'GPL' }],
    [
      undefined,
      {
        classifiers: [
          'License :: OSI Approved :: MIT License',
          'License :: OSI Approved :: GNU General Public License',
        ],
      },
    ],
    [undefined, {}],
  ];
  for (const [expected, stated] of CASES)
    assert.is(
      statedLicence({ expression: null, licence: null, classifiers: [], ...stated }),
      expected,
      JSON.stringify(stated),
    );
});

test.run();
