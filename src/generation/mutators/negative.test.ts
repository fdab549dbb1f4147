import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createTarget } from '../mutation/target';
import { MUTATORS } from './index';
import { NOT_HERE as SYNTAX } from './syntax/negative';
import { NOT_HERE as LOGIC } from './logic/negative';
import { NOT_HERE as NAME } from './name/negative';
import { NOT_HERE as TYPE } from './type/negative';
import { NOT_HERE as API } from './api/negative';
import { NOT_HERE as EXCEPTION } from './exception/negative';
import { NOT_HERE as RESOURCE } from './resource/negative';
import { NOT_HERE as CONCURRENCY } from './concurrency/negative';
import { NOT_HERE as NUMERIC } from './numeric/negative';
import { NOT_HERE as STRING } from './string/negative';
import { NOT_HERE as COLLECTION } from './collection/negative';
import { NOT_HERE as CONTROL_FLOW } from './control-flow/negative';
import { NOT_HERE as FRAMEWORK } from './framework/negative';
import { NOT_HERE as SECURITY } from './security/negative';

/**
 * By bug type: code (with the imports it needs on top) that looks as if the mutator applied, but where the result
 * would be no bug, no bug of this type, or where the pattern only seems to be there.
 */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  ...SYNTAX,
  ...LOGIC,
  ...NAME,
  ...TYPE,
  ...API,
  ...EXCEPTION,
  ...RESOURCE,
  ...CONCURRENCY,
  ...NUMERIC,
  ...STRING,
  ...COLLECTION,
  ...CONTROL_FLOW,
  ...FRAMEWORK,
  ...SECURITY,
};

test('every mutator has code that it must leave alone', () => {
  assert.equal(Object.keys(NOT_HERE).sort(), MUTATORS.map(({ bugType }) => bugType).sort());
});

for (const mutator of MUTATORS)
  test(`${mutator.bugType}: no sites where the pattern only seems to be`, () => {
    for (const source of NOT_HERE[mutator.bugType])
      assert.equal(mutator.sites(createTarget(source, { imports: {}, names: [] })), [], source);
  });

test.run();
