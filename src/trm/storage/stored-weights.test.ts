import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { flatLayout, flatViews, initialWeights } from '../weights';
import { TINY_CONFIG } from '../testing';
import type { STORAGE_FORMS } from './form';
import { decodeSafetensors, encodeSafetensors } from './safetensors';
import { readWeights, storedWeights } from './stored-weights';

const layout = flatLayout(TINY_CONFIG);
const weights = initialWeights(TINY_CONFIG, seedStream(3, 'stored-weights'));

/** Bytes of a file, and the weights that come back from it. */
function throughFile(
  form: (typeof STORAGE_FORMS)[number],
  flat = weights,
): { bytes: number; back: Float32Array } {
  const file = encodeSafetensors(storedWeights(flat, layout, form));
  return { bytes: file.length, back: readWeights(decodeSafetensors(file, form).tensors, layout, form) };
}

test('float32 comes back bit by bit', () => {
  assert.equal(throughFile('float32').back, weights);
});

test('float16 comes back within half a step of its mantissa, in half the bytes', () => {
  const { bytes, back } = throughFile('float16');
  weights.forEach((value, i) => {
    const most = Math.max(Math.abs(value) * 2 ** -11, 2 ** -25);
    assert.ok(Math.abs(back[i] - value) <= most, `weight ${i}: ${value} came back as ${back[i]}`);
  });
  assert.ok(bytes < 0.52 * throughFile('float32').bytes, `${bytes} bytes`);
});

test('int8 comes back within half a step of its column, or row of pieces, in about a quarter of the bytes', () => {
  const { bytes, back } = throughFile('int8');
  const [before, after] = [flatViews(weights, layout), flatViews(back, layout)];
  for (const { name, shape } of layout.entries) {
    if (shape.length !== 2) continue;
    const [rows, columns] = shape;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const lane = Array.from(
          { length: name === 'embedding.pieces' ? columns : rows },
          (_, k) => before[name][name === 'embedding.pieces' ? row * columns + k : k * columns + column],
        );
        const step = Math.max(...lane.map(Math.abs)) / 127;
        const [x, y] = [before[name], after[name]].map((values) => values[row * columns + column]);
        assert.ok(
          Math.abs(x - y) <= 0.501 * step + 2 ** -11 * Math.abs(x),
          `${name} ${row} ${column}: ${x} ${y}`,
        );
      }
  }
  assert.ok(bytes < 0.36 * throughFile('float32').bytes, `${bytes} bytes`);
});

test('columns of zeros stay zeros, and a file without its scales is refused', () => {
  const zeros = new Float32Array(layout.size);
  assert.ok(throughFile('int8', zeros).back.every((value) => value === 0));
  const stored = storedWeights(weights, layout, 'int8');
  const [scale] = Object.keys(stored).filter((name) => name.endsWith('.scale'));
  const { [scale]: _, ...rest } = stored;
  assert.throws(() => readWeights(rest, layout, 'm.safetensors'), /of F32, F16 or I8 with scales, got I8/);
});

test.run();
