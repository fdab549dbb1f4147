import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadEngine } from '../../core/engine';
import { applyEdit } from '../../python/edits/edits';
import { predict } from '../../trm/predict';
import { loadRepairModel, type RepairModel } from '../model-folder';
import { analyse, type Program } from '../program';
import { editSize } from '../proposals';
import { writeRandomModel } from '../testing';
import { encodeFor } from '../window-predictor';
import { candidatesAt, type CandidateOptions, type MarkedPlace, type PlacedCandidate } from './candidates';
import { editKey } from './undo/undo';

const CODE = `from __future__ import annotations

import os


class Store:
    def __init__(self, folder, limit=10):
        self.folder = folder
        self.limit = limit

    def paths(self, names):
        found = []
        for name in names:
            if len(found) < limit:
                found.append(os.path.join(self.folder, name))
        return fuond


def size(path):
    return math.ceil(os.path.getsize(path) / 1024)
`;

let folder: string;
let parts: RepairModel;
let program: Program;

test.before(async () => {
  await loadEngine();
  folder = await mkdtemp(join(tmpdir(), 'trm-candidates-'));
  await writeRandomModel(folder, { code: CODE });
  parts = await loadRepairModel(folder);
  program = analyse(CODE, { maxTokens: parts.model.config.maxTokens });
});

test.after(async () => {
  parts.model.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The place of some text, which stands once in the code. */
function placeOf(text: string, more: Partial<MarkedPlace> = {}): MarkedPlace {
  const start = CODE.indexOf(text);
  assert.ok(start >= 0 && CODE.indexOf(text, start + 1) < 0, text);
  return { span: [start, start + text.length], ...more };
}

async function at(place: MarkedPlace, options: CandidateOptions = {}): Promise<PlacedCandidate[]> {
  const [candidates] = await candidatesAt(parts, program, [place], { topK: 8, ...options });
  return candidates;
}

const resultOf = ({ edit }: PlacedCandidate): string => applyEdit(CODE, program.tokens, edit);

test('candidates come once, the most probable first, of equals those of fewest tokens, and are bounded', async () => {
  const candidates = await at(placeOf('len(found)'));
  assert.is(candidates.length, 64);
  assert.is(new Set(candidates.map(({ edit }) => editKey(edit))).size, 64);
  candidates.slice(1).forEach((one, i) => {
    const before = candidates[i];
    const isFewer = one.probability < before.probability || editSize(one.edit) >= editSize(before.edit);
    assert.ok(one.probability <= before.probability && isFewer, `${i}`);
  });
  assert.equal(await at(placeOf('len(found)')), candidates, 'the same question has the same answer');
  assert.is((await at(placeOf('len(found)'), { most: 5 })).length, 5);
});

test("the model's own proposals have the probability that it states", async () => {
  const candidates = await at(placeOf('len(found)'), { sources: ['model'] });
  assert.ok(candidates.length > 0 && candidates.every(({ sources }) => sources.join() === 'model'));
  const [{ window }] = candidates;
  const { firstToken } = program.windows[window];
  const encoded = encodeFor(parts, program, program.windows[window], null);
  assert.ok(encoded);
  const [{ proposals }] = await predict(parts.model, [encoded], { ...parts, topK: 2000, spansPerPlace: 9 });
  const free = new Map(
    proposals.map(({ location, spanLength, replacement, probability }) => {
      const start = firstToken + location;
      return [editKey({ tokenSpan: [start, start + spanLength], replacement }), probability];
    }),
  );
  // Told the place, each is likelier by the same factor.
  const factors = candidates.flatMap(({ edit, probability }) => {
    const known = free.get(editKey(edit));
    return known === undefined ? [] : [probability / known];
  });
  assert.ok(factors.length > 1, `${factors.length} of ${candidates.length}`);
  for (const factor of factors)
    assert.ok(factor > 1 && Math.abs(factor / factors[0] - 1) < 0.01, `${factor}`);
});

test('what undoes a bug, a name near by, an import and advice are among them', async () => {
  const among = async (
    text: string,
    wanted: string,
    more: Partial<MarkedPlace> = {},
  ): Promise<PlacedCandidate> => {
    const found = (await at(placeOf(text, more))).find((one) => resultOf(one) === wanted);
    assert.ok(found, wanted);
    return found;
  };
  const self = await among('limit:', CODE.replace('< limit:', '< self.limit:'), { bugType: 'missing-self' });
  assert.ok(self.sources.includes('undo'));
  const near = await among('fuond', CODE.replace('fuond', 'found'));
  assert.ok(near.sources.includes('near'));
  const imported = await among('math', CODE.replace('import os\n', 'import math\nimport os\n'));
  assert.ok(
    imported.sources.includes('near') && imported.probability === 0,
    'its place is in another window',
  );
  const advice = await among('getsize', CODE.replace('getsize', 'weigh'), { suggestion: 'weigh' });
  assert.equal(advice.sources, ['tool']);
});

test('a broken program is undone by what breaks the grammar', async () => {
  const source = CODE.replace('in names:', 'in names');
  const broken = analyse(source, { maxTokens: parts.model.config.maxTokens });
  const start = source.indexOf('for name');
  const stoppedAt = broken.tokens.findIndex((token) => token.start >= source.indexOf('in names') + 8);
  const options = { parses: false, stoppedAt, sources: ['undo'] as const, most: 400 };
  const [candidates] = await candidatesAt(parts, broken, [{ span: [start, start + 3] }], options);
  assert.ok(candidates.some(({ edit }) => applyEdit(source, broken.tokens, edit) === CODE));
});

test('places at the ends of a program, and in an empty one, have candidates or none', async () => {
  for (const span of [
    [0, 0],
    [CODE.length, CODE.length],
    [CODE.length - 1, CODE.length],
  ] as const)
    assert.ok((await at({ span })).length <= 64);
  const empty = analyse('', { maxTokens: parts.model.config.maxTokens });
  assert.ok((await candidatesAt(parts, empty, [{ span: [0, 0] }]))[0].length <= 64);
});

test.run();
