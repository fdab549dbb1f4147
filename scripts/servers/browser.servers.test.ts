/** What people see: an exported notebook without a network, and a notebook that runs in JupyterLab. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../src/core/paths';
import { executeNotebook, exportHtml } from '../../src/pipeline/notebooks/papermill';
import { withTemporaryFolder } from '../../src/storage/testing';
import { click, findBrowser, until, withPage } from '../tools/browser';
import { openInLab, withLab } from '../tools/jupyter-lab';
import { testWith } from './needs';

const NO_BROWSER = findBrowser() === undefined ? 'no Chromium on PATH (apt-get install chromium)' : undefined;
const SIZE = { width: 1200, height: 800 };

/** A notebook of one cell, which draws a figure and a line of text with the workbench. */
async function writeNotebook(folder: string): Promise<string> {
  const path = join(folder, 'figure.ipynb');
  const workbench = JSON.stringify(join(projectRoot(), 'dist', 'src', 'workbench'));
  const source = [
    `import * as workbench from ${workbench};`,
    "workbench.plotly({ data: [{ type: 'bar', x: ['a', 'b'], y: [1, 2] }], layout: { title: { text: 'Two bars' } } });",
    "console.log('six times seven:', 6 * 7);",
  ].join('\n');
  const notebook = {
    cells: [{ cell_type: 'code', id: 'one', metadata: {}, source, outputs: [], execution_count: null }],
    metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeFile(path, JSON.stringify(notebook));
  return path;
}

testWith(test, 'an exported notebook shows its figure and its text without a network', NO_BROWSER, () =>
  withTemporaryFolder(async (folder) => {
    const [executed, html] = [join(folder, 'executed.ipynb'), join(folder, 'executed.html')];
    await executeNotebook({
      input: await writeNotebook(folder),
      output: executed,
      parameters: {},
      redact: (text) => text,
    });
    await exportHtml(executed, html);
    await withPage(SIZE, async (page) => {
      await page.send('Network.enable');
      const offline = { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 };
      await page.send('Network.emulateNetworkConditions', offline);
      const watch =
        "window.problems = []; addEventListener('error', (event) => problems.push(event.message));";
      await page.send('Page.enable');
      await page.send('Page.addScriptToEvaluateOnNewDocument', { source: watch });
      await page.send('Page.navigate', { url: pathToFileURL(html).href });
      await until(page, "document.querySelectorAll('.js-plotly-plot .barlayer .point').length === 2");
      const text = await page.evaluate<string>('document.body.innerText');
      assert.match(text, /six times seven: 42/);
      assert.match(await page.evaluate<string>("document.querySelector('.gtitle').textContent"), /Two bars/);
      assert.equal(await page.evaluate<string[]>('problems'), []);
    });
  }),
);

testWith(test, 'a cell runs in JupyterLab with the TypeScript kernel and draws its figure', NO_BROWSER, () =>
  withTemporaryFolder(async (folder) => {
    const notebook = await writeNotebook(folder);
    await withLab(notebook, (address) =>
      withPage(SIZE, async (page) => {
        await openInLab(page, address);
        await until(page, "document.body.innerText.includes('| Idle')");
        assert.not.ok(
          await page.evaluate<boolean>("document.body.innerText.includes('six times seven: 42')"),
        );
        // As a hand does it: the button listens to the mouse, not to `element.click()`.
        await click(page, '[data-command="notebook:run-cell-and-select-next"]');
        await until(page, "document.body.innerText.includes('six times seven: 42')");
        await until(page, "document.querySelectorAll('.js-plotly-plot .barlayer .point').length === 2");
      }),
    );
  }),
);

test.run();
