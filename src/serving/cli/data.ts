import { CommandExit, printJson, type Register } from './command';
import { registerDataBenchmark } from './data-benchmark';
import { registerDataGenerate } from './data-generate';

/**
 * `trm data generate`, and `trm data verify`: checks a dataset against its manifest. Exit code 1 when a file is not what
 * it should be.
 */
export const registerData: Register = (program, context) => {
  const data = program
    .command('data')
    .helpCommand(false)
    .description('make datasets, check them and stage outputs');
  registerDataGenerate(data, context);
  registerDataBenchmark(data, context);
  data
    .command('verify')
    .description(
      'compare every file of a dataset with its manifest: bytes, hash, rows, missing and extra files',
    )
    .argument('<folder>', 'folder that holds manifest.json')
    .option('--json', 'print JSON')
    .action(async (folder: string, options: { json?: boolean }) => {
      const { createFolderStore } = await import('../../storage/folder-store.js');
      const { verifyDataset } = await import('../../shards/verify.js');
      const report = await verifyDataset(createFolderStore(folder));
      if (options.json) printJson(report);
      else {
        for (const { path, problem, message } of report.problems)
          console.log(`${problem}  ${path}: ${message}`);
        const { files, rows, bytes } = report;
        const size = `${files} files, ${rows} rows, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
        console.log(report.ok ? `ok: ${size}` : `${report.problems.length} problems in ${size}`);
      }
      if (!report.ok) throw new CommandExit(1);
    });
};
