import type { Command } from 'commander';
import { CommandExit, printJson, wholeNumber, type CommandContext } from './command';

interface BenchmarkFlags {
  out?: string;
  verify?: boolean;
  workers?: string;
  json?: boolean;
}

/**
 * `trm data benchmark <name>`: makes a frozen benchmark from its recipe. With `--verify` it writes nothing to keep and compares the
 * rows with those of the repository; exit code 1 when they differ.
 */
export function registerDataBenchmark(data: Command, { signal }: CommandContext): void {
  data
    .command('benchmark')
    .description('make a benchmark from its recipe, or make it again and compare')
    .argument('<name>', 'benchmark of this project, for example synthetic-9, or a path to a recipe.yaml')
    .option('--out <folder>', 'where to write it (default: beside the recipe)')
    .option('--verify', 'compare the rows with those that are there; changes nothing')
    .option(
      '--workers <n>',
      'threads and critic processes (default: one a core); the result does not depend on it',
    )
    .option('--json', 'print JSON')
    .action(async (name: string, flags: BenchmarkFlags) => {
      const { makeBenchmark } = await import('../benchmarks.js');
      const { terminalProgress } = await import('../../core/progress.js');
      const { withMachine } = await import('../../stages/machine.js');
      const options = {
        out: flags.out ?? null,
        verify: flags.verify ?? false,
        workers: wholeNumber(flags.workers, '--workers'),
        signal,
        progress: terminalProgress(),
      };
      const result = await withMachine((machine) => makeBenchmark(name, { ...options, machine }));
      if (flags.json) printJson(result);
      else console.log(`${result.folder}\n${result.rows} rows, sha256 ${result.rowsHash}`);
      if (flags.verify && !flags.json) console.log(result.same ? 'the same rows' : result.difference);
      if (flags.verify && !result.same) throw new CommandExit(1);
    });
}
