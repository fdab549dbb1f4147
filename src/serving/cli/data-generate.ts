import type { Command } from 'commander';
import { systemFailure } from '../../core/errno';
import { nearestName, UserError } from '../../core/errors';
import type { Dataset, DatasetRequest } from '../../pipeline/datasets/dataset';
import { collect, columns, printJson, wholeNumber, type CommandContext } from './command';

interface GenerateFlags {
  from: string[];
  out: string;
  count?: string;
  seed: string;
  mutants?: string;
  bugs?: string;
  clean?: string;
  family: string[];
  type: string[];
  allowList?: string;
  config?: string;
  workers?: string;
  includeTests?: boolean;
  licence?: string;
  json?: boolean;
}

/** `trm data generate`: any folder of Python code or any package becomes a dataset of validated bugs. */
export function registerDataGenerate(data: Command, { signal }: CommandContext): void {
  data
    .command('generate')
    .description('plant bugs in Python code and write those that CPython confirms, each with its fix')
    .option(
      '--from <source>',
      'a folder, python:stdlib, or a package (name or name==version; installed or downloaded with pip); repeatable',
      collect,
      [],
    )
    .requiredOption(
      '--out <folder>',
      'folder of the dataset; the same command goes on with an unfinished one',
    )
    .option('--count <n>', 'stop after so many samples (default: all that the code gives)')
    .option('--seed <n>', 'seed of everything random', '42')
    .option('--mutants <n>', 'buggy versions of each function (default 4, or more where --count needs them)')
    .option(
      '--clean <share>',
      'clean functions written beside them, as a share of the bugs, 0 to 1 (default 0)',
    )
    .option('--family <name>', 'only bugs of this family, repeatable; `trm taxonomy` lists them', collect, [])
    .option('--type <id>', 'only bugs of this type, repeatable', collect, [])
    .option(
      '--allow-list <file>',
      'use only these groups: one a line, exact or with * at the end, as numpy/*',
    )
    .option('--config <experiment>', 'take the collect and generate settings of an experiment')
    .option('--include-tests', 'use the functions of tests too')
    .option('--licence <spdx>', 'licence of the folders (default: what their licence files say)')
    .option(
      '--workers <n>',
      'threads and critic processes (default: one a core); the result does not depend on it',
    )
    .option('--json', 'print a JSON summary on standard output')
    .action(async (flags: GenerateFlags) => {
      const { generateDataset } = await import('../../pipeline/datasets/dataset.js');
      const { terminalProgress } = await import('../../core/progress.js');
      const { withMachine } = await import('../../stages/machine.js');
      const request = await readRequest(flags);
      const progress = terminalProgress();
      const dataset = await withMachine((machine) => generateDataset(request, { signal, progress, machine }));
      const summary = summarise(dataset, request.count);
      if (flags.json) printJson(summary);
      else printSummary(summary, dataset.complete);
    });
}

async function readRequest(flags: GenerateFlags): Promise<DatasetRequest> {
  if (flags.from.length === 0)
    throw new UserError(
      'expected --from, got none',
      'for example --from ./src, --from python:stdlib or --from requests',
    );
  const { loadExperiment } = await import('../../pipeline/runs/experiment.js');
  const { generateConfigSchema } = await import('../../generation/config.js');
  const { collectConfigSchema } = await import('../../collection/config.js');
  const { validateConfig } = await import('../../core/config.js');
  const base = flags.config ? (await loadExperiment({ experiment: flags.config })).config : undefined;
  const workers = wholeNumber(flags.workers, '--workers');
  const generate = validateConfig(
    {
      ...base?.generate,
      ...(flags.clean !== undefined && { cleanPerMutant: Number(flags.clean) }),
      ...(await narrowed(flags)),
      ...(flags.allowList !== undefined && { allowedGroups: await readList(flags.allowList) }),
      ...(workers !== null && { workers, criticWorkers: workers }),
    },
    generateConfigSchema,
    'trm data generate',
  );
  const cores = (await import('../../core/processes/thread-pool.js')).workerCount(workers);
  return {
    from: flags.from,
    out: flags.out,
    count: wholeNumber(flags.count, '--count'),
    seed: wholeNumber(flags.seed, '--seed', 0) ?? 42,
    generate,
    mutants: wholeNumber(flags.mutants, '--mutants') ?? (base ? generate.mutantsPerFunction : null),
    collect: collectConfigSchema.parse({ ...base?.collect, criticWorkers: cores }),
    includeTests: flags.includeTests ?? false,
    licence: flags.licence ?? null,
  };
}

/** Weights that leave out everything but the families and types asked for. */
async function narrowed({ family, type }: GenerateFlags): Promise<object> {
  const { FAMILIES } = await import('../../records/sample.js');
  const { BUG_TYPES } = await import('../../taxonomy/table.js');
  const only = (
    wanted: readonly string[],
    known: readonly string[],
    what: string,
  ): Record<string, number> => {
    const stranger = wanted.find((name) => !known.includes(name));
    if (stranger !== undefined) {
      const near = nearestName(stranger, known);
      throw new UserError(
        `unknown ${what} "${stranger}"${near ? `, did you mean "${near}"?` : ''}`,
        '`trm taxonomy` lists all of them',
      );
    }
    return Object.fromEntries(known.filter((name) => !wanted.includes(name)).map((name) => [name, 0]));
  };
  const ids = BUG_TYPES.map(({ id }) => id);
  return {
    ...(family.length > 0 && { families: only(family, FAMILIES, 'family') }),
    ...(type.length > 0 && { types: only(type, ids, 'bug type') }),
  };
}

async function readList(path: string): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = systemFailure(error, 'read')?.message ?? String(error);
    throw new UserError(`--allow-list: expected a readable file at ${path}: ${why}`, 'check the path');
  });
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
}

interface Summary {
  out: string;
  samples: number;
  /** Samples wanted; null: all. */
  count: number | null;
  clean: number;
  functions: number;
  sources: Dataset['sources'];
  /** With the shares of all mutants that were aimed at, and that the functions could give. */
  families: { family: string; drawn: number; kept: number; aimed: number; reachable: number }[];
  yield: number;
  equivalentRate: number;
  samplesPerHour: number;
  seconds: number;
  dropped: Record<string, number>;
}

function summarise({ store, manifest, sources, functions }: Dataset, count: number | null): Summary {
  const { counts } = manifest['trm:lineage'];
  const metrics = manifest['trm:metrics'] as Pick<
    Summary,
    'clean' | 'yield' | 'equivalentRate' | 'samplesPerHour' | 'seconds'
  > & {
    types: Record<string, { family: string; drawn: number; kept: number }>;
    families: Record<string, { aimed: number; reachable: number }>;
  };
  const byFamily = new Map<string, { family: string; drawn: number; kept: number }>();
  for (const { family, drawn, kept } of Object.values(metrics.types)) {
    const sum = byFamily.get(family) ?? { family, drawn: 0, kept: 0 };
    byFamily.set(family, { family, drawn: sum.drawn + drawn, kept: sum.kept + kept });
  }
  const { clean, equivalentRate, samplesPerHour, seconds } = metrics;
  return {
    out: store.location,
    samples: counts.out,
    count,
    clean,
    functions,
    sources,
    families: [...byFamily.values()]
      .filter(({ drawn }) => drawn > 0)
      .map((each) => ({ ...each, ...metrics.families[each.family] }))
      .sort((a, b) => b.kept - a.kept),
    yield: metrics.yield,
    equivalentRate,
    samplesPerHour: Math.round(samplesPerHour),
    seconds,
    dropped: counts.dropped,
  };
}

function printSummary(summary: Summary, complete: boolean): void {
  const { out, samples, count, clean, functions, sources, families } = summary;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const number = (value: number): string => value.toLocaleString('en-GB');
  for (const { from, name, version, licence, origin } of sources) {
    const what = [name, version, origin, licence].filter((part) => part !== null).join(', ');
    console.log(`${from}: ${what}`);
  }
  console.log(
    columns([
      ['FAMILY', 'SAMPLES', 'SHARE', 'AIMED', 'REACHABLE', 'KEPT OF DRAWN'],
      ...families.map(({ family, drawn, kept, aimed, reachable }) => [
        family,
        number(kept),
        percent(kept / Math.max(1, samples - clean)),
        percent(aimed),
        percent(reachable),
        percent(kept / Math.max(1, drawn)),
      ]),
      ...(clean > 0 ? [['(clean)', number(clean), '', '', '', '']] : []),
      ['all', number(samples), '', '', '', percent(summary.yield)],
    ]),
  );
  console.log(`functions: ${number(functions)}`);
  console.log(`equivalent mutants, dropped: ${percent(summary.equivalentRate)} of drawn`);
  if (complete) console.log('nothing to do: the dataset was complete');
  else console.log(`samples/h: ${number(summary.samplesPerHour)} (${summary.seconds.toFixed(1)} s)`);
  if (count !== null && samples < count)
    console.log(
      `the code gave ${number(samples)} of ${number(count)} samples: add --from, or more --mutants`,
    );
  console.log(`\n${out}\nnext: bin/trm data verify ${out}`);
}
