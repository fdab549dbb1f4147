/**
 * The notebook kernel: tslab, started with the fixes of this folder. Jupyter runs it through
 * `jupyter/kernels/tslab/kernel.json` as `node dist/src/workbench/kernel/main.js --config-path <connection file>`.
 */
import { parseArgs } from 'node:util';
import vm from 'node:vm';
import ts from 'typescript';
import { describeError, UserError } from '../../core/errors';
import { CellSources } from './cell-sources';
import { CellRunner } from './execute';
import { watchParents } from './parent-watch';
import { fixSockets } from './sockets';
import { loadTslab, type Tslab } from './tslab';
import { replaceTslabTypeScript } from './typescript-host';

/** Milliseconds between the abort of a running cell and the end of an orphaned kernel. */
const ORPHAN_GRACE_MS = 1000;

function main(): void {
  const { values } = parseArgs({ options: { 'config-path': { type: 'string' } } });
  const configPath = values['config-path'];
  if (configPath === undefined)
    throw new UserError(
      'expected --config-path <connection file>',
      'let Jupyter start the kernel: `make lab`',
    );
  let orphaned = (): void => process.exit(1);
  // Before all that takes time: a kernel whose parent is killed while it starts must not stay either.
  watchParents(() => orphaned());
  // Frames of the library then name src/*.ts.
  process.setSourceMapsEnabled(true);
  const sources = new CellSources();
  replaceTslabTypeScript(sources);
  const tslab = loadTslab();
  const runner = new CellRunner(sources);
  runner.install(tslab);
  fixSockets(tslab);
  nameCells(runner, sources);
  fixKernelInfo(tslab);
  tslab.main.startKernel({ configPath, enableFindLocal: false, jsKernel: false, globalVersion: '' });
  orphaned = () => {
    runner.interrupts.interrupt(() => {});
    setTimeout(() => process.exit(1), ORPHAN_GRACE_MS);
  };
}

/** Stack traces name the cell (`cell[3]`) instead of `evalmachine.<anonymous>`. */
function nameCells(runner: CellRunner, sources: CellSources): void {
  const run = vm.runInThisContext.bind(vm);
  vm.runInThisContext = (code, options) => {
    // Only tslab's own call, which runs a cell, sets breakOnSigint.
    if (typeof options !== 'object' || options.breakOnSigint !== true) return run(code, options) as unknown;
    sources.start(runner.cellNumber);
    return run(code, { ...options, filename: `cell[${runner.cellNumber}]` }) as unknown;
  };
}

/** Answers `kernel_info_request` with the status that the protocol asks for, and the compiler's true version. */
function fixKernelInfo({ jupyter }: Tslab): void {
  const { prototype } = jupyter.JupyterHandlerImpl;
  const handleKernel = prototype.handleKernel;
  prototype.handleKernel = function () {
    const reply = handleKernel.call(this);
    reply.language_info.version = ts.version;
    return { status: 'ok', ...reply };
  };
}

try {
  main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
