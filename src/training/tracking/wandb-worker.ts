/** Thread of {@link openWandb}: follows metrics.jsonl and sends its rows through `@wandb/sdk`. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { wandb as Sdk } from '@wandb/sdk';
import { describeError } from '../../core/errors';
import { followMetrics } from '../metrics-log';
import type { WandbConfig } from './config';
import { openCursor, saveCursor } from './wandb-cursor';
import { rowsOf } from './wandb-rows';
import { WandbTransport } from './wandb-transport';

/** What the thread is started with. */
export interface WandbJob {
  config: WandbConfig;
  apiKey: string;
  metricsPath: string;
  cursorPath: string;
  /** Name of the run where the config gives none. */
  label: string;
  /** Resolved config, secrets taken out. */
  experiment: Record<string, unknown>;
  /** Times that a request without an answer is sent. */
  attempts: number;
  /** Milliseconds before the first repetition. */
  firstDelayMs: number;
  /** Milliseconds between two looks at the log. */
  intervalMs: number;
}

/** From the thread. */
export type WandbReport =
  | { kind: 'started'; url: string }
  /** Rows that the server has. */
  | { kind: 'arrived'; rows: number }
  | { kind: 'waiting'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'done' };

/** To the thread: the log is complete; send what is left and end. */
export interface WandbFinish {
  /** 0 finished; W&B shows others as a failure. */
  exitCode: number;
}

const report = (message: WandbReport): void => parentPort?.postMessage(message);

/** Loads the SDK with `fetch` replaced for all that it is made of. */
function loadSdk(fetch: WandbTransport['fetch']): typeof Sdk {
  const own = createRequire(__filename);
  const sdk = createRequire(own.resolve('@wandb/sdk'));
  const exports = Object.assign(fetch, {
    fetch,
    default: fetch,
    Headers,
    Request,
    Response,
    __esModule: true,
  });
  for (const from of [sdk, createRequire(sdk.resolve('graphql-request'))]) {
    const path = from.resolve('cross-fetch');
    from.cache[path] = { id: path, filename: path, loaded: true, exports } as unknown as NodeModule;
  }
  return (own('@wandb/sdk') as { wandb: typeof Sdk }).wandb;
}

async function mirror(job: WandbJob, finish: Promise<WandbFinish>): Promise<void> {
  const { config, apiKey, metricsPath, cursorPath, label, experiment, attempts, firstDelayMs, intervalMs } =
    job;
  let cursor = await openCursor(cursorPath, config, label);
  const transport = new WandbTransport({
    rows: cursor.rows,
    tags: config.tags,
    requestSeconds: config.requestSeconds,
    attempts,
    firstDelayMs,
    onRetry: (reason) => report({ kind: 'waiting', reason }),
    onFatal: (reason) => report({ kind: 'refused', reason }),
    onArrived: async (rows, step) => {
      cursor = { ...cursor, rows, step };
      await saveCursor(cursorPath, cursor);
      report({ kind: 'arrived', rows });
    },
  });
  const wandb = loadSdk((url, init) => transport.fetch(url, init));
  const run = await wandb.init({
    project: config.project,
    entity: config.entity ?? undefined,
    id: cursor.id,
    name: config.name ?? label,
    config: Object.fromEntries(Object.entries(experiment).map(([key, value]) => [key, { value }])),
    settings: { apiKey, baseUrl: config.baseUrl.replace(/\/+$/, ''), silent: true },
  });
  report({ kind: 'started', url: run.url() });
  let finished: WandbFinish | undefined;
  void finish.then((message) => (finished = message));
  const sent = cursor.step;
  let number = 0;
  for await (const row of rowsOf(
    followMetrics(metricsPath, { finished: () => finished !== undefined, intervalMs }),
  )) {
    if (row._step <= sent) continue;
    await transport.take(row);
    // The SDK keeps a row only when its number is not below the count of rows: it is given that count.
    run.log({}, number++);
  }
  await run.finish(finished?.exitCode);
  report({ kind: 'done' });
}

const finish = new Promise<WandbFinish>((resolve) => parentPort?.once('message', resolve));
mirror(workerData as WandbJob, finish).catch((error: unknown) =>
  report({ kind: 'refused', reason: describeError(error) }),
);
