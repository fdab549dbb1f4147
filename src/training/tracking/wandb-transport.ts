import { setTimeout as sleep } from 'node:timers/promises';
import type { WandbRow } from './wandb-rows';

/**
 * What stands between `@wandb/sdk` and the network. The SDK drops a batch after one failed request, counts rows from 0
 * whenever a process starts, and stamps them with its own clock and count. So it is given this `fetch`: it tries
 * again until the server has the batch, puts rows where the server expects them, with the step and time of the log,
 * and says which rows have arrived. A batch sent twice goes to the same place, so nothing is ever doubled.
 */
export interface Transport {
  /** Stands in for `fetch` in the SDK. Never settles after {@link TransportOptions.onFatal}. */
  fetch(url: string, init: { method?: string; headers?: unknown; body?: string }): Promise<Response>;
  /** Takes the row that is logged next; resolves when few enough are under way. */
  take(row: WandbRow): Promise<void>;
}

/** Settings of {@link createTransport}. */
export interface TransportOptions {
  /** Rows that the server has from earlier starts. */
  rows: number;
  /** Labels that the SDK does not send by itself. */
  tags: readonly string[];
  requestSeconds: number;
  /** Times that a request without an answer is sent in all; Infinity for a training. */
  attempts: number;
  /** Called with all rows that the server has, and the step of the last; awaited before more is sent. */
  onArrived: (rows: number, step: number) => Promise<void>;
  /** The server did not answer; it is tried again. */
  onRetry: (reason: string) => void;
  /** The server refused, or did not answer for the last time. */
  onFatal: (reason: string) => void;
  /** Milliseconds before the first repetition; each further one waits twice as long, a minute at most. Default 1000. */
  firstDelayMs?: number;
}

/** Rows logged but not arrived, at most: bounds memory and the size of a request. */
const MOST_UNDER_WAY = 4000;
const MOST_DELAY_MS = 60_000;

/** One request's body to `file_stream`. */
interface StreamBody {
  files?: Record<string, { offset: number; content: string[] }>;
}

const HISTORY = 'wandb-history.jsonl';
const SUMMARY = 'wandb-summary.json';

/** A transport for one run. */
export function createTransport(options: TransportOptions): Transport {
  /** Rows under way by the SDK's number, which starts at 0 in each process. */
  const underWay = new Map<number, WandbRow>();
  let taken = 0;
  let summary = {};
  let wake: () => void = () => undefined;

  const sendRows = async (url: string, init: RequestInit, body: StreamBody): Promise<Response> => {
    const history = body.files?.[HISTORY];
    if (!body.files || !history) return send(url, init, options);
    const numbers = history.content.map((_, i) => history.offset + i);
    const rows = numbers.map((number) => underWay.get(number) as WandbRow);
    summary = Object.assign(summary, ...rows) as object;
    const files = {
      ...body.files,
      [HISTORY]: {
        offset: options.rows + history.offset,
        content: rows.map((row) => JSON.stringify(row)),
      },
      [SUMMARY]: { offset: 0, content: [JSON.stringify(summary)] },
    };
    const response = await send(url, { ...init, body: JSON.stringify({ ...body, files }) }, options);
    numbers.forEach((number) => underWay.delete(number));
    await options.onArrived(options.rows + history.offset + rows.length, rows[rows.length - 1]._step);
    wake();
    return response;
  };

  return {
    async fetch(url, { body = '', ...rest }) {
      const init = rest as RequestInit;
      const parsed = JSON.parse(body) as StreamBody & { variables?: object };
      if (url.endsWith('/file_stream')) return sendRows(url, { ...init, body }, parsed);
      const withTags = /mutation\s+UpsertBucket/.test(body)
        ? { ...parsed, variables: { ...parsed.variables, tags: options.tags } }
        : parsed;
      return send(url, { ...init, body: JSON.stringify(withTags) }, options);
    },
    async take(row) {
      while (underWay.size >= MOST_UNDER_WAY) await new Promise<void>((resolve) => (wake = resolve));
      underWay.set(taken++, row);
    },
  };
}

/** Sends a request until it is answered. */
async function send(url: string, init: RequestInit, options: TransportOptions): Promise<Response> {
  const { requestSeconds, attempts, firstDelayMs = 1000, onRetry, onFatal } = options;
  for (let attempt = 1; ; attempt++) {
    const answer = await once(url, init, requestSeconds);
    if (answer.response) return answer.response;
    if (answer.fatal || attempt >= attempts) {
      onFatal(answer.reason);
      // The SDK has no good way to hear of an error: some it swallows, others end the process.
      return new Promise(() => undefined);
    }
    onRetry(answer.reason);
    // A little chance, or all runs that wait for a server come at once.
    const delay = Math.min(firstDelayMs * 2 ** (attempt - 1), MOST_DELAY_MS) * (0.75 + Math.random() / 2);
    await sleep(Math.max(delay, answer.retryAfterMs));
  }
}

type Answer =
  { response: Response } | { response?: undefined; reason: string; fatal: boolean; retryAfterMs: number };

async function once(url: string, init: RequestInit, requestSeconds: number): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(requestSeconds * 1000) });
    const text = await response.text();
    if (response.ok) {
      const refused = url.endsWith('/graphql') ? graphqlError(text) : undefined;
      if (refused) return { reason: refused, fatal: true, retryAfterMs: 0 };
      return { response: new Response(text, { status: response.status, headers: response.headers }) };
    }
    const { status } = response;
    const later = status === 408 || status === 429 || status >= 500;
    const key = status === 401 || status === 403 ? ': it does not accept WANDB_API_KEY' : '';
    const retryAfter = Number(response.headers.get('retry-after'));
    return {
      reason: `the server answered ${status}${key || `: ${text.slice(0, 200)}`}`,
      fatal: !later,
      retryAfterMs: Number.isFinite(retryAfter) ? Math.min(retryAfter * 1000, MOST_DELAY_MS) : 0,
    };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { reason: cause?.message || message, fatal: false, retryAfterMs: 0 };
  }
}

/** GraphQL servers tell errors with status 200. */
function graphqlError(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: { message?: string }[] };
    return errors?.length
      ? `the server refused: ${errors.map(({ message }) => message).join('; ')}`
      : undefined;
  } catch {
    return `the server answered no JSON: ${text.slice(0, 200)}`;
  }
}
