import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadEngine } from '../core/engine';
import { loadRepairModel } from './model-folder';
import { analyse } from './program';
import { writeRandomModel } from './testing';
import { createWindowPredictor, windowsTouching } from './window-predictor';

const FIRST = 'def first(a):\n    return a\n';
const SECOND = '\n\ndef second(b):\n    return b\n';

test('windows that touch a range: the function around it, both where it holds both', () => {
  const program = analyse(`${FIRST}${SECOND}`, { maxTokens: 128 });
  const at = program.source.indexOf('def second');
  assert.equal(windowsTouching(program, [0, 3]), [0]);
  assert.equal(windowsTouching(program, [at, at]), [1]);
  assert.equal(windowsTouching(program, [at + 5, at + 5]), [1]);
  assert.equal(windowsTouching(program, [FIRST.length - 2, at]), [0, 1]);
  assert.equal(windowsTouching(analyse('', { maxTokens: 128 }), [0, 0]), []);
});

test('of an edited file only what changed is predicted again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trm-windows-'));
  try {
    await loadEngine();
    await writeRandomModel(folder, { code: FIRST + SECOND });
    const parts = await loadRepairModel(folder);
    const predictWindows = createWindowPredictor(parts);
    const { maxTokens } = parts.model.config;
    const program = analyse(FIRST + SECOND, { maxTokens });
    const all = await predictWindows({ program, topK: 2 });
    assert.is(all.length, 2);
    // Without weights, only what is remembered can be answered. The edit leaves the names of the file as they are.
    parts.model.dispose();
    const edited = analyse(`${FIRST}${SECOND.replace('return b', 'return -b')}`, { maxTokens });
    assert.equal(await predictWindows({ program: edited, windows: [0], topK: 2 }), all.slice(0, 1));
    const isAsked = async (source: string, windows: number[], topK = 2): Promise<boolean> =>
      predictWindows({ program: analyse(source, { maxTokens }), windows, topK }).then(
        () => false,
        () => true,
      );
    assert.ok(await isAsked(edited.source, [1]), 'changed');
    assert.ok(await isAsked(program.source, [0], 3), 'asked for more');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();
