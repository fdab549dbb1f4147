import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { processConfigSchema } from '../../processing/config';
import { readHeldOut } from '../../processing/near/held-out';
import { collectAll } from '../../storage/testing';
import { benchmarkFolder, benchmarkNames, openBenchmark } from './benchmark';

const settings = processConfigSchema.parse({}).nearDuplicates;

test('training data comes near no benchmark of the project, by default', () => {
  assert.ok(benchmarkNames().length > 0);
  for (const name of benchmarkNames())
    assert.ok(settings?.heldOut.includes(`fixtures/benchmarks/${name}`), `${name} is not held out`);
});

test('held-out sets can be read, whole', async () => {
  const minTokens = settings?.minTokens ?? 0;
  const { manifest } = await openBenchmark(benchmarkFolder('synthetic-9'));
  const own = await collectAll(readHeldOut(['fixtures/benchmarks/synthetic-9'], minTokens));
  assert.is(own.length, manifest['trm:lineage'].counts.out);
  // 259 and 421 real fixes, 82 and 40 exercises, 458 functions; those of several functions have more, equal ones fewer.
  const outside = await collectAll(readHeldOut(['fixtures/benchmarks/outside.jsonl'], minTokens));
  assert.is(outside.length, 1263);
  assert.ok(outside.filter(({ shingles }) => shingles.length > 0).length > 1000);
  for (const { shingles } of outside)
    assert.ok(shingles.every((shingle, i) => i === 0 || shingle > shingles[i - 1]));
});

test.run();
