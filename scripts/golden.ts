/**
 * Fingerprints of what each stage makes of the tiny input, as src/pipeline/stages/golden.json holds them for its test.
 *
 *   node dist/scripts/golden.js           prints them
 *   node dist/scripts/golden.js --write   writes the file anew: after a stage's version was raised, and only then
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../src/core/paths';
import { fingerprints, runGolden } from '../src/pipeline/stages/golden-testing';
import { withMachine } from '../src/stages/machine';
import { withTemporaryFolder } from '../src/storage/testing';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const found = await withMachine(async (machine) => ({
      python: (await machine.pythonFacts()).version.split('.').slice(0, 2).join('.'),
      stages: await fingerprints(await runGolden(machine)),
    }));
    const text = `${JSON.stringify(found, null, 2)}\n`;
    if (values.write) await writeFile(join(projectRoot(), 'src/pipeline/stages/golden.json'), text);
    else process.stdout.write(text);
  });
}

void main();
