import { appendFile, cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { loadEngine } from '../core/engine';
import { rejection } from '../storage/testing';
import { UNCALIBRATED } from './calibration';
import { loadRepairModel, RELEASE_FILES } from './model-folder';
import { writeManifestOf, writeRandomModel } from './testing';

let root: string;
let released: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-model-folder-'));
  released = join(root, 'released');
  await writeRandomModel(released, { code: 'def f(a):\n    return a\n', calibration: UNCALIBRATED });
  await writeFile(join(released, RELEASE_FILES.pieces), '{"a": 1}\n');
  await writeFile(join(released, RELEASE_FILES.card), '# A model\n');
  await writeManifestOf(released);
  await loadEngine();
});
test.after(() => rm(root, { recursive: true, force: true }));

let copies = 0;
/** A copy of the released folder that `change` did something to. */
async function changed(change: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(root, `copy-${copies++}`);
  await cp(released, folder, { recursive: true });
  await change(folder);
  return folder;
}

/** Adds 1 to a byte in the middle of a file: its size stays. */
async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(path, bytes);
}

test('a released folder loads; the card may be edited', async () => {
  const folder = await changed((copy) => appendFile(join(copy, RELEASE_FILES.card), 'A remark.\n'));
  const { model } = await loadRepairModel(folder);
  model.dispose();
});

test('a file that is cut short, changed or gone is refused by its name, also one that only others load', async () => {
  const { weights, config, tokenizer, pieces, vocabulary, calibration } = RELEASE_FILES;
  for (const file of [weights, config, tokenizer, pieces, vocabulary, calibration]) {
    for (const [change, found] of [
      [(path: string) => truncate(path, 7), /expected \d+ bytes by manifest\.json, found 7/],
      [flip, /expected sha256:\w{64} by manifest\.json, found sha256:/],
    ] as const) {
      const folder = await changed((copy) => change(join(copy, file)));
      const error = await rejection(() => loadRepairModel(folder));
      assert.instance(error, DataError, file);
      assert.ok(error.message.startsWith(`${folder}/${file} is damaged: `), error.message);
      assert.match(error.message, found);
      assert.match((error as DataError).hint ?? '', /copy the whole model folder again, or make it again/);
    }
    const folder = await changed((copy) => rm(join(copy, file)));
    assert.ok((await rejection(() => loadRepairModel(folder))).message.includes(file), `${file} gone`);
  }
});

test('a file that the manifest does not name is no part of the model', async () => {
  const folder = await changed(async (copy) => {
    await rm(join(copy, RELEASE_FILES.calibration));
    await writeManifestOf(copy);
    await writeFile(join(copy, RELEASE_FILES.calibration), JSON.stringify({ ...UNCALIBRATED, threshold: 0 }));
  });
  const error = await rejection(() => loadRepairModel(folder));
  assert.match(error.message, /calibration\.json: manifest\.json beside it does not name this file/);
});

test('without a manifest, vocabularies of another model are still refused', async () => {
  const folder = await changed(async (copy) => {
    await rm(join(copy, 'manifest.json'));
    const path = join(copy, RELEASE_FILES.vocabulary);
    const json = JSON.parse(await readFile(path, 'utf8')) as { entries: unknown[] };
    await writeFile(path, JSON.stringify({ ...json, entries: json.entries.slice(0, -1) }));
  });
  assert.match(
    (await rejection(() => loadRepairModel(folder))).message,
    /expected the closed vocabulary that the model was trained with/,
  );
  const plain = await changed((copy) => rm(join(copy, 'manifest.json')));
  (await loadRepairModel(plain)).model.dispose();
});

test.run();
