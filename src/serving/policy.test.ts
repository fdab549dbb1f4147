import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadRepairer, type Repairer } from '../repair/repairer';
import { readBaseline, writeBaseline } from './findings/baseline';
import { repairFile, type RepairedFile } from './fix-file';
import type { Policy } from './findings/policy';
import { BUGGY, FIXED, VERIFIED, writeLessonModel } from './testing';

let folder: string;
let repairer: Repairer;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-policy-'));
  await writeLessonModel(join(folder, 'model'));
  repairer = await loadRepairer(join(folder, 'model'));
});
test.after(async () => {
  await repairer.close();
  await rm(folder, { recursive: true, force: true });
});

async function repair(source: string, policy: Policy = {}, name = 'code.py'): Promise<RepairedFile> {
  const path = join(folder, name);
  await writeFile(path, source);
  return repairFile(path, repairer, { policy });
}
const rules = ({ reported }: RepairedFile): string[] => reported.map(({ rule }) => rule);

test('select and ignore decide what is reported and what is written', async () => {
  const all = await repair(BUGGY);
  assert.equal(rules(all), ['misspelled-name', 'missing-colon', 'wrong-comparison-operator']);
  assert.is(all.fix.fixed, VERIFIED);
  const syntax = await repair(BUGGY, { select: ['syntax'] });
  assert.equal(rules(syntax), ['missing-colon']);
  assert.is(syntax.fix.fixed, BUGGY.replace('% 2 == 0\n', '% 2 == 0:\n'));
  const rest = await repair(BUGGY, { ignore: ['misspelled-name', 'logic'] });
  assert.equal(rules(rest), ['missing-colon']);
  assert.is(rest.fix.fixed, syntax.fix.fixed);
  assert.equal(
    rules(await repair(BUGGY, { select: ['security'] })),
    ['does-not-parse'],
    'a broken file is told',
  );
});

test('a comment hides its line only, and nothing is mended there', async () => {
  const source = BUGGY.replace('return amont', 'return amont  # trm: ignore[name] -- set by the host');
  const file = await repair(source);
  assert.equal(rules(file), ['missing-colon', 'wrong-comparison-operator']);
  assert.is(file.hidden, 1);
  assert.match(file.fix.fixed, 'return amont  #');
  assert.match(file.fix.fixed, 'number % 2 == 0:');
});

test('comments that hide nothing are reported, those in strings are none, and a plausible finding counts', async () => {
  const unused = FIXED.replace('return amount', 'return amount  # trm: ignore[misspelled-name]')
    .replace('return best', 'return best  # trm: ignore[missing-colom] -- typed wrongly')
    .replace('return False', 'return False  # trm: ignore')
    .replace('"""Three', '"""# trm: ignore[missing-colon] Three');
  const { reported } = await repair(unused);
  assert.equal(
    reported.map(({ rule, range, message }) => [rule, range.start.line + 1, message]),
    [
      [
        'unused-ignore',
        9,
        'no bug type, family or witness is named "missing-colom", did you mean "missing-colon"?',
      ],
      ['unused-ignore', 16, 'this comment hides nothing: no finding of misspelled-name is on its line'],
      [
        'unused-ignore',
        22,
        'this comment hides nothing: name what to ignore, as in "# trm: ignore[missing-colon]"',
      ],
    ],
  );
  assert.equal(rules(await repair(unused, { ignore: ['trm'] })), []);
  const used = BUGGY.replace('if value > best:', 'if value > best:  # trm: ignore[logic]');
  assert.not.ok(rules(await repair(used)).includes('unused-ignore'));
});

test('what the baseline lists is neither reported nor mended; it follows its line, and one more is told', async () => {
  const before = await repair(BUGGY);
  const path = join(folder, 'known.json');
  await writeBaseline(path, before.reported.slice(0, 1));
  assert.match(
    await readFile(path, 'utf8'),
    /"code\.py": \{\n +"[0-9a-f]{16}": \{\n +"rule": "misspelled-name",/,
  );
  const baseline = await readBaseline(path);
  const moved = await repair(`import os\n\n\n${BUGGY}`, { baseline });
  assert.equal(rules(moved), ['missing-colon', 'wrong-comparison-operator']);
  assert.match(moved.fix.fixed, 'return amont\n');
  await writeBaseline(path, before.reported);
  const all = await repair(BUGGY, { baseline: await readBaseline(path) });
  assert.equal([rules(all), all.fix.fixed], [[], BUGGY], 'that it stays broken is known with its edit');
  const elsewhere = await repair(BUGGY, { baseline }, 'other.py');
  assert.is(elsewhere.hidden, 0, 'the baseline speaks of another file');
});

test.run();
