import { Command } from 'commander';
import type { CommandContext, Register } from './command';
import { registerApply } from './apply';
import { registerCheck } from './check';
import { registerCompletion } from './completion';
import { registerData } from './data';
import { registerDoctor } from './doctor';
import { registerEvaluate } from './evaluate';
import { registerExplain } from './explain';
import { registerFix } from './fix';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerSweep } from './sweep';
import { registerTaxonomy } from './taxonomy';
import { registerTrain } from './train';
import { version } from '../version';

/** The commands in the order `trm --help` lists them. */
const COMMANDS: readonly Register[] = [
  registerFix,
  registerCheck,
  registerExplain,
  registerApply,
  registerRun,
  registerTrain,
  registerSweep,
  registerEvaluate,
  registerRuns,
  registerData,
  registerTaxonomy,
  registerDoctor,
  registerCompletion,
];

/**
 * Builds the `trm` command line. Errors of usage are thrown as CommanderError, with the nearest known name in
 * their message.
 */
export function createProgram(context: CommandContext): Command {
  const program = new Command('trm')
    .description(
      'Find and fix bugs in Python code with a tiny recursive model, and run the pipeline that trains it.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    // Subcommands inherit this when they are created, so it comes before them.
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  program.hook('preAction', (_program, command) => refuseEmptyValues(command));
  return program;
}

/**
 * An empty value is a variable of the caller's script that was not set. As a path it would mean the working directory,
 * as a number 0; no argument or option of ours has a use for it.
 */
function refuseEmptyValues(command: Command): void {
  const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.some(isEmpty) : value === '');
  command.registeredArguments.forEach((argument, i) => {
    if (isEmpty(command.processedArgs[i]))
      command.error(`error: argument '${argument.name()}' is empty, expected a value`);
  });
  for (const option of command.options)
    if (isEmpty(command.getOptionValue(option.attributeName())))
      command.error(`error: option '${option.flags}' is empty, expected a value`);
}
