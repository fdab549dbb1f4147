import { Argument } from 'commander';
import type { Register } from './command';

/** `trm completion`: a script with which a shell completes commands and flags. */
export const registerCompletion: Register = (program) => {
  program
    .command('completion')
    .description('print a script that completes commands and flags: source <(trm completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('../completion.js');
      process.stdout.write(completionScript(program, shell));
    });
};
