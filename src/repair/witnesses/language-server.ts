import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { rangeSchema } from '../../records/finding';

/** How a tool is started as a server of the Language Server Protocol. */
export interface ServerOptions {
  program: string;
  args: readonly string[];
  /** Folders that the server takes for the project; absolute. */
  roots: readonly string[];
  /** `initializationOptions` of its `initialize`. */
  settings: object;
  /** Milliseconds for the start, and for a batch of documents; each document adds a twentieth of it. */
  timeoutMs: number;
}

/** A text as the server sees it. */
export interface ServerDocument {
  uri: string;
  text: string;
}

/** Severities of the protocol. */
export const SEVERITY = { error: 1, warning: 2, information: 3, hint: 4 } as const;

const diagnosticSchema = z.looseObject({
  range: rangeSchema,
  severity: z.int().min(1).max(4).default(SEVERITY.error),
  code: z.union([z.string(), z.number()]).optional(),
  message: z.string(),
});
/** A finding as the server tells it: places in UTF-16 units. */
export type Diagnostic = z.infer<typeof diagnosticSchema>;

const reportSchema = z.looseObject({ items: z.array(diagnosticSchema) });
const helloSchema = z.looseObject({
  capabilities: z.looseObject({
    positionEncoding: z.string().default('utf-16'),
    diagnosticProvider: z.looseObject({}),
  }),
});

/** Codes by which a server says "ask again": something changed while it was at it. */
const ASK_AGAIN: ReadonlySet<number> = new Set([-32800, -32801, -32802]);
const MOST_TRIES = 5;
/** Milliseconds from the loss of a connection to the end of its process. */
const LAST_WORDS = 200;

/**
 * Writes to a process that may have died: its end is reported by itself, and the library would let a failed write escape
 * as a rejection that nobody can catch.
 */
class ServerWriter extends StreamMessageWriter {
  override async write(message: Message): Promise<void> {
    await super.write(message).catch(() => undefined);
  }
}

/**
 * A tool that stays resident and is asked for the diagnostics of texts in memory: nothing is written to disk, and what it
 * has read of libraries it keeps. Owns a process. After any failure it is of no more use: close it.
 */
export class LanguageServer {
  private errors = '';
  private readonly failed: Promise<never>;
  private fail: (why: Error) => void = () => undefined;
  private closed = false;
  private ready: Promise<void> | undefined;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, Readable>,
    private readonly connection: MessageConnection,
    private readonly options: ServerOptions,
  ) {
    this.failed = new Promise((_, reject) => (this.fail = reject));
    // Nobody may be waiting when it fails; the next request meets it.
    this.failed.catch(() => undefined);
  }

  /** Starts the process; whether it can be talked to shows with the first {@link diagnose}. */
  static start(options: ServerOptions): LanguageServer {
    const child = spawn(options.program, [...options.args], {
      cwd: tmpdir(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const reader = new StreamMessageReader(child.stdout);
    const connection = createMessageConnection(reader, new ServerWriter(child.stdin));
    const server = new LanguageServer(child, connection, options);
    server.listen(reader);
    return server;
  }

  /** Diagnostics of documents with different URIs, in their order. @throws Error one clause: what the tool did */
  async diagnose(documents: readonly ServerDocument[]): Promise<Diagnostic[][]> {
    this.hold(true);
    const { timeoutMs } = this.options;
    try {
      await (this.ready ??= this.greet());
      // All are opened first: a server gives up what it is at when a text comes or goes.
      for (const { uri, text } of documents)
        await this.tell('textDocument/didOpen', {
          textDocument: { uri, languageId: 'python', version: 1, text },
        });
      const reports = await this.within(
        Promise.all(documents.map(({ uri }) => this.report(uri))),
        timeoutMs * (1 + documents.length / 20),
      );
      for (const { uri } of documents) await this.tell('textDocument/didClose', { textDocument: { uri } });
      return reports;
    } finally {
      this.hold(false);
    }
  }

  /** Kills the process and waits for its end. Safe to call twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.fail(new Error('was closed before it answered'));
    this.connection.dispose();
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null)
      return;
    this.hold(true);
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    await gone;
  }

  private listen(reader: StreamMessageReader): void {
    const { child, connection } = this;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-2000);
    });
    // Writing to a process that just died; its end is reported below.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.fail(new Error(`did not start (${error.message})`)));
    child.on('close', (code, signal) => {
      const last = this.errors.trim().split('\n').at(-1);
      const how = signal ? `signal ${signal}` : `exit code ${code}`;
      this.fail(new Error(`ended with ${how}${last ? ` (${last})` : ''}`));
    });
    reader.onError((error) => this.fail(new Error(`printed what is no message (${error.message})`)));
    // Settings are given once, at the start.
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => null),
    );
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('workspace/diagnostic/refresh', () => null);
    connection.listen();
  }

  private async greet(): Promise<void> {
    const { roots, settings, timeoutMs } = this.options;
    const folders = roots.map((root) => ({ uri: pathToFileURL(root).href, name: root }));
    const capabilities = { general: { positionEncodings: ['utf-16'] }, textDocument: { diagnostic: {} } };
    const hello = await this.within(
      this.connection.sendRequest<unknown>('initialize', {
        processId: process.pid,
        rootUri: folders[0].uri,
        workspaceFolders: folders,
        capabilities,
        initializationOptions: settings,
      }),
      timeoutMs,
    );
    const read = helloSchema.safeParse(hello);
    if (!read.success || read.data.capabilities.positionEncoding !== 'utf-16')
      throw new Error('is no server that gives diagnostics in UTF-16 places');
    await this.tell('initialized', {});
  }

  private async report(uri: string): Promise<Diagnostic[]> {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await this.connection.sendRequest<unknown>('textDocument/diagnostic', {
          textDocument: { uri },
        });
        const report = reportSchema.safeParse(answer);
        if (!report.success) throw new Error('answered with what are no diagnostics');
        return report.data.items;
      } catch (error) {
        const again = error instanceof ResponseError && ASK_AGAIN.has(error.code) && tries < MOST_TRIES;
        if (!again) throw error;
      }
    }
  }

  private tell(method: string, parameters: object): Promise<void> {
    return Promise.race([this.connection.sendNotification(method, parameters), this.failed]);
  }

  /** The result of `work`, unless the server fails or the time is over first. */
  private async within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`gave no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    // When the connection is lost its requests fail at once, with a message that says less than the process's end.
    const told = work.catch(async (error: unknown) => {
      await Promise.race([this.failed, sleep(LAST_WORDS)]);
      throw error;
    });
    try {
      return await Promise.race([this.failed, told, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Only a request under way keeps the program running: a forgotten `close` must not. */
  private hold(on: boolean): void {
    const { child } = this;
    for (const part of [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[])
      if (on) part.ref();
      else part.unref();
  }
}
