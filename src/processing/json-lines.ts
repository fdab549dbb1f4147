import { createReadStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Bytes gathered before a write. */
const WRITE_CHUNK = 1 << 20;

/** Appends JSON values to a file, one a line. Owns the file handle: `close` it. */
export class JsonLinesWriter {
  private buffer: string[] = [];
  private size = 0;
  /** Lines written. */
  count = 0;

  private constructor(private readonly handle: FileHandle) {}

  /** Starts a new file at `path`, replacing an old one. */
  static async create(path: string): Promise<JsonLinesWriter> {
    await mkdir(dirname(path), { recursive: true });
    return new JsonLinesWriter(await open(path, 'w'));
  }

  async write(value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    this.buffer.push(line);
    this.size += line.length;
    this.count++;
    if (this.size >= WRITE_CHUNK) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush().finally(() => this.handle.close());
  }

  private async flush(): Promise<void> {
    const text = this.buffer.join('');
    this.buffer = [];
    this.size = 0;
    await this.handle.appendFile(text);
  }
}

/**
 * Lines of a file that {@link JsonLinesWriter} wrote, streaming. Not `readline`: that also breaks lines at U+2028,
 * which JSON leaves as it is.
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

/** Values of a file that {@link JsonLinesWriter} wrote, streaming. */
export async function* readJsonLines<T>(path: string): AsyncGenerator<T> {
  for await (const line of readLines(path)) yield JSON.parse(line) as T;
}
