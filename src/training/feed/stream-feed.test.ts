import { mkdtemp, rm, truncate, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../core/errors';
import { seedStream } from '../../core/rng';
import type { Example } from '../../records/example';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { bugTypeByCode } from '../../taxonomy/table';
import { readCheckedExamples } from './checked-examples';
import type { StreamFeed } from './stream-feed';
import { makeExamples, openTestFeed, TEST_FOOTER, TEST_METADATA, writeTrainSplit } from './testing';

const ROWS = 430;
const examples = makeExamples(ROWS);
let folder: string;
let input: ObjectStore;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-feed-'));
  input = createFolderStore(join(folder, 'data'));
  await writeTrainSplit(input, examples);
});

test.after(() => rm(folder, { recursive: true }));

/** Runs with a feed of its own and closes it. */
async function withFeed<T>(feed: Promise<StreamFeed>, use: (feed: StreamFeed) => Promise<T>): Promise<T> {
  const open = await feed;
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

/** Takes batches as the trainer does: a drawn bucket, a drawn number of rows; `pause` between them. */
async function takeBatches(
  feed: StreamFeed,
  count: number,
  rng = seedStream(3, 'requests'),
  pause: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Example[][]> {
  const batches: Example[][] = [];
  for (let i = 0; i < count; i++) {
    const bucket = feed.pickBucket(rng, (length) => Math.floor(64 / length));
    batches.push(await feed.take(bucket, 1 + rng.int(6), rng));
    await pause();
  }
  return batches;
}

const idsOf = (batches: readonly Example[][]): string[][] =>
  batches.map((rows) => rows.map(({ sampleId }) => sampleId));

test('rows come out as they were written', () =>
  withFeed(openTestFeed(input), async (feed) => {
    const byId = new Map(examples.map((example) => [example.sampleId, example]));
    const rows = (await takeBatches(feed, 50)).flat();
    assert.ok(rows.length > 100);
    for (const row of rows) assert.equal(row, byId.get(row.sampleId));
  }));

test('the order is the same for a hurried and for an idle trainer, and another for another seed', async () => {
  const hurried = await withFeed(openTestFeed(input), (feed) => takeBatches(feed, 150));
  const pauses = seedStream(4, 'pauses');
  const idle = await withFeed(openTestFeed(input, { prefetchBlocks: 4 }), (feed) =>
    takeBatches(feed, 150, seedStream(3, 'requests'), () => sleep(pauses.int(4))),
  );
  assert.equal(idsOf(idle), idsOf(hurried));
  const other = await withFeed(openTestFeed(input, {}, { seed: 2 }), (feed) => takeBatches(feed, 150));
  assert.not.equal(idsOf(other), idsOf(hurried));
});

test('a state goes on where it was taken, with the rows that wait and the mixture, at any point', () =>
  withFeed(openTestFeed(input), async (feed) => {
    const rng = seedStream(3, 'requests');
    const marks = [];
    const all: string[][] = [];
    for (let i = 0; i < 4; i++) {
      if (i === 2) feed.setMixture({ cleanShare: 0.2 });
      // As in a checkpoint: through JSON, arrays apart.
      const { cursor, pending } = feed.state();
      marks.push({
        state: { cursor: JSON.parse(JSON.stringify(cursor)) as unknown, pending },
        rng: rng.state(),
        at: all.length,
      });
      all.push(...idsOf(await takeBatches(feed, 20, rng)));
    }
    for (const mark of marks)
      await withFeed(openTestFeed(input), async (resumed) => {
        await resumed.restore(mark.state);
        if (mark.at === 40) resumed.setMixture({ cleanShare: 0.2 });
        const stream = seedStream(0, 'any');
        stream.restore(mark.rng);
        // The mixture changed after 40 batches: before that, compare up to there.
        const end = mark.at < 40 ? 40 : all.length;
        const rest = await takeBatches(resumed, end - mark.at, stream);
        assert.equal(idsOf(rest), all.slice(mark.at, end));
      });
  }));

test('an epoch deals nearly all rows, and clean ones have their share in every bucket', () =>
  withFeed(openTestFeed(input, { queueRows: 32 }, { cleanShare: 0.25 }), async (feed) => {
    const batches = await takeBatches(feed, 800);
    const rows = batches.flat();
    const clean = rows.filter(({ target }) => target.location === 0).length / rows.length;
    assert.ok(Math.abs(clean - 0.25) < 0.03, `clean share ${clean}`);
    const seen = new Set(rows.map(({ sampleId }) => sampleId));
    assert.ok(seen.size > 0.95 * ROWS, `${seen.size} of ${ROWS} rows in ${feed.figures().epoch} epochs`);
    const { repeated, queued, dropped, rows: read, epoch } = feed.figures();
    assert.ok(epoch >= 3);
    assert.ok((dropped.queue_full ?? 0) < 0.02 * read, `${dropped.queue_full} of ${read} rows found no room`);
    assert.is(queued + (dropped.mixture ?? 0) + (dropped.queue_full ?? 0), read);
    assert.ok(repeated > 0 && repeated < queued, `${repeated} of ${queued} repeated`);
  }));

test('queues stay short: rows beyond queueRows are dropped and counted', () =>
  withFeed(openTestFeed(input, { queueRows: 8 }), async (feed) => {
    const rng = seedStream(9, 'one-bucket');
    for (let i = 0; i < 60; i++) assert.is((await feed.take(8, 12, rng)).length, 12);
    assert.ok(feed.state().pending.length <= 6 * 12);
    assert.ok((feed.figures().dropped.queue_full ?? 0) > 100);
  }));

test('a bucket of two rows deals them as often as a batch needs', async () => {
  const narrow = createFolderStore(join(folder, 'narrow'));
  const long = (clean: boolean): Example =>
    examples.find(({ length, target }) => length > 12 && (target.location === 0) === clean) as Example;
  const short = examples.filter(({ length }) => length <= 12);
  await writeTrainSplit(narrow, [...short, long(true), long(false)]);
  await withFeed(openTestFeed(narrow), async (feed) => {
    const rows = await feed.take(16, 160, seedStream(3, 'requests'));
    assert.equal(new Set(rows.map(({ sampleId }) => sampleId)).size, 2);
    assert.is(rows.length, 160);
  });
});

test('a mixture leaves types out and weighs others', () =>
  withFeed(openTestFeed(input), async (feed) => {
    const types = [...new Set(examples.map(({ target }) => target.bugType))].filter((code) => code > 0);
    assert.ok(types.length > 1);
    const [gone] = types;
    const id = bugTypeByCode(gone)?.id ?? '';
    await takeBatches(feed, 5);
    feed.setMixture({ cleanShare: 0, types: { [id]: 0 } });
    const isGone = ({ target }: Example): boolean => target.bugType === gone;
    const waiting = feed.state().pending.filter(isGone).length;
    const rows = (await takeBatches(feed, 150)).flat();
    assert.ok(rows.length > 300);
    assert.ok(rows.filter(isGone).length <= waiting, 'only rows that waited already');
    assert.not.ok(rows.some(({ target }) => target.location === 0));
    const none = Object.fromEntries(types.map((code) => [bugTypeByCode(code)?.id ?? '', 0]));
    assert.throws(
      () => feed.setMixture({ cleanShare: 0, types: none }),
      /leaves no row of the training data/,
    );
  }));

test('buckets without rows are not offered; a window longer than the last bucket is refused', async () => {
  await withFeed(openTestFeed(input, {}, { bucketLengths: [4, 8, 12, 16, 32] }), (feed) => {
    assert.equal(feed.lengths, [8, 12, 16]);
    return Promise.resolve();
  });
  await refuses(
    openTestFeed(input, {}, { bucketLengths: [8] }),
    /expected windows of at most 8 tokens, got one of/,
  );
});

test('one clear error each for what cannot be read', async () => {
  await refuses(openTestFeed(createFolderStore(join(folder, 'none'))), /expected shards train\/shard_/);
  await refuses(openTestFeed(await makeStore('empty', [])), /expected training examples, got none/);
  const foreign = await makeStore('foreign', examples, { 'trm:tokenizer': 'f'.repeat(64) });
  await refuses(openTestFeed(foreign), /shard_00000\.parquet: expected trm:tokenizer a+, got f+/);
  const old = await makeStore('old', examples, { 'trm:exampleVersion': '1' });
  await refuses(openTestFeed(old), /expected trm:exampleVersion \d+, got 1/);
  const short = await makeStore('short', examples);
  await truncate(join(short.location, 'train/shard_00002.parquet'), 5000);
  await refuses(openTestFeed(short), /shard_00002\.parquet as Parquet/);
});

test('rows read without a feed are checked as well', async () => {
  const readAll = async (store: ObjectStore): Promise<Example[]> => {
    const rows = [];
    for await (const row of readCheckedExamples(store, 'train', TEST_METADATA)) rows.push(row);
    return rows;
  };
  assert.equal(await readAll(await makeStore('plainly', examples)), examples);
  const foreign = await makeStore('foreign-plainly', examples, { 'trm:closedVocabulary': 'f'.repeat(64) });
  await refuses(readAll(foreign), /shard_00000\.parquet: expected trm:closedVocabulary b+, got f+/);
  const [first, ...others] = examples;
  const wild = { ...first, pieces: new Uint16Array(first.pieces.length).fill(4000) };
  await refuses(
    readAll(await makeStore('wild', [wild, ...others])),
    /expected pieces within 0\.\.39, got 4000/,
  );
});

test('damage in the middle of a shard and numbers that point to nothing are found when their block is read', async () => {
  const damaged = await makeStore('damaged', examples);
  const path = join(damaged.location, 'train/shard_00001.parquet');
  const bytes = await readFile(path);
  bytes.fill(0x5a, 400, 1400);
  await writeFile(path, bytes);
  await refuses(readEverything(damaged), /shard_00001\.parquet/);
  const changes: [string, Partial<Example>, RegExp][] = [
    [
      'pieces',
      { pieces: new Uint16Array(6 * examples[7].length).fill(4000) },
      /synthetic-7: expected pieces within 0\.\.39, got 4000/,
    ],
    [
      'groups',
      { copyGroups: new Uint8Array(examples[7].length).fill(200) },
      /expected copyGroups within 0\.\.\d+, got 200/,
    ],
    ['types', { target: { ...examples[7].target, bugType: 9999 } }, /expected bugType .* got 9999/],
    [
      'entries',
      {
        target: {
          location: 1,
          spanLength: 1,
          bugType: 1,
          slots: [{ copyGroup: -1, vocabulary: 500, piece: -1, name: -1, kind: 0, pieces: [] }],
        },
      },
      /expected slots\.vocabulary within -1\.\.11, got 500/,
    ],
    [
      'names',
      {
        target: {
          location: 1,
          spanLength: 1,
          bugType: 1,
          slots: [{ copyGroup: -1, vocabulary: -1, piece: -1, name: 50, kind: 0, pieces: [] }],
        },
      },
      /expected slots\.name within -1\.\.\d+, got 50/,
    ],
    [
      'spans',
      { target: { location: 2, spanLength: 99, bugType: 1, slots: [] } },
      /expected spanLength within 0\.\.\d+, got 99/,
    ],
  ];
  for (const [name, change, message] of changes) {
    const store = await makeStore(
      name,
      examples.map((example, i) => (i === 7 ? { ...example, ...change } : example)),
    );
    await refuses(readEverything(store), message);
  }
});

test('a state of other data is refused, and a closed feed gives no rows', async () => {
  const other = await makeStore('other', makeExamples(200));
  const state = await withFeed(openTestFeed(other), (feed) => Promise.resolve(feed.state()));
  const feed = await openTestFeed(input);
  await refuses(feed.restore(state), /expected a position in this training data/);
  await feed.close();
  await feed.close();
  await refuses(takeBatches(feed, 500), /closed|ended/, Error);
});

/** Writes a train split of its own. */
async function makeStore(name: string, rows: readonly Example[], metadata = {}): Promise<ObjectStore> {
  const store = createFolderStore(join(folder, name));
  await writeTrainSplit(store, rows, { metadata: { ...TEST_FOOTER, ...metadata } });
  return store;
}

function readEverything(store: ObjectStore): Promise<unknown> {
  return withFeed(openTestFeed(store), (feed) => takeBatches(feed, 300));
}

async function refuses(
  promise: Promise<unknown>,
  message: RegExp,
  type: new (...args: never[]) => Error = DataError,
): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.instance(error, type);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected an error like ${message}`);
}

test.run();
