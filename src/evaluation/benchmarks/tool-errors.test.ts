import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, TrmError } from '../../core/errors';
import { Critic } from '../../python/critic/critic';
import { toolErrorSchema, type ToolError } from '../../records/tool-error';
import { compareFindings } from '../../repair/witnesses/compare';
import { loadWitnesses, type LoadedWitnesses } from '../../repair/witnesses/load';
import { WitnessError } from '../../repair/witnesses/witness';
import { plantToolErrors, type CleanFile, type PlantOptions } from './plant-tool-errors';
import { readToolErrors, TOOL_ERROR_FILES, writeToolErrors } from './tool-errors';

const TEXT = `import os
import subprocess


class Store:
    """Keeps lines."""

    def __init__(self, folder, items=None):
        self.folder = folder
        self.items = items or []

    def paths(self):
        # Those that are there.
        found = []
        for item in self.items:
            if item is not None and os.path.exists(item):
                found.append(os.path.join(self.folder, item))
        return found

    def run(self, command):
        result = subprocess.run(command, check=True)
        if result.returncode == 0:
            return self.paths()
        raise ValueError("%s: %s" % (command, result))
`;
const FILES: CleanFile[] = Array.from({ length: 6 }, (_, i) => ({
  group: 'g',
  path: `store_${i}.py`,
  text: TEXT.replaceAll('Store', `Store${i}`),
}));

let critic: Critic;
let loaded: LoadedWitnesses;
test.before(async () => {
  critic = await Critic.start();
  loaded = await loadWitnesses(critic, { wanted: ['parser', 'names', 'ruff', 'ty'], timeoutMs: 60_000 });
});
test.after(async () => {
  await loaded.close();
  await critic.close();
});

async function plant(more: Partial<PlantOptions> = {}, files = FILES): Promise<ToolError[]> {
  const options = { witnesses: loaded.witnesses, seed: 7, count: 10, ...more };
  const rows: ToolError[] = [];
  for await (const row of plantToolErrors(files, options)) rows.push(row);
  return rows;
}

test('every row is a whole file whose fix gives the clean file back, and that its witnesses see', async () => {
  const rows = await plant();
  assert.ok(rows.length >= 4, `${rows.length} rows`);
  assert.ok(rows.every(({ seen }) => seen.every(({ witness }) => witness !== 'parser')));
  for (const row of rows) {
    toolErrorSchema.parse(row);
    const clean = FILES.find(({ path }) => path === row.path)!.text;
    const { start, end, text } = row.fix;
    assert.is(row.before.slice(0, start) + text + row.before.slice(end), clean);
    for (const { name } of loaded.witnesses) {
      const [before, after] = await loaded.witnesses
        .find((one) => one.name === name)!
        .find([row.before, clean].map((source) => ({ path: row.path, source })));
      const gone = compareFindings(
        { source: row.before, findings: before },
        { source: clean, findings: after },
      ).removed.filter(({ severity }) => severity !== 'info');
      assert.equal(
        gone.map(({ rule, span }) => [rule, ...span]),
        row.seen.filter(({ witness }) => witness === name).map(({ rule, span }) => [rule, ...span]),
      );
    }
  }
});

test('the same seed gives the same rows, and the limits hold', async () => {
  const rows = await plant({ count: 8, perFile: 2, mostOfType: 0.25 });
  assert.equal(await plant({ count: 8, perFile: 2, mostOfType: 0.25 }), rows);
  assert.not.equal(await plant({ count: 8, perFile: 2, mostOfType: 0.25, seed: 8 }), rows);
  const most = (keys: string[]): number =>
    Math.max(...keys.map((key) => keys.filter((one) => one === key).length));
  assert.is(rows.length, 8);
  assert.ok(most(rows.map(({ path }) => path)) <= 2);
  assert.ok(most(rows.map(({ bugType }) => bugType)) <= 2);
});

test('a file that does not parse gives none, and a witness that cannot answer ends the planting', async () => {
  const broken = { ...FILES[0], text: `${TEXT}def f(:\n    return 1\n` };
  assert.equal(await plant({}, [broken]), []);
  const mute = { ...loaded.witnesses[0], find: () => Promise.reject(new WitnessError('parser', 'is mute')) };
  const failed = await plant({ witnesses: [mute] }).catch((error: unknown) => error);
  assert.instance(failed, TrmError);
  assert.match((failed as Error).message, 'parser is mute');
});

test('a set is frozen: it comes back as it was written, and changed rows are refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trm-tool-errors-'));
  const rows = await plant({ count: 4 });
  const set = await writeToolErrors(folder, rows, {
    name: 'tool-errors',
    seed: 7,
    witnesses: loaded.witnesses,
  });
  assert.is(
    Object.values(set.counts.bugTypes).reduce((sum, count) => sum + count, 0),
    4,
  );
  const read = await readToolErrors(folder);
  assert.equal(read.set, set);
  assert.equal(
    read.rows.map(({ id }) => id),
    rows.map(({ id }) => id).sort(),
  );
  const path = join(folder, TOOL_ERROR_FILES.rows);
  const kept = readFileSync(path);
  for (const bytes of [gzipSync('{}\n'), Buffer.from('no gzip')]) {
    writeFileSync(path, bytes);
    assert.instance(await readToolErrors(folder).catch((error: unknown) => error), DataError);
  }
  writeFileSync(path, kept);
  assert.is((await readToolErrors(folder)).rows.length, 4);
  rmSync(folder, { recursive: true });
  const none = writeToolErrors(folder, [], { name: 'x', seed: 1, witnesses: [] });
  assert.instance(await none.catch((error: unknown) => error), DataError);
});

test.run();
