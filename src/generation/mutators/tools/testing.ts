import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../../core/rng';
import { makeMutant } from '../../mutation/mutant';
import { createTarget } from '../../mutation/target';
import { MUTATORS } from '../index';

/** Every distinct mutant of a function, over all sites of a bug type and some draws. */
export function mutantsOf(source: string, bugType: string, draws = 30): Set<string> {
  const mutator = MUTATORS.find((one) => one.bugType === bugType);
  assert.ok(mutator, bugType);
  const target = createTarget(source, { imports: {}, names: [] });
  const out = new Set<string>();
  for (const site of mutator.sites(target))
    for (let draw = 0; draw < draws; draw++) {
      const mutant = makeMutant(target, mutator, site, seedStream(draw, bugType));
      if (!('dropped' in mutant)) out.add(mutant.before);
    }
  return out;
}

/** By bug type: pairs of clean and buggy code beyond the example of the taxonomy, one for every further form. */
export type Pairs = Readonly<Record<string, readonly (readonly [clean: string, buggy: string])[]>>;

/** Declares one test a bug type: each buggy text is among the mutants of the clean one. */
export function testPairs(forms: Pairs): void {
  for (const [bugType, pairs] of Object.entries(forms))
    test(`${bugType}: each of its forms has a site`, () => {
      for (const [clean, buggy] of pairs) {
        const mutants = mutantsOf(clean, bugType, 60);
        assert.ok(mutants.has(buggy), `expected\n${buggy}among ${[...mutants].join('---\n')}`);
      }
    });
}

/** Clean code, and the lines that some mutant of it has in place of the last one. */
export type Forms = readonly [clean: string, ...buggy: string[]];

/**
 * Declares one test a bug type: exactly these mutants come from the clean code, which stands below `prologue`
 * (imports and the `def` line) as the function's body.
 */
export function testForms(prologue: string, forms: Readonly<Record<string, readonly Forms[]>>): void {
  for (const [bugType, rows] of Object.entries(forms))
    test(`${bugType}: exactly the expected mutants`, () => {
      for (const [clean, ...buggy] of rows) {
        const mutants = mutantsOf(prologue + indented(clean), bugType);
        const expected = buggy.map((one) => prologue + indented(one));
        assert.equal([...mutants].sort(), expected.sort(), clean);
      }
    });
}

/** Code as the body of a function. */
export function indented(body: string): string {
  return body.replace(/^(?=.)/gm, '    ') + '\n';
}
