/** Helpers of the process stage's tests; nothing else imports this file. */
import { join } from 'node:path';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { makeSample } from '../python/edits/sample-testing';
import type { Manifest } from '../records/manifest';
import type { Sample } from '../records/sample';
import { writeContextShards } from '../shards/context-shard';
import { buildManifest, writeManifest } from '../shards/manifest';
import { writeSampleShards } from '../shards/sample-shard';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { localFolders } from '../stages/context';
import { process as processStage, processConfigSchema } from './stage';
import { makeMutant } from './testing';
import { testMachine } from '../stages/testing';

const GROUPS = 12;

/** A small world: functions of a dozen packages, their mutants, and one sample for every reason to drop one. */
export function world(): { collect: Sample[]; generate: Sample[] } {
  const collect: Sample[] = [];
  const generate: Sample[] = [];
  for (let g = 0; g < GROUPS; g++) {
    const group = `owner/package-${g}`;
    for (let f = 0; f < 6; f++) {
      // No two are twins up to names and literals.
      const terms = [1, 3, 9, 27].map((base) => ` ${'+-*'[Math.floor((6 * g + f) / base) % 3]} 1`).join('');
      const clean = makeSample(
        `def pick_${g}_${f}(items, limit):\n    if len(items) > limit${terms}:\n        return items[limit]\n    return None\n`,
        undefined,
        { group },
      );
      collect.push(clean);
      generate.push(
        makeMutant(clean, '>', '<'),
        makeMutant(clean, 'items[limit]', 'items[items]', { family: 'name' }),
        makeMutant(clean, ':\n        return', '\n        return', { family: 'syntax' }),
      );
    }
  }
  const [first] = collect;
  const alone = (before: string, fields: Partial<Sample> = {}): Sample =>
    makeSample(before, before, { group: first.group, ...fields });
  collect.push(
    alone('def g(a):\n    return a\n', { licence: 'GPL-3.0-only' }),
    alone('def broken(a)\n    return a\n'),
    alone(collect[1].after.replace('return None', 'return limit')),
    first,
    // The same function, vendored by every other package: it stays in train.
    ...Array.from({ length: GROUPS - 1 }, (_, g) =>
      makeSample(`# copy ${g}\n${first.after}`, undefined, {
        group: `owner/package-${g + 1}`,
        id: String(g).padStart(64, 'a'),
      }),
    ),
  );
  generate.push(
    makeMutant(first, 'return None', 'return None None'),
    makeMutant(first, '> limit', '> (limit)', { family: 'syntax' }),
    // What one function is broken to is another one's code.
    makeMutant(collect[1], 'return None', 'return limit'),
    ...Array.from({ length: GROUPS }, (_, g) => {
      const before = `def lookup_${g}(table):\n    return table\n`;
      const after = before.replace('return table', `return name_never_seen_${g}_qzx`);
      return makeSample(before, after, {
        group: `owner/package-${g}`,
        parentId: first.id.replace(/./g, 'b'),
      });
    }),
  );
  return { collect, generate };
}

/** A finished stage that the process stage reads. */
export async function makeInput(
  folder: string,
  stage: 'collect' | 'generate',
  samples: Sample[],
): Promise<ObjectStore> {
  const store = createFolderStore(join(folder, stage));
  const resources = await writeSampleShards(store, 'samples', samples);
  resources.push(...(await writeContextShards(store, [])));
  const counts = { in: samples.length, out: samples.length, dropped: {} };
  await writeManifest(
    store,
    await buildManifest({
      stage,
      stageVersion: 1,
      config: {},
      context: { seed: 1, inputs: {}, machine: testMachine },
      resources,
      counts,
    }),
  );
  return store;
}

/** What a run of the process stage left. */
export interface Run {
  store: ObjectStore;
  manifest: Manifest;
}

/** Runs the process stage on a small vocabulary, without held-out sets unless `config` says so. */
export async function run(
  folder: string,
  name: string,
  options: { seed?: number; config?: object; signal?: AbortSignal; samples?: ReturnType<typeof world> } = {},
): Promise<Run> {
  const { seed = 7, config = {}, signal = new AbortController().signal, samples = world() } = options;
  const store = createFolderStore(join(folder, name));
  const inputs = {
    collect: await makeInput(join(folder, `${name}-in`), 'collect', samples.collect),
    generate: await makeInput(join(folder, `${name}-in`), 'generate', samples.generate),
  };
  const settings = {
    vocabularySize: 600,
    closedVocabularySize: 1,
    fractions: { val: 0.25, test: 0.25 },
    nearDuplicates: { heldOut: [] },
    ...config,
  };
  const manifest = await processStage(processConfigSchema.parse(settings), {
    signal,
    progress: silentProgress,
    machine: testMachine,
    store,
    inputs,
    ...localFolders(join(folder, `${name}-local`)),
    seed,
    rng: seedStream(seed, 'process'),
  });
  return { store, manifest };
}
