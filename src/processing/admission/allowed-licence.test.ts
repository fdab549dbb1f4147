import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIVE_LICENCES } from '../../records/permissive-licences';
import { licenceAllowed } from './allowed-licence';

const CASES: [expression: string, allowed: boolean][] = [
  ['MIT', true],
  ['mit', true],
  ['PSF-2.0', true],
  ['GPL-3.0-only', false],
  ['NOASSERTION', false],
  ['', false],
  ['MIT OR GPL-3.0-only', true],
  ['GPL-3.0-only OR MIT', true],
  ['MIT AND GPL-3.0-only', false],
  ['MIT AND Apache-2.0', true],
  ['GPL-2.0-only OR (MIT AND BSD-3-Clause)', true],
  ['(GPL-2.0-only OR MIT) AND BSD-3-Clause', true],
  ['MIT OR GPL-2.0-only AND GPL-3.0-only', true],
  ['Apache-2.0 WITH LLVM-exception', true],
  ['Apache-2.0 WITH Commons-Clause', false],
  ['Apache-2.0 WITH', false],
  ['GPL-2.0-only WITH Classpath-exception-2.0', false],
  ['MIT OR', false],
  ['MIT MIT', false],
  ['(MIT', false],
  ['MIT)', false],
  ['Apache-2.0+', true],
  ['LicenseRef-mine OR MIT', true],
  ['LicenseRef-mine', false],
];

for (const [expression, allowed] of CASES)
  test(`"${expression}" is ${allowed ? '' : 'not '}allowed by default`, () => {
    assert.is(licenceAllowed(expression, PERMISSIVE_LICENCES), allowed);
  });

test('what is listed is allowed, also NOASSERTION', () => {
  assert.ok(licenceAllowed('NOASSERTION', ['noassertion']));
});

test.run();
