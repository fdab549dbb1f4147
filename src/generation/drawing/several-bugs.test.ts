import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { applyEdit } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { fitsModel } from '../../records/example';
import { generateConfigSchema } from '../config';
import { makeMutant, type Mutant } from '../mutation/mutant';
import { aimedShares } from '../mixture/aims';
import { drawMutants } from './sampling';
import { createMixture } from './mixture-part';
import { plantSeveral } from './several-bugs';
import { createTarget } from '../mutation/target';
import { bugType } from '../../taxonomy/table';

const SOURCE = `def merge(self, left, right, default=None):
    if not left or not right:
        return self.empty
    out = []
    for key, value in left.items():
        if key in right and value <= right[key]:
            out.append((key, value + 1))
        else:
            out.extend(self.pairs(key, value))
    self.count += len(out)
    return self.build(out, default)
`;
const TARGET = createTarget(SOURCE, { imports: {}, names: [] });

/** The mutant that writes `text` in place of the first `old` after `from`. */
function mutant(old: string, text: string, from = ''): Mutant {
  const start = SOURCE.indexOf(old, SOURCE.indexOf(from));
  const end = start + old.length;
  const result = makeMutant(
    TARGET,
    { bugType: 'wrong-name', why: '', sites: () => [], apply: () => ({ start, end, text }) },
    { token: 0 },
    seedStream(1),
  );
  if ('dropped' in result) throw new Error(result.dropped);
  return result;
}

const texts = (tokens: readonly Token[]): string => tokens.map(({ kind, text }) => text || kind).join(' ');

test('two bugs stand in one text; each edit counts its tokens and mends its own bug', () => {
  const planted = plantSeveral(TARGET, [mutant('value + 1', 'value'), mutant('not left', 'left')]);
  if ('dropped' in planted) throw new Error(planted.dropped);
  const { before, edits, alone } = planted;
  assert.is(before, SOURCE.replace('not left', 'left').replace('value + 1', 'value'));
  assert.is(edits.length, 2);
  assert.ok(edits[0].tokenSpan[0] < edits[1].tokenSpan[0]);
  const tokens = lex(before);
  const [first, second] = edits.map((edit) => applyEdit(before, tokens, edit));
  assert.is(texts(lex(first)), texts(lex(SOURCE.replace('value + 1', 'value'))));
  assert.is(texts(lex(second)), texts(lex(SOURCE.replace('not left', 'left'))));
  assert.equal(
    alone.map((bug) => bug.before),
    [SOURCE.replace('not left', 'left'), SOURCE.replace('value + 1', 'value')],
  );
});

test('bugs that one edit would mend, that overlap, or that change how the other reads are refused', () => {
  const dropOf = (...mutants: Mutant[]): string => {
    const result = plantSeveral(TARGET, mutants);
    return 'dropped' in result ? result.dropped : 'planted';
  };
  assert.is(dropOf(mutant('not left', 'left'), mutant('not right', 'right')), 'bugs_too_close');
  assert.is(dropOf(mutant('not left', 'left'), mutant('left', 'right', 'not left')), 'bugs_too_close');
  assert.is(dropOf(mutant('not left', 'left'), mutant('build', 'make')), 'planted');
  assert.is(dropOf(mutant('out = []', "out = '''"), mutant('len(out)', "len('''out)")), 'bugs_interact');
});

test('draws hold as many bugs as the weights ask for, of one kind', () => {
  const mixture = createMixture(aimedShares(generateConfigSchema.parse({})));
  const { bugsPerMutant } = generateConfigSchema.parse({ bugsPerMutant: { syntax: [0, 1, 0] } });
  const { mutants } = drawMutants(TARGET, mixture, { count: 60, bugsPerMutant }, seedStream(3));
  const isSyntax = (id: string): boolean => bugType(id).family === 'syntax';
  const syntax = mutants.filter((one) => isSyntax(one.bugType));
  const double = syntax.filter(({ edits }) => edits.length === 2);
  assert.ok(double.length > 10, `${double.length}`);
  assert.ok(double.length > 0.8 * syntax.length, `${double.length} of ${syntax.length}`);
  for (const { alone, edits, bugType: leftmost } of double) {
    assert.ok(alone.every((bug) => isSyntax(bug.bugType)));
    assert.is(alone[0].bugType, leftmost);
    assert.ok(edits.every(fitsModel));
  }
  assert.ok(mutants.filter((one) => !isSyntax(one.bugType)).every(({ edits }) => edits.length === 1));
});

test.run();
