/** A reader of event files for tests, written apart from the writer: knows protocol buffers, not our records. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A decoded field: number, bytes of a nested message or text, or raw fixed-width bytes. */
type Fields = Map<number, (bigint | Buffer)[]>;

/** CRC-32C bit by bit, and the mask. */
function masked(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Data of the frames of a TFRecord file. @throws Error when a checksum is wrong or the end is missing */
export function readFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (masked(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8))
      throw new Error(`frame ${frames.length}: wrong checksum of the length`);
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (masked(data) !== bytes.readUInt32LE(at + 12 + length))
      throw new Error(`frame ${frames.length}: wrong checksum of the data`);
    frames.push(data);
    at += 16 + length;
  }
  return frames;
}

function decode(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++]);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

/** An event as TensorBoard sees it. */
export interface SeenEvent {
  time: number;
  step: number;
  version?: string;
  /** True: a session starts here, what earlier files have from this step on is void. */
  start?: boolean;
  scalars: Record<string, number>;
  texts: Record<string, string>;
}

/** Events of a file's bytes. */
export function readEvents(bytes: Buffer): SeenEvent[] {
  return readFrames(bytes).map((frame) => {
    const event = decode(frame);
    const one = (fields: Fields, field: number): Buffer | undefined =>
      fields.get(field)?.[0] as Buffer | undefined;
    const scalars: Record<string, number> = {};
    const texts: Record<string, string> = {};
    for (const summary of (event.get(5) ?? []) as Buffer[])
      for (const bytesOfValue of (decode(summary).get(1) ?? []) as Buffer[]) {
        const value = decode(bytesOfValue);
        const tag = one(value, 1)?.toString('utf8') ?? '';
        const simple = one(value, 2);
        const tensor = one(value, 8);
        if (simple) scalars[tag] = simple.readFloatLE();
        if (tensor) texts[tag] = one(decode(tensor), 8)?.toString('utf8') ?? '';
      }
    const session = one(event, 7);
    const version = one(event, 3)?.toString('utf8');
    return {
      time: one(event, 1)?.readDoubleLE() ?? 0,
      step: Number(event.get(2)?.[0] ?? 0n),
      ...(version ? { version } : {}),
      ...(session ? { start: decode(session).get(1)?.[0] === 1n } : {}),
      scalars,
      texts,
    };
  });
}

/** A tag's curve as TensorBoard draws it from a folder: files in the order of their names, starts void what they must. */
export function curveOf(folder: string, tag: string): [step: number, value: number][] {
  let points: [number, number][] = [];
  for (const name of readdirSync(folder).sort())
    for (const { step, start, scalars } of readEvents(readFileSync(join(folder, name)))) {
      if (start) points = points.filter(([at]) => at < step);
      if (tag in scalars) points.push([step, scalars[tag]]);
    }
  return points;
}
