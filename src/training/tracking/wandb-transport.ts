import { sendUntilAnswered, type RetryOptions } from './retrying-request';
import type { WandbRow } from './wandb-rows';

/** A request as the SDK makes it. */
export interface WandbRequest {
  method?: string;
  headers?: unknown;
  body?: string;
}

/** Settings of {@link WandbTransport}. */
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

/** Body of a request to `file_stream`: lines of the run's files, each file from line `offset` on. */
interface StreamBody {
  files?: Record<string, { offset: number; content: string[] }>;
}

/** The file of a run with one row a line. */
const HISTORY = 'wandb-history.jsonl';
/** The file of one line with the latest value of each number. */
const SUMMARY = 'wandb-summary.json';

/**
 * What stands between `@wandb/sdk` and the network. The SDK drops a batch after one failed request, counts rows from 0
 * whenever a process starts, and stamps them with its own clock and count. So it is given this `fetch`: it tries
 * again until the server has the batch, puts rows where the server expects them, with the step and time of the log,
 * and says which rows have arrived. A batch sent twice goes to the same place, so nothing is ever doubled.
 *
 * The SDK thus logs empty rows, which only say how many there are: their content is what {@link take} was given.
 */
export class WandbTransport {
  /** Rows that have not arrived, by the SDK's number, which starts at 0 in each process. */
  private readonly underWay = new Map<number, WandbRow>();
  private taken = 0;
  private summary = {};
  /** Lets a waiting {@link take} look again. */
  private wake: () => void = () => undefined;

  /** A transport for one run. */
  constructor(private readonly options: TransportOptions) {}

  /** Takes the row that is logged next; resolves when few enough are under way. */
  async take(row: WandbRow): Promise<void> {
    while (this.underWay.size >= MOST_UNDER_WAY) await new Promise<void>((resolve) => (this.wake = resolve));
    this.underWay.set(this.taken++, row);
  }

  /** Stands in for `fetch` in the SDK. Never settles after {@link RetryOptions.onFatal}. */
  async fetch(url: string, { body = '', ...init }: WandbRequest): Promise<Response> {
    const parsed = JSON.parse(body) as StreamBody & { variables?: object };
    const isStream = url.endsWith('/file_stream');
    const history = isStream ? parsed.files?.[HISTORY] : undefined;
    if (history) return this.sendRows(url, init, parsed, history);
    const { tags } = this.options;
    const describesRun = !isStream && /mutation\s+UpsertBucket/.test(body);
    const labelled = { ...parsed, variables: { ...parsed.variables, tags } };
    return this.send(url, init, describesRun ? labelled : parsed);
  }

  /** Sends a batch of the SDK's empty rows as those that they stand for. */
  private async sendRows(
    url: string,
    init: WandbRequest,
    body: StreamBody,
    { offset, content }: { offset: number; content: readonly string[] },
  ): Promise<Response> {
    const numbers = content.map((_, i) => offset + i);
    const rows = numbers.map((number) => this.underWay.get(number) as WandbRow);
    this.summary = Object.assign({}, this.summary, ...rows) as object;
    const onServer = this.options.rows + offset;
    const files = {
      ...body.files,
      [HISTORY]: { offset: onServer, content: rows.map((row) => JSON.stringify(row)) },
      [SUMMARY]: { offset: 0, content: [JSON.stringify(this.summary)] },
    };
    const response = await this.send(url, init, { ...body, files });
    for (const number of numbers) this.underWay.delete(number);
    await this.options.onArrived(onServer + rows.length, rows[rows.length - 1]._step);
    this.wake();
    return response;
  }

  private send(url: string, init: WandbRequest, body: object): Promise<Response> {
    return sendUntilAnswered(url, { ...(init as RequestInit), body: JSON.stringify(body) }, this.options);
  }
}
