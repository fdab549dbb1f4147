import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { loadConfig, type LoadOptions } from './config';
import { ConfigError } from './errors';

const schema = z.strictObject({
  seed: z.int().default(0),
  train: z
    .strictObject({
      steps: z.int().positive().default(10),
      learningRate: z.number().positive().default(1e-3),
      stages: z.array(z.strictObject({ depth: z.int() })).default([]),
      preset: z.enum(['small', 'large']).default('small'),
      newline: z.string().default('\n'),
    })
    .prefault({}),
});

const test = suite<{ folder: string }>('config');
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'trm-config-'));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

async function load(folder: string, files: Record<string, string>, options?: LoadOptions) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return loadConfig(join(folder, Object.keys(files)[0]), schema, options);
}

async function messageOf(
  folder: string,
  files: Record<string, string>,
  options?: LoadOptions,
): Promise<string> {
  try {
    await load(folder, files, options);
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message;
  }
  return 'no error';
}

test('defaults, extends and set are applied in this order', async ({ folder }) => {
  const files = {
    'b.yaml': 'extends: a.yaml\ntrain: {learningRate: 0.01}\n',
    'a.yaml': 'seed: 5\ntrain:\n  steps: 20\n  stages: [{depth: 1}, {depth: 2}]\n',
  };
  const loaded = await load(folder, files, {
    set: ['train.steps=30'],
    overrides: { 'train.stages': [{ depth: 9 }] },
  });
  assert.equal(loaded.config, {
    seed: 5,
    train: { steps: 30, learningRate: 0.01, stages: [{ depth: 9 }], preset: 'small', newline: '\n' },
  });
  assert.is(loaded.name, 'b');
  assert.equal(loaded.files, [join(folder, 'a.yaml'), join(folder, 'b.yaml')]);
});

test('the hash follows the resolved values, not how they were written', async ({ folder }) => {
  const plain = await load(folder, { 'x.yaml': 'seed: 1\n' });
  const same = await load(folder, { 'y.yaml': '# note\ntrain: {steps: 10}\nseed: 0\n' }, { set: ['seed=1'] });
  const other = await load(folder, { 'z.yaml': 'seed: 2\n' });
  assert.is(plain.hash, same.hash);
  assert.is.not(plain.hash, other.hash);
});

test('unknown keys fail with the nearest name, at any depth', async ({ folder }) => {
  assert.match(await messageOf(folder, { 'a.yaml': 'sed: 1\n' }), /unknown key "sed", did you mean "seed"\?/);
  assert.match(
    await messageOf(folder, { 'a.yaml': 'train: {learning_rate: 1}\n' }),
    /unknown key "train\.learning_rate", did you mean "train\.learningRate"\?/,
  );
  assert.match(
    await messageOf(folder, { 'a.yaml': 'train: {stages: [{dept: 1, depth: 2}]}\n' }),
    /"train\.stages\.0\.dept", did you mean "train\.stages\.0\.depth"/,
  );
  assert.match(
    await messageOf(folder, { 'a.yaml': '{}' }, { set: ['train.stepz=3'] }),
    /did you mean "train\.steps"/,
  );
});

test('wrong types say where, what was expected and what came', async ({ folder }) => {
  assert.match(await messageOf(folder, { 'a.yaml': 'train: {steps: -1}' }), /train\.steps: .*>0.*, got -1/);
  assert.match(
    await messageOf(folder, { 'a.yaml': 'train: 3' }),
    /train: .*expected object, received number, got 3/,
  );
});

test('a word that is none of the choices fails with the nearest one, where there is one', async ({
  folder,
}) => {
  const refused = (value: string): Promise<string> =>
    messageOf(folder, { 'a.yaml': '{}' }, { set: [`train.preset=${value}`] });
  assert.match(await refused('smal'), /train\.preset: .*, got "smal", did you mean "small"\?/);
  assert.match(await refused('gigantic'), /train\.preset: .*"small"\|"large", got "gigantic"$/);
});

test('YAML traps: 1e-4 and 1.0e-4 are numbers, "no" is text, escapes work in double quotes', async ({
  folder,
}) => {
  for (const text of ['1e-4', '1.0e-4', '0.0001'])
    assert.is(
      (await load(folder, { 'a.yaml': `train: {learningRate: ${text}}` })).config.train.learningRate,
      1e-4,
    );
  assert.match(
    await messageOf(folder, { 'a.yaml': 'seed: no' }),
    /seed: .* got "no" \(YAML read it as text\)/,
  );
  assert.is((await load(folder, { 'a.yaml': 'train: {newline: "\\n"}' })).config.train.newline, '\n');
  assert.is((await load(folder, { 'a.yaml': "train: {newline: '\\n'}" })).config.train.newline, '\\n');
});

test('missing files, circles, double keys and malformed --set are refused', async ({ folder }) => {
  assert.throws(
    () => loadConfig(join(folder, 'absent.yaml'), schema),
    /expected a configuration file at .*absent\.yaml/,
  );
  assert.match(
    await messageOf(folder, { 'a.yaml': 'extends: b.yaml', 'b.yaml': 'extends: a.yaml' }),
    /"extends" goes in a circle/,
  );
  assert.match(await messageOf(folder, { 'a.yaml': 'seed: 1\nseed: 2\n' }), /[Mm]ap keys must be unique/);
  assert.match(
    await messageOf(folder, { 'a.yaml': '{}' }, { set: ['seed'] }),
    /expected key=value, got "seed"/,
  );
  assert.match(await messageOf(folder, { 'a.yaml': '- 1\n' }), /expected a map of keys/);
});

test('keys that every object has are refused, wherever they stand, and reach no object of the program', async ({
  folder,
}) => {
  const files = { 'a.yaml': 'seed: 1\n' };
  for (const set of [
    '__proto__.x=1',
    'train.__proto__.steps=5',
    'train.constructor.prototype.x=1',
    'constructor=1',
    'prototype.y=1',
    'train={__proto__: {steps: 5}}',
    'train={a: [{b: {__proto__: 1}}]}',
  ])
    assert.match(
      await messageOf(folder, files, { set: [set] }),
      /"(__proto__|constructor|prototype)" cannot be a key/,
    );
  for (const text of [
    'train: {__proto__: {steps: 5}}\n',
    'base: &b {__proto__: {steps: 5}}\ntrain: *b\n',
    'extends: b.yaml\n__proto__: {seed: 5}\n',
  ])
    assert.match(
      await messageOf(folder, { 'a.yaml': text, 'b.yaml': 'seed: 1\n' }),
      /a\.yaml: "__proto__" cannot be a key/,
    );
  const overrides = JSON.parse('{"__proto__.x": 1}') as Record<string, unknown>;
  assert.match(await messageOf(folder, files, { overrides }), /cannot be a key/);
  assert.is(({} as Record<string, unknown>).x, undefined);
});

test('what YAML cannot unfold, and absurd keys, are config errors with a short message', async ({
  folder,
}) => {
  const files = { 'a.yaml': 'seed: 1\ntrain: {stages: [{depth: 1}]}\n' };
  for (const [set, message] of [
    [`seed=${'['.repeat(20_000)}`, /--set seed=\[\[.*\.\.\.: /],
    [`seed=${'['.repeat(50)}${']'.repeat(50)}`, /at most 32 levels of nesting/],
    [`${'a.'.repeat(5000)}b=1`, /at most 32 parts, got one of 5001/],
    ['seed={a: 1, a: 2}', /unique/],
    ['seed=*nobody', /nresolved alias/],
    ['seed=!!js/function x', /nresolved tag/],
    ['train..steps=1', /expected a dotted key/],
    ['.seed=1', /expected a dotted key/],
    ['=1', /expected key=value/],
    ['', /expected key=value/],
    ['seed=', /seed: .*got null/],
    ['train.stages.0.depth=2', /train\.stages is a list, whose parts cannot be set one by one/],
    ['train.toString.x=1', /unknown key "train\.toString"/],
    ['toString=1', /unknown key "toString"/],
    [`train.preset=${'x'.repeat(100_000)}`, /train\.preset: .*, got "xxx.*\.\.\./],
    [`${'k'.repeat(5000)}=1`, /unknown key "kkk/],
  ] as const) {
    const text = await messageOf(folder, files, { set: [set] });
    assert.match(text, message, set.slice(0, 60));
    assert.ok(text.length < 1000, `${set.slice(0, 60)}: a message of ${text.length} characters`);
  }
  const bomb = [...'abcdefghi'].map((name, i) =>
    i === 0 ? 'a: &a [x, x]' : `${name}: &${name} [${`*${'abcdefghi'[i - 1]},`.repeat(9)}]`,
  );
  assert.match(await messageOf(folder, { 'bomb.yaml': bomb.join('\n') }), /bomb\.yaml: .*alias/);
  assert.match(
    await messageOf(folder, { 'merge.yaml': 'train: &t {steps: 1}\nseed: 1\n"<<": *t\n' }),
    /unknown key "<<"/,
  );
});

test.run();
