import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, DataError } from '../../core/errors';
import { makeSample } from '../../python/edits/sample-testing';
import { lex } from '../../python/tokens/lexer';
import { writeSampleShards } from '../../shards/sample-shard';
import { createFolderStore } from '../../storage/folder-store';
import { collectAll, rejection, withTemporaryFolder } from '../../storage/testing';
import { contentKey } from '../admission/content-keys';
import { heldOutLine, readHeldOut } from './held-out';
import { shinglesOf } from './shingles';

const RIGHT = 'def f(a, b):\n    return [a + one for one in b if one is not None]\n';
const WRONG = RIGHT.replace('is not', 'is');
const SHORT = 'def g(a):\n    return a\n';

test('a folder of samples and a file without their code say the same of a set', async () => {
  await withTemporaryFolder(async (folder) => {
    const samples = [makeSample(WRONG, RIGHT), makeSample(SHORT, SHORT)];
    await writeSampleShards(createFolderStore(join(folder, 'set')), 'samples', samples);
    const lines = samples.map(({ after, before }) => JSON.stringify(heldOutLine('set', after, before)));
    const file = join(folder, 'set.jsonl');
    await writeFile(file, `${lines.join('\n')}\n`);
    const [fromFolder, fromFile] = await Promise.all(
      [join(folder, 'set'), file].map((name) => collectAll(readHeldOut([name], 20))),
    );
    const [bug, short] = fromFolder;
    assert.equal(bug.contents, [contentKey(lex(RIGHT)), contentKey(lex(WRONG))]);
    assert.equal(bug.shingles, shinglesOf(lex(RIGHT)));
    assert.equal([short.contents.length, short.shingles.length], [1, 0]);
    assert.equal(
      fromFile.map(({ contents, shingles }) => ({ contents, shingles: [...shingles] })),
      fromFolder.map(({ contents, shingles }) => ({
        contents: contents.map((content) => content.slice(0, 16)),
        shingles: [...shingles],
      })),
    );
    assert.not.match(lines.join('\n'), 'return');
  });
});

test('a set that is not there, or a damaged line, is an error that says where', async () => {
  const missing = await rejection(() => collectAll(readHeldOut(['fixtures/benchmarks/none'], 20)));
  assert.instance(missing, ConfigError);
  assert.match(missing.message, 'fixtures/benchmarks/none');
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'set.jsonl');
    await writeFile(file, `${JSON.stringify(heldOutLine('set', RIGHT))}\n{"set": "x"}\n`);
    const damaged = await rejection(() => collectAll(readHeldOut([file], 20)));
    assert.instance(damaged, DataError);
    assert.match(damaged.message, 'set.jsonl line 2');
  });
});

test.run();
