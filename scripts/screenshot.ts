/**
 * Photographs a notebook in JupyterLab with headless Chromium: how docs/images/jupyterlab.png was made.
 *
 *   node dist/scripts/screenshot.js <executed notebook> <image.png> [--scroll-to <text>] [--width 1400] [--height 900]
 *
 * Needs `chromium` on PATH (not a dependency of the project).
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeError, exitCodeOf, UserError } from '../src/core/errors';
import { until, withPage, type Page } from './tools/browser';
import { openInLab, withLab } from './tools/jupyter-lab';

async function photograph(page: Page, address: string, scrollTo: string | undefined): Promise<Buffer> {
  await openInLab(page, address);
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
  const size = { width: Number(values.width), height: Number(values.height) };
  const picture = await withLab(notebook, (address) =>
    withPage(size, (page) => photograph(page, address, values['scroll-to'])),
  );
  await writeFile(image, picture);
  console.log(`${image}: ${Math.round(picture.length / 1024)} KB`);
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
});
