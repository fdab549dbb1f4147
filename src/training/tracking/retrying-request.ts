import { setTimeout as sleep } from 'node:timers/promises';

/** How {@link sendUntilAnswered} goes on. */
export interface RetryOptions {
  /** Seconds that one request may take. */
  requestSeconds: number;
  /** Times that a request without an answer is sent in all; Infinity for a training. */
  attempts: number;
  /** The server did not answer; it is tried again. */
  onRetry: (reason: string) => void;
  /** The server refused, or did not answer for the last time. */
  onFatal: (reason: string) => void;
  /** Milliseconds before the first repetition; each further one waits twice as long, a minute at most. Default 1000. */
  firstDelayMs?: number;
}

/** Longest wait before a repetition. */
const MOST_DELAY_MS = 60_000;

/** Sends a request until it is answered: a server that is away, busy or broken is asked again. */
export async function sendUntilAnswered(
  url: string,
  init: RequestInit,
  options: RetryOptions,
): Promise<Response> {
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

/** One attempt. No answer at all (no network, no time left) is a reason to try again. */
async function once(url: string, init: RequestInit, requestSeconds: number): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(requestSeconds * 1000) });
    const text = await response.text();
    return response.ok ? accepted(url, response, text) : refused(response, text);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { reason: cause?.message || message, fatal: false, retryAfterMs: 0 };
  }
}

function accepted(url: string, { status, headers }: Response, text: string): Answer {
  const reason = url.endsWith('/graphql') ? graphqlError(text) : undefined;
  return reason
    ? { reason, fatal: true, retryAfterMs: 0 }
    : { response: new Response(text, { status, headers }) };
}

/** Busy and broken servers may answer later; whatever else they say, they will say again. */
function refused({ status, headers }: Response, text: string): Answer {
  const isKey = status === 401 || status === 403;
  const retryAfter = Number(headers.get('retry-after'));
  return {
    reason: `the server answered ${status}: ${isKey ? 'it does not accept WANDB_API_KEY' : text.slice(0, 200)}`,
    fatal: !(status === 408 || status === 429 || status >= 500),
    retryAfterMs: Number.isFinite(retryAfter) ? Math.min(retryAfter * 1000, MOST_DELAY_MS) : 0,
  };
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
