import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import listed from 'spdx-license-list/full';
import { projectRoot } from '../../core/paths';
import { PERMISSIVE_LICENCES } from '../../records/permissive-licences';
import {
  detectLicence,
  isLicenceFile,
  licenceOfFiles,
  packageLicence,
  statedLicence,
  type StatedLicence,
} from './licences';

const installed = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');
const spdx = (id: string): string => listed[id].licenseText;
/** The same text with other line ends, other numbering of lists, and a holder's name. */
const altered = (text: string): string =>
  `Copyright (c) 2019-2024 Someone & Sons <s@example.org>\nAll rights reserved.\n\n${text}`
    .replace(/<year>|\[yyyy\]|<copyright holders>|\[name of copyright owner\]/g, 'Someone')
    .replace(/\n(?!\s*\n)/g, ' ')
    .replace(/(.{60}\S*) /g, '$1\n');
/** What is nearest to the allowed ones and grants less. */
const NOT_ALLOWED = Object.keys(listed).filter((id) =>
  /^(?:A?GPL|LGPL|SSPL|BUSL|Elastic|CC-BY-NC|CC-BY-ND|CC-BY-SA|JSON$|PolyForm|FSL|MPL|EPL|CDDL|EUPL|OSL|SUL|NPOSL|CPAL|Parity|Hippocratic|BSD-3-Clause-No|BSD-3-Clause-Clear|BSD-4|BSD-Protection|MITNFA|MIT-adv|MIT-enna|X11|XFree86|HPND-|OpenSSL|Sleepycat|Aladdin|ECL|Pixar|Beerware|CNRI-Python|NCSA|Zend|PHP|CAL|RPL|QPL|Artistic|AFL|CPL|IPL)/.test(
    id,
  ),
);
const COMMONS_CLAUSE = `"Commons Clause" License Condition v1.0

The Software is provided to you by the Licensor under the License, as defined below, subject to the following condition.

Without limiting other conditions in the License, the grant of rights under the License will not include, and the License does
not grant to you, the right to Sell the Software.

For purposes of the foregoing, "Sell" means practicing any or all of the rights granted to you under the License to provide to third
parties, for a fee or other consideration, a product or service whose value derives, entirely or substantially, from the
functionality of the Software.

Software: Example
License: Apache 2.0
Licensor: Example Inc.

`;

test('every allowed licence is found by its text, also re-wrapped, with a holder and a title', () => {
  for (const id of PERMISSIVE_LICENCES) {
    assert.is(detectLicence(spdx(id)), id);
    assert.is(detectLicence(altered(spdx(id))), id, `${id}, altered`);
    assert.is(detectLicence(`${listed[id].name}\n\n${spdx(id)}`), id, `${id}, with its name above`);
  }
});

test('no text that is not allowed comes out as one that is', () => {
  assert.ok(NOT_ALLOWED.length > 90, String(NOT_ALLOWED.length));
  for (const [i, id] of NOT_ALLOWED.entries())
    for (const text of i % 8 === 0 ? [spdx(id), altered(spdx(id))] : [spdx(id)]) {
      const found = detectLicence(text);
      assert.not.ok(PERMISSIVE_LICENCES.includes(found), `${id} came out as ${found}`);
    }
});

test('a licence that is taken back or narrowed by a few words is none', () => {
  const mit = spdx('MIT');
  for (const [name, text] of Object.entries({
    'Commons Clause above Apache': COMMONS_CLAUSE + spdx('Apache-2.0'),
    'Commons Clause above MIT': COMMONS_CLAUSE + mit,
    'one sentence more': `${mit}\nThis software is not for commercial use.\n`,
    'a few words more': mit.replace('to any person', 'to any person for academic research'),
    'words left out': mit
      .replace(' and/or sell', '')
      .replace('sublicense,', '')
      .replace('publish, distribute,', ''),
    'GPL that mentions the PSF licence': `${spdx('GPL-3.0-only')}\nPYTHON SOFTWARE FOUNDATION LICENSE VERSION 2 is compatible.\n`,
    'two licences': mit + spdx('BSD-3-Clause'),
    'the name alone': 'Apache License, Version 2.0',
    'all rights reserved': 'Copyright 2020 Someone. All rights reserved.',
    nothing: '',
  }))
    assert.is(detectLicence(text), 'NOASSERTION', name);
});

test('a BUSL text that names Apache as what comes later is no Apache text', () => {
  const text = `${spdx('BUSL-1.1')}\nChange Date: 2030-01-01\nChange License: Apache License, Version 2.0\n`;
  assert.not.ok(PERMISSIVE_LICENCES.includes(detectLicence(text)));
});

test('licence texts as they are shipped', () => {
  assert.is(detectLicence(installed('fixtures/demo-project/files/LICENSE')), 'Apache-2.0');
  assert.is(detectLicence(installed('LICENSE')), 'Apache-2.0');
  assert.is(detectLicence(installed('node_modules/typescript/LICENSE.txt')), 'Apache-2.0');
  assert.is(detectLicence(installed('node_modules/zod/LICENSE')), 'MIT');
  assert.is(detectLicence(installed('node_modules/yaml/LICENSE')), 'ISC');
});

test('an identifier counts where nothing around it says otherwise', () => {
  const CASES: [text: string, expected: string][] = [
    ['// SPDX-License-Identifier: MPL-2.0\n', 'MPL-2.0'],
    ['SPDX-License-Identifier: MIT OR GPL-2.0-only', 'MIT OR GPL-2.0-only'],
    ['SPDX-License-Identifier: Free-Beer-1.0', 'NOASSERTION'],
    [`SPDX-License-Identifier: MIT\n\n${spdx('MIT')}`, 'MIT'],
    [`SPDX-License-Identifier: MIT\n\n${spdx('BUSL-1.1')}`, 'NOASSERTION'],
    ['SPDX-License-Identifier: MIT\n\nNot for commercial use.', 'NOASSERTION'],
    ['SPDX-License-Identifier: MIT\nSPDX-License-Identifier: ISC\n', 'NOASSERTION'],
  ];
  for (const [text, expected] of CASES) assert.is(detectLicence(text), expected, text.slice(0, 60));
});

test('several files hold together; one that is not known makes all unknown', () => {
  const files = (...ids: string[]): string =>
    licenceOfFiles(ids.map((id) => ({ name: id, text: id in listed ? spdx(id) : id })));
  assert.is(files(), 'NOASSERTION');
  assert.is(files('MIT', 'MIT'), 'MIT');
  assert.is(files('MIT', 'Apache-2.0'), 'Apache-2.0 AND MIT');
  assert.is(files('MIT', 'see the website'), 'NOASSERTION');
});

test('names of licence files', () => {
  const names = [
    ...[
      'LICENSE',
      'LICENCE.md',
      'license.txt',
      'COPYING',
      'COPYING.LESSER',
      'LICENSE-MIT.txt',
      'LICENSE.commercial',
    ],
    ...['licensing.py', 'LICENSE.py', 'license.json', 'licenses', 'licensed.txt'],
  ];
  assert.equal(names.filter(isLicenceFile), names.slice(0, 7));
});

test('licences as the metadata of packages states them', () => {
  const CASES: [expected: string | undefined, stated: Partial<StatedLicence>][] = [
    ['MIT', { classifiers: ['License :: OSI Approved :: MIT License'] }],
    [undefined, { classifiers: ['License :: OSI Approved :: BSD License'] }],
    ['BSD-3-Clause', { licence: 'BSD-3-Clause', classifiers: ['License :: OSI Approved :: BSD License'] }],
    ['Apache-2.0', { licence: 'Apache License, Version 2.0' }],
    ['MIT', { licence: 'The MIT License' }],
    ['BSD-2-Clause', { licence: spdx('BSD-2-Clause') }],
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

test('a package: its expression decides, a name only with its files', () => {
  const of = (stated: Partial<StatedLicence>, ...texts: string[]): string =>
    packageLicence({ expression: null, licence: null, classifiers: [], ...stated }, texts);
  assert.is(of({ expression: 'MIT OR Apache-2.0', licence: 'GPL' }), 'MIT OR Apache-2.0');
  assert.is(of({ expression: 'Apache-2.0 WITH Commons-Clause' }, spdx('Apache-2.0')), 'NOASSERTION');
  assert.is(of({ licence: 'Apache 2.0' }, COMMONS_CLAUSE + spdx('Apache-2.0')), 'NOASSERTION');
  assert.is(of({ licence: 'Apache 2.0' }, spdx('BUSL-1.1')), 'NOASSERTION');
  assert.is(of({ licence: 'MIT' }, spdx('MIT'), 'see AUTHORS'), 'MIT');
  assert.is(of({ licence: 'MIT' }, spdx('BSD-3-Clause')), 'BSD-3-Clause AND MIT');
  assert.is(of({}, spdx('BSD-3-Clause')), 'BSD-3-Clause');
  assert.is(of({}), 'NOASSERTION');
});

test.run();
