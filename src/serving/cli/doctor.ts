import { CommandExit, printJson, type Register } from './command';

/** `trm doctor`: what this machine offers and what is missing. Exit code 1 when something needed is missing. */
export const registerDoctor: Register = (program) => {
  program
    .command('doctor')
    .description('check engine, processor, Python tools and compiler; say what is missing and how to get it')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { examineMachine, formatDiagnosis } = await import('../doctor/diagnosis.js');
      const diagnosis = await examineMachine();
      if (options.json) printJson(diagnosis);
      else console.log(formatDiagnosis(diagnosis));
      if (!diagnosis.healthy) throw new CommandExit(1);
    });
};
