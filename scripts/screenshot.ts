/**
 * Photographs a notebook in JupyterLab with headless Chromium: how docs/images/jupyterlab.png was made.
 *
 *   node dist/scripts/screenshot.js <executed notebook> <image.png> [--scroll-to <text>] [--width 1400] [--height 900]
 *
 * Needs `chromium` on PATH (not a dependency of the project). JupyterLab is started on 127.0.0.1 with settings of its
 * own in a temporary folder, so that the picture shows no one's workspace, and nothing is written beside the notebook.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeError, exitCodeOf, TrmError, UserError } from '../src/core/errors';
import { projectRoot, pythonPath } from '../src/core/paths';

/** Milliseconds that JupyterLab may take to start and to draw. */
const PATIENCE_MS = 120_000;

/** A page of Chromium, spoken to over its debugging pipe (messages of the DevTools protocol, ended by NUL). */
interface Page {
  send<Result>(method: string, params?: object): Promise<Result>;
  /** Evaluates an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
}

async function openPage(chromium: ChildProcess): Promise<Page> {
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
async function until(page: Page, expression: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > deadline) throw new TrmError(`JupyterLab never showed: ${expression}`);
    await sleep(300);
  }
}

function startLab(folder: string, port: number, token: string): ChildProcess {
  const root = projectRoot();
  const settings = {
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, 'workspaces'),
  };
  return spawn(
    pythonPath(),
    // prettier-ignore
    ['-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip', '127.0.0.1', '--port', String(port),
      '--ServerApp.port_retries=0', `--IdentityProvider.token=${token}`, '--notebook-dir', join(folder, 'notebooks')],
    { cwd: root, env: { ...process.env, ...settings, JUPYTER_PATH: join(root, 'jupyter') }, stdio: 'ignore' },
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function photograph(page: Page, address: string, scrollTo: string | undefined): Promise<Buffer> {
  const deadline = performance.now() + PATIENCE_MS;
  // The server takes a while; until then the browser shows its own error page.
  for (let loaded = false; !loaded;) {
    if (performance.now() > deadline) throw new TrmError('JupyterLab did not start');
    await page.send('Page.navigate', { url: address });
    await sleep(1000);
    loaded = await page.evaluate<boolean>(
      "location.href.startsWith('http') && !document.querySelector('#main-frame-error')",
    );
  }
  await until(page, "document.querySelector('.jp-Notebook .jp-Cell')");
  await until(page, "!document.querySelector('#jupyterlab-splash')");
  if (scrollTo !== undefined) {
    const heading = `[...document.querySelectorAll('.jp-Cell')].find((cell) => cell.textContent.includes(${JSON.stringify(scrollTo)}))`;
    await until(page, heading);
    await page.evaluate(`${heading}.scrollIntoView({ block: 'start' })`);
  }
  await until(page, "document.querySelector('.js-plotly-plot .main-svg')");
  await until(page, "document.body.innerText.includes('| Idle')");
  await sleep(1500);
  const { data } = await page.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
  return Buffer.from(data, 'base64');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      'scroll-to': { type: 'string' },
      width: { type: 'string', default: '1400' },
      height: { type: 'string', default: '900' },
    },
    allowPositionals: true,
  });
  const [notebook, image] = positionals;
  if (!image)
    throw new UserError('expected <executed notebook> <image.png>', 'see the head of scripts/screenshot.ts');
  const folder = await mkdtemp(join(tmpdir(), 'trm-screenshot-'));
  const token = randomBytes(12).toString('hex');
  const started: ChildProcess[] = [];
  try {
    await mkdir(join(folder, 'notebooks'));
    await mkdir(join(folder, 'config', 'labconfig'), { recursive: true });
    // What `make setup` copies into the venv.
    const settings = join(projectRoot(), 'jupyter', 'lab', 'overrides.json');
    await copyFile(settings, join(folder, 'config', 'labconfig', 'default_setting_overrides.json'));
    await copyFile(notebook, join(folder, 'notebooks', basename(notebook)));
    const port = await freePort();
    started.push(startLab(folder, port, token));
    const chromium = spawn(
      'chromium',
      // prettier-ignore
      ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe',
        `--user-data-dir=${join(folder, 'chromium')}`, `--window-size=${values.width},${values.height}`],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    started.push(chromium);
    const failed = new Promise<never>((_, reject) => chromium.once('error', reject));
    const page = await Promise.race([openPage(chromium), failed]);
    const size = {
      width: Number(values.width),
      height: Number(values.height),
      deviceScaleFactor: 1,
      mobile: false,
    };
    await page.send('Emulation.setDeviceMetricsOverride', size);
    const address = `http://127.0.0.1:${port}/lab/tree/${encodeURIComponent(basename(notebook))}?token=${token}&reset`;
    const picture = await photograph(page, address, values['scroll-to']);
    await writeFile(image, picture);
    console.log(`${image}: ${Math.round(picture.length / 1024)} KB`);
  } finally {
    for (const child of started) child.kill();
    for (const child of started)
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once('close', resolve));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
});
