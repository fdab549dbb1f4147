import { printable } from '../../core/text/printable';
import type { Register } from './command';

interface ApplyFlags {
  overwriteReadOnly?: boolean;
  directory?: string;
}

/** `trm apply`: writes a patch that `trm fix --save-patch` made: all of its files, or none where one does not fit. */
export const registerApply: Register = (program) => {
  program
    .command('apply')
    .description('write a patch that `trm fix --save-patch` made; nothing is written unless all of it fits')
    .argument('<patch>', 'the patch')
    .option('--overwrite-read-only', 'write to files whose permissions say no, too')
    .option(
      '--directory <folder>',
      "folder that the patch's paths start from; default: the working directory",
    )
    .action(async (path: string, { overwriteReadOnly, directory }: ApplyFlags) => {
      const { preparePatch, writePatched } = await import('../patches/apply-patch.js');
      const { readSourceFile } = await import('../source-file.js');
      const files = await preparePatch((await readSourceFile(path)).bytes, { root: directory });
      writePatched(files, { overwriteReadOnly });
      for (const { name } of files) console.error(`${printable(name)}: written`);
      if (files.length === 0) console.error(`${printable(path)}: an empty patch (nothing to write)`);
    });
};
