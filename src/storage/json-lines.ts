import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { ObjectStore, ObjectWriter } from './object-store';
import { openScratchFile } from './scratch-file';

/** Characters gathered before a write. */
const WRITE_CHUNK = 1 << 20;

/** Writes JSON values, one a line, as an object of a store or as a scratch file. Owns a writer: commit or abort it. */
export class JsonLinesWriter {
  private buffer: string[] = [];
  private size = 0;
  /** Lines written. */
  count = 0;

  private constructor(private readonly writer: ObjectWriter) {}

  /** Begins an object; it is there when it is committed. */
  static async create(store: ObjectStore, key: string): Promise<JsonLinesWriter> {
    return new JsonLinesWriter(await store.create(key));
  }

  /** Begins a scratch file at `path`, in the place of an old one; see {@link openScratchFile}. */
  static async scratch(path: string): Promise<JsonLinesWriter> {
    return new JsonLinesWriter(await openScratchFile(path));
  }

  async write(value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    this.buffer.push(line);
    this.size += line.length;
    this.count++;
    if (this.size >= WRITE_CHUNK) await this.flush();
  }

  /** Writes what is left and publishes it. */
  async commit(): Promise<void> {
    await this.flush();
    await this.writer.commit();
  }

  /** Leaves nothing behind; after `commit` it does nothing. */
  async abort(): Promise<void> {
    await this.writer.abort();
  }

  private async flush(): Promise<void> {
    const text = this.buffer.join('');
    this.buffer = [];
    this.size = 0;
    if (text !== '') await this.writer.write(text);
  }
}

/**
 * Lines of a scratch file that {@link JsonLinesWriter} wrote, streaming. Not `readline`: that also breaks lines at
 * U+2028, which JSON leaves as it is.
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of createReadStream(path, { highWaterMark: WRITE_CHUNK })) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Values of a scratch file that {@link JsonLinesWriter} wrote, streaming. */
export async function* readJsonLines<T>(path: string): AsyncGenerator<T> {
  for await (const line of readLines(path)) yield JSON.parse(line) as T;
}
