/**
 * A generated dataset as Markdown: where the code came from, what was dropped and why, samples by bug type.
 *
 *   node dist/scripts/dataset-report.js <folder of trm data generate> > docs/GENERATED_DATA.md
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../src/core/errors';
import { plantedFamilies, plantedTypes, recordFlow } from '../src/pipeline/stages/describe-manifest';
import { readManifest } from '../src/shards/manifest';
import { createFolderStore } from '../src/storage/folder-store';
import { bugType } from '../src/taxonomy/table';

function percent(share: number | null, digits = 1): string {
  return share === null ? '' : `${(100 * share).toFixed(digits)} %`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  if (!folder) throw new UserError('expected the folder of a dataset', 'make one with `trm data generate`');
  const manifest = await readManifest(createFolderStore(resolve(folder)));
  const dataset = JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')) as {
    sources: { from: string; version?: string | null; licence: string | null }[];
  };
  const types = plantedTypes(manifest);
  const metrics = manifest['trm:metrics'] ?? {};
  const rare = types.filter(({ kept }) => kept < 1000);
  const lines = [
    '# A dataset of generated bugs',
    '',
    '<!-- Written by scripts/dataset-report.ts <folder> from `trm data generate --from python:stdlib --seed 1 --out <folder>`. -->',
    '',
    `${manifest['trm:lineage'].counts.out} samples of ${types.length} bug types from ${String(metrics.functions)} functions.`,
    `${types.length - rare.length} types have 1,000 samples or more; of the others, [the taxonomy](BUG_TAXONOMY.md) says why real code offers few places, or more packages than these have them.`,
    '',
    'Made of the sources below only. The large dataset of [the benchmarks](BENCHMARKS.md) and [the one of the release](../data-manifests/README.md) are made in the same way of more packages: there, rare types have more samples.',
    '',
    '## Sources',
    '',
    ...markdownTable(
      ['source', 'version', 'licence'],
      dataset.sources.map(({ from, version, licence }) => [from, version ?? '', licence ?? '']),
    ),
    '',
    '## What became of the draws',
    '',
    `\`in\` counts functions, \`out\` samples; a function gives up to as many samples as were asked for. Equivalent mutants: ${percent(Number(metrics.equivalentRate), 3)} of the draws.`,
    '',
    ...markdownTable(
      ['records', 'count'],
      recordFlow(manifest).map(({ records, count }) => [records, count]),
    ),
    '',
    '## By family: aimed at and drawn',
    '',
    `Shares of all mutants. *Reachable* is the nearest that these functions can give, by a survey of ${String(metrics.surveyed)} of them: what few functions offer is cut, and the others have the rest.`,
    '',
    ...markdownTable(
      ['family', 'aimed', 'reachable', 'drawn'],
      plantedFamilies(manifest).map(({ family, aimed, reachable, drawn }) => [
        family,
        percent(aimed),
        percent(reachable),
        percent(drawn),
      ]),
    ),
    '',
    '## By bug type',
    '',
    ...markdownTable(
      ['bug type', 'family', 'samples', 'of draws', 'equivalent', 'real fixes of 1000', 'rare'],
      types.map(({ bugType: id, family, kept, yield: share, equivalent, realPerThousand }) => [
        id,
        family,
        kept,
        percent(share),
        percent(equivalent, 2),
        realPerThousand.toFixed(1),
        kept < 1000 ? (bugType(id).rare ? 'yes' : 'fewer places in these packages') : '',
      ]),
    ),
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

void main();
