import { sendUntilAnswered, type RetryOptions } from './retrying-request';
import type { WandbRow } from './wandb-rows';

/**
 * What stands between `@wandb/sdk` and the network. The SDK drops a batch after one failed request, counts rows from 0
 * whenever a process starts, and stamps them with its own clock and count. So it is given this `fetch`: it tries
 * again until the server has the batch, puts rows where the server expects them, with the step and time of the log,
 * and says which rows have arrived. A batch sent twice goes to the same place, so nothing is ever doubled.
 */
export interface Transport {
  /** Stands in for `fetch` in the SDK. Never settles after {@link RetryOptions.onFatal}. */
  fetch(url: string, init: { method?: string; headers?: unknown; body?: string }): Promise<Response>;
  /** Takes the row that is logged next; resolves when few enough are under way. */
  take(row: WandbRow): Promise<void>;
}

/** Settings of {@link createTransport}. */
export interface TransportOptions extends RetryOptions {
  /** Rows that the server has from earlier starts. */
  rows: number;
  /** Labels that the SDK does not send by itself. */
  tags: readonly string[];
  /** Called with all rows that the server has, and the step of the last; awaited before more is sent. */
  onArrived: (rows: number, step: number) => Promise<void>;
}

/** Rows logged but not arrived, at most: bounds memory and the size of a request. */
const MOST_UNDER_WAY = 4000;

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
    if (!body.files || !history) return sendUntilAnswered(url, init, options);
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
    const response = await sendUntilAnswered(
      url,
      { ...init, body: JSON.stringify({ ...body, files }) },
      options,
    );
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
      return sendUntilAnswered(url, { ...init, body: JSON.stringify(withTags) }, options);
    },
    async take(row) {
      while (underWay.size >= MOST_UNDER_WAY) await new Promise<void>((resolve) => (wake = resolve));
      underWay.set(taken++, row);
    },
  };
}
