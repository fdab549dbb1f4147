/**
 * A page of headless Chromium, spoken to over its debugging pipe: no driver, no port. For pictures and for the tests of
 * `make test-servers`; Chromium is no dependency of the project.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrmError } from '../../src/core/errors';

/** Milliseconds that a page may take to load and to draw. */
export const PATIENCE_MS = 120_000;

/** A page of Chromium, spoken to over its debugging pipe (messages of the DevTools protocol, ended by NUL). */
export interface Page {
  send<Result>(method: string, params?: object): Promise<Result>;
  /** Evaluates an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
}

/** Opens an empty page of a browser that was started with `--remote-debugging-pipe`. */
export async function openPage(chromium: ChildProcess): Promise<Page> {
  const pipe = { input: chromium.stdio[3] as Writable, output: chromium.stdio[4] as Readable };
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let buffered = '';
  pipe.output.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (buffered + chunk).split('\0');
    buffered = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      const request = id === undefined ? undefined : waiting.get(id);
      if (id !== undefined) waiting.delete(id);
      if (error) request?.reject(new TrmError(`Chromium refused: ${error.message}`));
      else request?.resolve(result);
    }
  });
  const call = <Result>(method: string, params: object, sessionId?: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve: resolve as (value: unknown) => void, reject });
      pipe.input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  });
  const send: Page['send'] = (method, params = {}) => call(method, params, sessionId);
  return {
    send,
    async evaluate<Value>(expression: string) {
      const answer = await send<{ result: { value: Value } }>('Runtime.evaluate', {
        expression,
        returnByValue: true,
      });
      return answer.result.value;
    },
  };
}

/** Waits until the expression is true in the page. @throws TrmError after {@link PATIENCE_MS} */
export async function until(page: Page, expression: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > deadline) throw new TrmError(`the page never showed: ${expression}`);
    await sleep(300);
  }
}

/** Presses and lets go of the mouse in the middle of the first element of a selector, once there is one. */
export async function click(page: Page, selector: string): Promise<void> {
  await until(page, `document.querySelector('${selector}')`);
  const place = await page.evaluate<{ x: number; y: number }>(`(() => {
    const { x, y, width, height } = document.querySelector('${selector}').getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  })()`);
  for (const type of ['mousePressed', 'mouseReleased'])
    await page.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
}

/** Path of the first Chromium or Chrome on a search path (default: PATH); undefined when there is none. */
export function findBrowser(searchPath = process.env.PATH ?? ''): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return searchPath
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Ends processes and waits until they are gone. */
export async function endAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) child.kill();
  for (const child of children)
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('close', resolve));
}

/**
 * Runs `use` with an empty page of the given size (CSS pixels), then ends the browser.
 * @throws TrmError when there is no Chromium on PATH
 */
export async function withPage<T>(
  size: { width: number; height: number },
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = findBrowser();
  if (browser === undefined) throw new TrmError('no Chromium on PATH', 'on Debian: apt-get install chromium');
  const folder = await mkdtemp(join(tmpdir(), 'trm-browser-'));
  const chromium = spawn(
    browser,
    // prettier-ignore
    ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe',
      `--user-data-dir=${folder}`, `--window-size=${size.width},${size.height}`],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  try {
    const failed = new Promise<never>((_, reject) => chromium.once('error', reject));
    const page = await Promise.race([openPage(chromium), failed]);
    await page.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false });
    return await use(page);
  } finally {
    await endAll([chromium]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
