/**
 * Publishes the executed notebooks of a run as small pages, for readers without a kernel:
 *
 *   node dist/scripts/publish-pages.js <run folder>     writes docs/notebooks/*.html
 *
 * A run's own pages carry plotly.js inside (10 MB each), so that they work alone. Here it is linked: the copy of a
 * checkout after `make setup`, else a public one of the same version. What all pages hold of style sheets stands once,
 * and figures have the digits that a screen can show.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DataError, describeError, exitCodeOf, UserError } from '../src/core/errors';
import { projectRoot } from '../src/core/paths';

/** Largest page, in bytes: they are kept in git. */
const LARGEST = 500_000;

/** A page with plotly.js linked instead of inside. @throws DataError when the page does not carry it */
export function linkPlotly(page: string, version: string): string {
  const begin = page.indexOf('<script>/**\n* plotly.js v');
  const end = page.indexOf('</script>', begin);
  if (begin < 0 || end < 0)
    throw new DataError(
      'expected a page with plotly.js inside, found none',
      'take the page of a finished run',
    );
  const local = '../../node_modules/plotly.js-dist/plotly.js';
  const elsewhere = `https://cdn.jsdelivr.net/npm/plotly.js-dist@${version}/plotly.js`;
  const links =
    `<script src="${local}"></script>\n` +
    `<script>window.Plotly || document.write('<script src="${elsewhere}"><\\/script>')</script>`;
  return page.slice(0, begin) + links + page.slice(end + '</script>'.length);
}

/** A page without the places of the machine that made it: `runs/...` and `data/...` instead. */
export function withoutPlaces(page: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((text, [path, name]) => text.replaceAll(path, name), page);
}

/** A page whose figures have numbers of six digits: more cannot be seen, and they are most of a figure's bytes. */
export function roundFigures(page: string): string {
  return page.replace(/<script>(?:(?!<\/script>)[\s\S])*Plotly\.newPlot[\s\S]*?<\/script>/g, (figure) =>
    figure.replace(/(?<=[[ ,:])-?\d+\.\d{6,}(?:e[-+]?\d+)?(?=[,\]}])/g, (text) =>
      String(Number(Number(text).toPrecision(6))),
    ),
  );
}

const STYLES = 'style.css';

/** Pages with the style sheets that all of them hold in one file beside them. @returns the pages, and that file's text */
export function shareStyles(pages: readonly string[]): { pages: string[]; css: string } {
  const blocks = [...(pages[0] ?? '').matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].filter(([block]) =>
    pages.every((page) => page.includes(block)),
  );
  const link = `<link rel="stylesheet" href="${STYLES}"/>`;
  const shared = pages.map((page) =>
    blocks.reduce((text, [block], i) => text.replace(block, () => (i === 0 ? link : '')), page),
  );
  return { pages: shared, css: blocks.map(([, css]) => css).join('\n') };
}

/** Writes the pages of a run folder. @returns names and sizes in bytes */
async function publish(run: string, target: string): Promise<[string, number][]> {
  const names = readdirSync(run).filter((name) => name.endsWith('.html'));
  if (names.length === 0)
    throw new UserError(`expected pages (*.html) in ${run}, found none`, 'give the folder of a finished run');
  const { version } = JSON.parse(
    readFileSync(join(projectRoot(), 'node_modules/plotly.js-dist/package.json'), 'utf8'),
  ) as { version: string };
  // A run links to its stages, which lie in `stages/` of the work folder.
  const stages = readdirSync(join(run, 'stages')).map((name) => realpathSync(join(run, 'stages', name)));
  const places = { [dirname(dirname(stages[0]))]: 'data', [dirname(run)]: 'runs' };
  await mkdir(target, { recursive: true });
  const small = names.sort().map((name) => {
    const page = withoutPlaces(readFileSync(join(run, name), 'utf8'), places);
    return page.includes('* plotly.js v') ? roundFigures(linkPlotly(page, version)) : page;
  });
  const { pages, css } = shareStyles(small);
  await writeFile(join(target, STYLES), css);
  const written: [string, number][] = [];
  for (const [i, name] of names.entries()) {
    const bytes = Buffer.byteLength(pages[i]);
    if (bytes > LARGEST)
      throw new DataError(`${name}: expected at most ${LARGEST} bytes without plotly.js, got ${bytes}`);
    await writeFile(join(target, name), pages[i]);
    written.push([name, bytes]);
  }
  return written;
}

async function main(): Promise<void> {
  const [run] = parseArgs({ allowPositionals: true }).positionals;
  if (run === undefined)
    throw new UserError('expected a run folder', 'see the head of scripts/publish-pages.ts');
  const written = await publish(resolve(run), join(projectRoot(), 'docs', 'notebooks'));
  for (const [name, bytes] of written) console.log(`${name}  ${Math.round(bytes / 1000)} kB`);
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(describeError(error));
    process.exitCode = exitCodeOf(error);
  });
