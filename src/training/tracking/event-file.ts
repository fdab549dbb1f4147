import { maskedCrc32c } from './crc32c';

/**
 * TensorBoard's event files: TFRecord frames, each with an `Event` protocol buffer. Written by hand: the few fields
 * used are listed here with their numbers (tensorflow's event.proto, summary.proto, tensor.proto). Members are written in
 * the order of their numbers, as the official writer does.
 */

/** What one event says. */
export type EventPayload =
  /** First event of a file. */
  | { kind: 'version' }
  /** A training begins or goes on: what earlier files have from `step` on is void. */
  | { kind: 'start' }
  | { kind: 'scalars'; values: readonly (readonly [tag: string, value: number])[] }
  /** Markdown for the text tab. */
  | { kind: 'text'; tag: string; text: string };

/** One event. */
export interface EventRecord {
  /** Seconds since the epoch. */
  time: number;
  step: number;
  payload: EventPayload;
}

/** Version that TensorBoard expects in a file's first event. */
const FILE_VERSION = 'brain.Event:2';
/** `SessionLog.START`. */
const SESSION_START = 1;
/** `DataType.DT_STRING`. */
const DT_STRING = 7;

/** A framed event, ready to be appended to a file. */
export function encodeEvent({ time, step, payload }: EventRecord): Buffer {
  return frame(
    Buffer.concat([
      float64(1, time),
      ...(step === 0 ? [] : [varintField(2, step)]),
      ...(payload.kind === 'version' ? [bytesField(3, Buffer.from(FILE_VERSION))] : []),
      ...(payload.kind === 'scalars' || payload.kind === 'text'
        ? [bytesField(5, encodeSummary(payload))]
        : []),
      ...(payload.kind === 'start' ? [bytesField(7, varintField(1, SESSION_START))] : []),
    ]),
  );
}

function encodeSummary(payload: Extract<EventPayload, { kind: 'scalars' | 'text' }>): Buffer {
  if (payload.kind === 'scalars')
    return Buffer.concat(
      payload.values.map(([tag, value]) =>
        bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), float32(2, value)])),
      ),
    );
  const { tag, text } = payload;
  const shape = bytesField(2, varintField(1, 1));
  const tensor = Buffer.concat([
    varintField(1, DT_STRING),
    bytesField(2, shape),
    bytesField(8, Buffer.from(text)),
  ]);
  const plugin = bytesField(1, bytesField(1, Buffer.from('text')));
  return bytesField(
    1,
    Buffer.concat([bytesField(1, Buffer.from(tag)), bytesField(8, tensor), bytesField(9, plugin)]),
  );
}

/** A TFRecord frame: length, masked checksum of the length, data, masked checksum of the data. */
function frame(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([head, data, tail]);
}

/** Wire types of protocol buffers. */
const [VARINT, I64, LENGTH, I32] = [0, 1, 2, 5];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function key(field: number, wire: number): Buffer {
  return varint(field * 8 + wire);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([key(field, LENGTH), varint(bytes.length), bytes]);
}

function float64(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, I64), bytes]);
}

function float32(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, I32), bytes]);
}
