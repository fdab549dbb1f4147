import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../core/hash';
import { JsonLinesWriter, readJsonLines } from '../storage/json-lines';
import { collectAll, withTemporaryFolder } from '../storage/testing';
import { shuffleRows, type KeyedRow } from './shuffle';

async function* keyed(values: readonly number[]): AsyncGenerator<KeyedRow<number>> {
  for (const value of values) yield { key: sha256(`seed/${value}`), value };
}

test('every row comes out once, in an order that neither arrival nor memory decides', async () => {
  await withTemporaryFolder(async (folder) => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const run = async (list: number[], rowsInMemory: number): Promise<number[]> => {
      const rows = await shuffleRows(keyed(list), {
        folder: join(folder, 'a'),
        expected: 1000,
        rowsInMemory,
      });
      assert.is(rows.count, 1000);
      const out = await collectAll(rows);
      assert.equal(await collectAll(rows), out, 'the second reading differs');
      await rows.dispose();
      assert.not.ok(existsSync(join(folder, 'a')));
      return out;
    };
    const out = await run(values, 5000);
    assert.equal(
      [...out].sort((a, b) => a - b),
      values,
    );
    assert.is.not(out.join(), values.join());
    assert.equal(await run([...values].reverse(), 64), out);
  });
});

test('JSON lines: any text comes back, across chunks and with Unicode line separators', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'deep', 'rows.jsonl');
    const values = [
      'a\u2028b\u2029c\n\r',
      '',
      'é🎉'.repeat(400_000),
      ...Array.from({ length: 5000 }, (_, i) => `row ${i}`),
    ];
    const writer = await JsonLinesWriter.scratch(path);
    for (const value of values) await writer.write({ value });
    await writer.commit();
    assert.is(writer.count, values.length);
    const back = await collectAll(readJsonLines<{ value: string }>(path));
    assert.ok(back.every(({ value }, i) => value === values[i]) && back.length === values.length);
  });
});

test.run();
