import { z } from 'zod';
import { DataError } from '../../core/errors';
import { parseJson } from '../../core/files';

const TYPES = {
  F32: Float32Array,
  F16: Uint16Array,
  I32: Int32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  I8: Int8Array,
} as const;

/** A tensor in a safetensors file. */
export interface StoredTensor {
  dtype: keyof typeof TYPES;
  shape: number[];
  /** Row-major values; of F16 their bits. */
  data: Float32Array | Int32Array | Uint16Array | Uint8Array | Int8Array;
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Bytes of a safetensors file (https://github.com/huggingface/safetensors): 8 bytes little-endian header length,
 * JSON header, values. Tensors are written in the order given, the widest type first so that all stay aligned.
 * @param metadata free text values under `__metadata__`
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const order = Object.entries(tensors).sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  let offset = 0;
  for (const [name, { dtype, shape, data }] of order) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Padded with spaces to a multiple of 8, as the format asks.
  const headerLength = Math.ceil(text.length / 8) * 8;
  const out = Buffer.alloc(8 + headerLength + offset, 0x20);
  out.writeBigUInt64LE(BigInt(headerLength), 0);
  text.copy(out, 8);
  let at = 8 + headerLength;
  for (const [, { data }] of order) {
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(out, at);
    at += data.byteLength;
  }
  return out;
}

/** What {@link decodeSafetensors} found. */
export interface SafetensorsFile {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/**
 * Reads a safetensors file.
 * @param label its name, for messages
 * @throws DataError when it is cut short, not safetensors, or holds a type we do not use
 */
export function decodeSafetensors(bytes: Uint8Array, label: string): SafetensorsFile {
  const fail = (what: string): never => {
    throw new DataError(`${label}: ${what}`, 'the file may be cut short; make it again');
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) fail(`expected a safetensors file, got ${bytes.length} bytes`);
  const headerLength = Number(view.getBigUint64(0, true));
  if (8 + headerLength > bytes.length)
    fail(`expected a header of ${headerLength} bytes, got ${bytes.length - 8}`);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const { __metadata__: metadata = {}, ...entries } = parseJson(text, headerSchema, label);
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, raw] of Object.entries(entries)) {
    const parsed = entrySchema.safeParse(raw);
    if (!parsed.success) return fail(`header entry "${name}" does not have the expected form`);
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    if (!Object.hasOwn(TYPES, dtype)) fail(`tensor "${name}" has type ${dtype}, which is not used here`);
    const [start, end] = offsets.map((offset) => 8 + headerLength + offset);
    if (end > bytes.length)
      fail(`tensor "${name}" ends at byte ${end}, but the file has ${bytes.length} bytes`);
    const Type = TYPES[dtype as StoredTensor['dtype']];
    const count = shape.reduce((product, size) => product * size, 1);
    if (end - start !== count * Type.BYTES_PER_ELEMENT) fail(`tensor "${name}" has a wrong size`);
    // A copy (Buffer.slice would be a view): the values then stand aligned whatever the file's offsets.
    const copy = new Uint8Array(bytes.subarray(start, end));
    tensors[name] = { dtype: dtype as StoredTensor['dtype'], shape, data: new Type(copy.buffer, 0, count) };
  }
  const texts = z.record(z.string(), z.string()).safeParse(metadata);
  if (!texts.success) return fail('its metadata is not text');
  return { tensors, metadata: texts.data };
}
