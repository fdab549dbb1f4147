/**
 * Fingerprints of what each stage makes of the tiny input, as src/pipeline/stages/golden.json holds them for its test.
 *
 *   node dist/scripts/golden.js           prints them
 *   node dist/scripts/golden.js --write   writes the file anew: after a stage's version was raised, and only then
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonFacts } from '../src/collection/python-facts';
import { projectRoot } from '../src/core/paths';
import { fingerprints, runGolden } from '../src/pipeline/stages/golden-testing';
import { withTemporaryFolder } from '../src/storage/testing';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const python = (await pythonFacts()).version.split('.').slice(0, 2).join('.');
    const text = `${JSON.stringify({ python, stages: await fingerprints(await runGolden()) }, null, 2)}\n`;
    if (values.write) await writeFile(join(projectRoot(), 'src/pipeline/stages/golden.json'), text);
    else process.stdout.write(text);
  });
}

void main();
