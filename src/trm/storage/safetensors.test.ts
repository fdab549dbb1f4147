import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { withTemporaryFolder } from '../../storage/testing';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors';

const tensors: Record<string, StoredTensor> = {
  'core.0.qk': { dtype: 'F32', shape: [2, 3], data: Float32Array.of(0.5, -1, 2, 1e-8, 3e38, -0) },
  // An odd number of bytes before a tensor of wider elements: alignment is where writers go wrong.
  kinds: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) },
  pieces: { dtype: 'U16', shape: [1, 2], data: Uint16Array.of(7, 65535) },
  halves: { dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x0001) },
  whole: { dtype: 'I8', shape: [2], data: Int8Array.of(-127, 5) },
  bias: { dtype: 'F32', shape: [1], data: Float32Array.of(-5) },
};

test('the reference reader finds the same tensors, bit by bit', async () => {
  const program = `
import json, sys
from safetensors import safe_open
from safetensors.numpy import load_file
with safe_open(sys.argv[1], "np") as file: metadata = file.metadata()
arrays = {k: [str(v.dtype), list(v.shape), v.tobytes().hex()] for k, v in load_file(sys.argv[1]).items()}
print(json.dumps([metadata, arrays]))`;
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, encodeSafetensors(tensors, { format: 'pt' }));
    const { stdout } = await runProcess(pythonPath(), ['-c', program, path]);
    const [metadata, arrays] = JSON.parse(stdout) as [object, Record<string, [string, number[], string]>];
    assert.equal(metadata, { format: 'pt' });
    assert.equal(Object.keys(arrays).sort(), Object.keys(tensors).sort());
    const names = { F32: 'float32', F16: 'float16', U8: 'uint8', U16: 'uint16', I8: 'int8' } as Record<
      string,
      string
    >;
    for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
      const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
      assert.equal(arrays[name], [names[dtype], shape, hex]);
    }
  });
});

test('it reads back what it wrote', () => {
  const { tensors: back } = decodeSafetensors(encodeSafetensors(tensors, {}), 'm.safetensors');
  for (const [name, tensor] of Object.entries(tensors)) assert.equal(back[name], tensor);
});

test.run();
