import type { MimeBundle } from './bridge';
import { validBundle, validContent, validText } from './valid-content';

/** Sends one message of the given Jupyter type on the output channel. */
export type SendOutput = (type: string, content: object) => void;

/** A stream is sent when this much text waits ... */
const FLUSH_CHARACTERS = 65_536;
/** ... or after this many milliseconds without a send. */
const FLUSH_MS = 100;
/** Stream text kept for redrawing; older text of a longer stream is lost when a live figure redraws its cell. */
const REDRAW_CHARACTERS = 262_144;

/** Most characters that a cell may print; more makes a notebook that nothing opens. */
const MOST_PRINTED = 16 * 2 ** 20;

/** Front ends draw a Plotly output once and ignore updates, so such a figure is renewed by redrawing the cell. */
const PLOTLY = 'application/vnd.plotly.v1+json';

type Entry =
  | { kind: 'stream'; name: string; text: string }
  | { kind: 'display'; id: string | undefined; data: MimeBundle; metadata: object };

/**
 * The output of one cell. Many small writes become few messages, since clients handle each one slowly (and ZeroMQ
 * sends at most 512 in one turn of the event loop); displays with an id can be replaced.
 */
export class CellOutput {
  #entries: Entry[] = [];
  #waiting: { name: string; parts: string[]; size: number } = { name: '', parts: [], size: 0 };
  #timer: NodeJS.Timeout | undefined;
  #lastSend = 0;
  #printed = 0;

  /** @param send receives the messages in order */
  constructor(private readonly send: SendOutput) {}

  /** Appends text to a stream (`stdout` or `stderr`). */
  write(name: string, text: string): void {
    if (this.#printed > MOST_PRINTED) return;
    this.#printed += text.length;
    if (this.#printed > MOST_PRINTED) {
      this.flush();
      const kept = text.slice(0, text.length - (this.#printed - MOST_PRINTED));
      const note = `\n(the cell printed more than ${MOST_PRINTED} characters; the rest is left out)\n`;
      this.#waiting = { name, parts: [kept, note], size: 0 };
      this.flush();
      return;
    }
    if (name !== this.#waiting.name) this.flush();
    // Taken after the flush, which starts a new one.
    const waiting = this.#waiting;
    waiting.name = name;
    waiting.parts.push(text);
    waiting.size += text.length;
    if (waiting.size > FLUSH_CHARACTERS || Date.now() - this.#lastSend > FLUSH_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS / 2);
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { name, parts } = this.#waiting;
    if (parts.length === 0) return;
    this.#lastSend = Date.now();
    const text = validText(parts.join(''));
    this.#waiting = { name, parts: [], size: 0 };
    this.#record(name, text);
    this.send('stream', { name, text });
  }

  /** Adds a display, or replaces the one with the same id. */
  display(data: MimeBundle, options: { id?: string; metadata?: object } = {}): void {
    this.flush();
    const { id, metadata = {} } = options;
    const entry: Entry = { kind: 'display', id, data, metadata };
    const place = this.#entries.findIndex((e) => e.kind === 'display' && id !== undefined && e.id === id);
    if (place < 0) {
      this.#entries.push(entry);
      this.#sendEntry(entry);
      return;
    }
    this.#entries[place] = entry;
    if (PLOTLY in data) this.#redraw();
    else this.send('update_display_data', displayContent(entry));
  }

  /** Replaces a display of an earlier cell. */
  update(data: MimeBundle, options: { id: string; metadata?: object }): void {
    const known = this.#entries.some((entry) => entry.kind === 'display' && entry.id === options.id);
    if (known) return this.display(data, options);
    this.flush();
    this.send('update_display_data', displayContent({ metadata: {}, ...options, data }));
  }

  /** Removes the outputs so far; with `wait` when the next one arrives. */
  clear(wait: boolean): void {
    this.flush();
    this.#entries = [];
    this.send('clear_output', { wait });
  }

  #redraw(): void {
    this.send('clear_output', { wait: true });
    for (const entry of this.#entries) this.#sendEntry(entry);
  }

  #sendEntry(entry: Entry): void {
    if (entry.kind === 'stream') this.send('stream', { name: entry.name, text: entry.text });
    else this.send('display_data', displayContent(entry));
  }

  #record(name: string, text: string): void {
    const last = this.#entries.at(-1);
    if (last?.kind === 'stream' && last.name === name)
      last.text = (last.text + text).slice(-REDRAW_CHARACTERS);
    else this.#entries.push({ kind: 'stream', name, text: text.slice(-REDRAW_CHARACTERS) });
  }
}

function displayContent(entry: { id?: string; data: MimeBundle; metadata: object }): object {
  return {
    data: validBundle(entry.data),
    metadata: validMetadata(entry.metadata),
    transient: entry.id ? { display_id: validText(entry.id) } : {},
  };
}

function validMetadata(metadata: object): object {
  try {
    return validContent(metadata);
  } catch {
    // No JSON: it says how to show the data, which are there.
    return {};
  }
}
