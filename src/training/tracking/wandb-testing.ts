/**
 * A small W&B server for tests: as much of the protocol as `@wandb/sdk` and the official Python client use
 * (`fixtures/check-wandb-server.py` runs the latter against it). It keeps what it is told and can misbehave.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

/** What the server knows of a run. */
export interface ServedRun {
  /** Variables of the latest `UpsertBucket`. */
  variables: Record<string, unknown>;
  /** Times that it was opened. */
  starts: number;
  /** Lines of each file by their offset. */
  files: Record<string, string[]>;
  /** Exit code, once it was closed. */
  exitCode: number | null;
}

/** How the server treats the next requests. */
export interface Behaviour {
  /** Milliseconds before each answer. Default 0. */
  delayMs: number;
  /** Answers this status instead, after storing nothing. Default none. */
  status: number | null;
  /** Stores what comes, then drops the connection instead of answering. Default false. */
  dropAnswers: boolean;
}

const USER = 'tester';

/** The server; `url` stays the same over `stop` and `start`. */
export class WandbServer {
  readonly runs = new Map<string, ServedRun>();
  /** Requests to `file_stream` that had rows. */
  batches = 0;
  behaviour: Behaviour = { delayMs: 0, status: null, dropAnswers: false };
  private server: Server | undefined;
  private port = 0;

  /** @param key the one key that it accepts */
  constructor(readonly key = 'k'.repeat(40)) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; the first time on any free port. */
  async start(port = this.port): Promise<void> {
    const server = createServer((request, response) => {
      this.serve(request, response).catch((error: Error) =>
        this.answer(response, { error: error.message }, 500),
      );
    });
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(port, '127.0.0.1', resolve),
    );
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Goes away, as a killed server does; what it was told is kept. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
    this.server = undefined;
  }

  /** History rows of the one run that there is. */
  rows(): Record<string, number>[] {
    const [run] = this.runs.values();
    return (run?.files['wandb-history.jsonl'] ?? []).map(
      (line) => JSON.parse(line) as Record<string, number>,
    );
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    const { delayMs, status, dropAnswers } = this.behaviour;
    await sleep(delayMs);
    const expected = `Basic ${Buffer.from(`api:${this.key}`).toString('base64')}`;
    if (request.url === '/graphql' || request.url?.startsWith('/files/')) {
      if (request.headers.authorization !== expected)
        return this.answer(response, { errors: [{ message: 'invalid key' }] }, 401);
    }
    if (status !== null) return this.answer(response, { error: 'as the test wants it' }, status);
    const result = this.handle(request, body);
    if (dropAnswers) return void response.destroy();
    this.answer(response, result ?? {}, result === undefined ? 404 : 200);
  }

  private handle({ url = '', method }: IncomingMessage, body: string): object | undefined {
    if (url === '/graphql') return this.graphql(JSON.parse(body) as GraphqlRequest);
    const stream = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/file_stream$/.exec(url);
    if (stream) return this.fileStream(stream[3], JSON.parse(body) as StreamRequest);
    return method === 'PUT' ? {} : undefined;
  }

  private graphql({ query, operationName, variables = {} }: GraphqlRequest): object {
    const name = operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? '';
    if (/Viewer/i.test(name))
      return {
        data: {
          viewer: { id: 'V', entity: USER, username: USER, flags: '{}', teams: { edges: [] } },
          serverInfo: { features: [] },
        },
      };
    if (name === 'UpsertBucket') return this.upsert(variables);
    if (name === 'CreateRunFiles') {
      const files = (variables.files as string[]).map((file) => ({
        name: file,
        uploadUrl: `${this.url}/upload/${encodeURIComponent(file)}`,
      }));
      return { data: { createRunFiles: { runID: 'R', uploadHeaders: [], files } } };
    }
    return { data: {} };
  }

  private upsert(variables: Record<string, unknown>): object {
    const { name, project, displayName, config } = variables as Record<string, string>;
    const entity = (variables.entity as string) || USER;
    const before = this.runs.get(name);
    this.runs.set(name, {
      variables,
      starts: (before?.starts ?? 0) + 1,
      files: before?.files ?? {},
      exitCode: null,
    });
    const bucket = {
      id: `id-${name}`,
      name,
      displayName: displayName ?? name,
      description: '',
      config: config ?? '{}',
      sweepName: null,
      historyLineCount: before?.files['wandb-history.jsonl']?.length ?? 0,
      eventsLineCount: 0,
      logLineCount: 0,
      summaryMetrics: '{}',
      project: { id: 'P', name: project, entity: { id: 'E', name: entity } },
    };
    return { data: { upsertBucket: { bucket, inserted: before === undefined } } };
  }

  /** Lines go to their offset, whatever stands there: a batch that comes twice changes nothing. */
  private fileStream(name: string, { files = {}, complete, exitcode }: StreamRequest): object {
    const run = this.runs.get(name);
    if (!run) throw new Error(`no run ${name}`);
    if (files['wandb-history.jsonl']) this.batches++;
    for (const [file, { offset, content }] of Object.entries(files)) {
      const lines = (run.files[file] ??= []);
      if (offset > lines.length)
        throw new Error(`${file}: expected offset ${lines.length} at most, got ${offset}`);
      lines.splice(offset, content.length, ...content);
    }
    if (complete) run.exitCode = exitcode ?? 0;
    return { exitcode: null, limits: {} };
  }

  private answer(response: ServerResponse, body: object, status = 200): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

interface GraphqlRequest {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

interface StreamRequest {
  files?: Record<string, { offset: number; content: string[] }>;
  complete?: boolean;
  exitcode?: number;
}
