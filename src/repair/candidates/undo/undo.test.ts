import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../../core/paths';
import { seedStream } from '../../../core/rng';
import { makeMutant } from '../../../generation/mutation/mutant';
import { createTarget } from '../../../generation/mutation/target';
import { MUTATORS } from '../../../generation/mutators';
import { diffTokens } from '../../../python/edits/edits';
import { functionsInContext } from '../../../python/names/file-context';
import { pythonFacts } from '../../../python/python-facts';
import { decodeSource } from '../../../python/tokens/codec';
import { lex } from '../../../python/tokens/lexer';
import type { ModuleContext } from '../../../records/file-context';
import { BUG_TYPES, bugType } from '../../../taxonomy/table';
import { PlaceReader } from './place';
import { UNDO } from './table';
import { editKey, plausibleTypes, smallestEdit, undoAt } from './undo';

/** Is the fix of a buggy text among the edits that undo a type at the statement where the fix starts? */
function isUndone(before: string, after: string, type: string): boolean {
  const tokens = lex(before);
  const fix = diffTokens(tokens, lex(after));
  assert.ok(fix);
  const reader = new PlaceReader(tokens);
  const place = reader.at(reader.statementAt(fix.tokenSpan[0]));
  const wanted = editKey(smallestEdit(tokens, fix) ?? fix);
  return undoAt(place, [type]).some((edit) => editKey(edit) === wanted);
}

test('each type of the taxonomy has what undoes it', () => {
  assert.equal(Object.keys(UNDO).sort(), BUG_TYPES.map(({ id }) => id).sort());
  const ids = BUG_TYPES.map(({ id }) => id);
  const plausible = [...plausibleTypes(true, ids), ...plausibleTypes(false, ids)];
  assert.equal(plausible.sort(), ids.sort());
  assert.ok(
    !plausibleTypes(true, ['wrong-name']).includes('missing-condition'),
    'what many edits could undo',
  );
  assert.ok(plausibleTypes(true, ['wrong-name']).includes('wrong-name'), 'is tried where it is named');
});

/** Types whose example's fix holds a word that nothing in its function speaks of. */
const INVENTED = [
  'wrong-attribute',
  'wrong-key',
  'missing-default',
  'unguarded-key',
  'incorrect-authorization',
];

test("the fix of each type's example is among its undos, but for what nobody but its author knows", () => {
  const missed = BUG_TYPES.filter(({ id, example }) => !isUndone(example.before, example.after, id));
  assert.equal(
    missed.map(({ id }) => id),
    BUG_TYPES.map(({ id }) => id).filter((id) => INVENTED.includes(id)),
  );
});

/** Planted bugs of each type. */
const MUTANTS = 6;
const FILES = 50;

/** Least share of planted bugs whose fix is among the undos, by family: a little less than was measured. */
const LEAST: Readonly<Record<string, number>> = {
  syntax: 0.92,
  logic: 0.88,
  name: 0.72,
  type: 0.9,
  api: 0.7,
  'control-flow': 0.92,
  exception: 0.9,
  collection: 0.85,
  numeric: 0.8,
  string: 0.65,
  security: 0.65,
};

/** The imports of the file around a function. */
function importLines({ imports }: ModuleContext): string {
  return Object.entries(imports)
    .filter(([, path]) => !path.startsWith('.'))
    .map(([name, path]) => {
      const dot = path.lastIndexOf('.');
      if (dot > 0) return `from ${path.slice(0, dot)} import ${path.slice(dot + 1)} as ${name}\n`;
      return `import ${path === name ? name : `${path} as ${name}`}\n`;
    })
    .join('');
}

test('planted in functions of the standard library, most fixes are among the undos', async () => {
  const { stdlib } = await pythonFacts(pythonPath());
  const names = readdirSync(stdlib)
    .filter((name) => name.endsWith('.py'))
    .sort();
  const [planted, undone] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const name of seedStream(7, 'undo').shuffle(names).slice(0, FILES)) {
    const { text } = decodeSource(readFileSync(join(stdlib, name)));
    for (const { span, surroundings } of functionsInContext(text, lex(text))) {
      const target = createTarget(span.source, surroundings);
      if (target.tokens.length > 250) continue;
      for (const mutator of MUTATORS) {
        const { bugType: id } = mutator;
        const sites = (planted.get(id) ?? 0) < MUTANTS ? mutator.sites(target) : [];
        if (sites.length === 0) continue;
        const rng = seedStream(planted.get(id) ?? 0, id, name, span.source);
        const mutant = makeMutant(target, mutator, rng.pick(sites), rng);
        if ('dropped' in mutant) continue;
        count(planted, id);
        const imports = importLines(surroundings);
        if (isUndone(imports + mutant.before, imports + span.source, id)) count(undone, id);
      }
    }
  }
  const [all, found] = [new Map<string, number>(), new Map<string, number>()];
  for (const [id, n] of planted) {
    const { family } = bugType(id);
    all.set(family, (all.get(family) ?? 0) + n);
    found.set(family, (found.get(family) ?? 0) + (undone.get(id) ?? 0));
  }
  const shares = [...all].map(([family, n]) => ({ family, n, share: (found.get(family) ?? 0) / n }));
  const shown = shares.map(({ family, n, share }) => `${family} ${(100 * share).toFixed(1)} % of ${n}`);
  process.stdout.write(`${Object.keys(UNDO).length} types; ${shown.join(', ')}\n`);
  for (const { family, n, share } of shares)
    if (n >= 20) assert.ok(share >= (LEAST[family] ?? 1), `${family}: ${share} of ${n}`);
  assert.ok(planted.size >= 90, `${planted.size} types were planted`);
});

test.run();
