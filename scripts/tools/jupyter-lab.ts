/** JupyterLab with the project's kernel, started for one notebook. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrmError } from '../../src/core/errors';
import { projectRoot, pythonPath } from '../../src/core/paths';
import { endAll, PATIENCE_MS, until, type Page } from './browser';

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

/**
 * Runs `use` with the address of a copy of the notebook in a JupyterLab of its own: settings in a temporary folder, so
 * that no one's workspace is seen and nothing is written beside the notebook. Ends the server afterwards.
 */
export async function withLab<T>(notebook: string, use: (address: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-lab-'));
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
    const name = encodeURIComponent(basename(notebook));
    return await use(`http://127.0.0.1:${port}/lab/tree/${name}?token=${token}&reset`);
  } finally {
    await endAll(started);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens the address of {@link withLab} and waits for the notebook's cells. @throws TrmError when it does not start */
export async function openInLab(page: Page, address: string): Promise<void> {
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
}
