/** The frozen benchmark that comes with the project: its rows, its manifest and what it promises. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { z } from 'zod';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../core/config';
import { allowedProjects } from '../../core/keys/groups';
import { projectRoot } from '../../core/paths';
import { applyEdit, sameTokens, sampleId } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { fileOrigin, type Sample } from '../../records/sample';
import { verifyDataset } from '../../shards/verify';
import { rejection } from '../../storage/testing';
import { benchmarkFolder, hashRows, openBenchmark, readBenchmark } from './benchmark';
import { BUG_KINDS, kindOfSample } from './kinds';
import { programKey } from './select';

const allowList = z.looseObject({ generate: z.looseObject({ allowedGroups: z.array(z.string()) }) });
const folder = benchmarkFolder('synthetic-9');
const rows = openBenchmark(folder).then(readBenchmark);

test('the rows are the frozen ones, and the published manifest speaks of them', async () => {
  const { manifest, store, recipe } = await openBenchmark(folder);
  assert.equal((await verifyDataset(store)).problems, []);
  assert.is((await rows).length, manifest['trm:lineage'].counts.out);
  const published = join(projectRoot(), `data-manifests/${recipe.name}/v${recipe.version}/datapackage.json`);
  assert.is(readFileSync(published, 'utf8'), readFileSync(join(store.location, 'manifest.json'), 'utf8'));
  const [first, ...rest] = await rows;
  const tampered = [{ ...first, before: `${first.before}\n` }, ...rest];
  assert.is.not(hashRows(tampered), hashRows(await rows));
  assert.is(hashRows([...rest, first]), hashRows(await rows), 'the order does not matter');
});

test('a manifest of other rows is refused', async () => {
  const { manifest, store } = await openBenchmark(folder);
  const other = { ...manifest, 'trm:checks': { ...manifest['trm:checks'], rowsHash: '0'.repeat(64) } };
  assert.match(
    (await rejection(() => readBenchmark({ store, manifest: other }))).message,
    /frozen rows 0000/,
  );
});

test('nine kinds evenly, one token each, and as many clean functions of like length', async () => {
  const { recipe } = await openBenchmark(folder);
  const samples = await rows;
  const buggy = samples.filter(({ edits }) => edits.length > 0);
  const clean = samples.filter(({ edits }) => edits.length === 0);
  assert.ok(buggy.length >= 2000);
  assert.is(clean.length, buggy.length);
  for (const kind of BUG_KINDS) {
    const own = buggy.filter((sample) => kindOfSample(sample) === kind);
    assert.is(own.length, recipe.perKind, kind);
    assert.ok(own.every(({ bugType }) => recipe.kinds[kind].includes(bugType ?? '')));
  }
  const tokensOf = ({ before, after }: Sample): number => Math.max(lex(before).length, lex(after).length);
  assert.ok(samples.every((sample) => tokensOf(sample) <= 127));
  const mean = (of: Sample[]): number => of.reduce((sum, one) => sum + tokensOf(one), 0) / of.length;
  assert.ok(Math.abs(mean(buggy) - mean(clean)) < 3, `${mean(buggy)} and ${mean(clean)} tokens`);
});

test('each edit mends its function, ids are those of the texts, and no function is there twice', async () => {
  const programs = new Set<string>();
  for (const { id, before, after, edits } of await rows) {
    assert.is(id, sampleId(before, after));
    if (edits.length > 0) assert.ok(sameTokens(lex(applyEdit(before, lex(before), edits[0])), lex(after)));
    else assert.is(before, after);
    const program = programKey(after);
    assert.not.ok(programs.has(program), `a function twice: ${after}`);
    programs.add(program);
  }
});

test('the packages are pinned, licensed, and none that training may read', async () => {
  const { recipe } = await openBenchmark(folder);
  assert.ok([...recipe.packages, ...recipe.training.slice(1)].every((spec) => /^[\w-]+==[\w.]+$/.test(spec)));
  const { allowedGroups } = loadConfig(join(projectRoot(), 'experiments', 'training.yaml'), allowList).config
    .generate;
  const isAllowed = allowedProjects(allowedGroups);
  const flask = { commit: null, path: 'flask/app.py', url: 'https://github.com/pallets/flask' };
  assert.ok(isAllowed({ group: 'flask/flask', origin: flask }));
  for (const { group, licence, origin: from } of await rows) {
    const origin = fileOrigin(from);
    assert.not.ok(isAllowed({ group, origin }), group);
    // Nor as the package that it would be collected from today.
    const url = `pkg:pypi/${origin.repo}`;
    assert.not.ok(isAllowed({ group, origin: { ...origin, url } }), group);
    assert.match(licence, /^(MIT|BSD-3-Clause|Apache-2\.0( AND MIT)?)$/);
    assert.ok(existsSync(join(folder, 'licences', `${origin.repo}.txt`)), origin.repo ?? '');
  }
});

test('a name that is no benchmark is refused with the nearest one', async () => {
  const error = await rejection(() => benchmarkFolder('synthetic9'));
  assert.match(error.message, /did you mean synthetic-9/);
});

test.run();
