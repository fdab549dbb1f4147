import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { projectRoot } from '../../core/paths';
import type { CommandContext, Register } from './command';
import { registerCheck } from './check';
import { registerData } from './data';
import { registerDoctor } from './doctor';
import { registerEvaluate } from './evaluate';
import { registerFix } from './fix';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerSweep } from './sweep';
import { registerTaxonomy } from './taxonomy';
import { registerTrain } from './train';

/** The commands in the order `trm --help` lists them. */
const COMMANDS: readonly Register[] = [
  registerFix,
  registerCheck,
  registerRun,
  registerTrain,
  registerSweep,
  registerEvaluate,
  registerRuns,
  registerData,
  registerTaxonomy,
  registerDoctor,
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
  return program;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
