import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess } from '../core/processes/subprocess';
import { createProgram } from './cli/program';
import { completionScript } from './completion';

const program = createProgram({ signal: new AbortController().signal });

/** What bash offers at the end of a line. */
async function offered(line: readonly string[]): Promise<string[]> {
  const words = line.map((word) => `'${word}'`).join(' ');
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _trm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await runProcess('bash', ['--norc', '-c', script]);
  return stdout.trim().split('\n').filter(Boolean);
}

test('bash completes commands, subcommands and flags', async () => {
  assert.equal(await offered(['trm', 'ch']), ['check']);
  assert.equal(await offered(['trm', 'runs', 'li']), ['list']);
  assert.equal(await offered(['trm', 'fix', 'file.py', '--di']), ['--diff']);
  assert.equal(await offered(['trm', 'check', '--dif']), []);
  assert.equal(await offered(['trm', 'check', 'fil']), [], 'then the shell takes files');
});

test('the scripts of zsh and fish name every command and flag, without what would end their quotes', () => {
  for (const shell of ['zsh', 'fish'] as const) {
    const script = completionScript(program, shell);
    for (const { name } of program.commands.map((one) => ({ name: one.name() }))) assert.match(script, name);
    assert.match(script, shell === 'zsh' ? "'--unsafe-fixes:" : '-l unsafe-fixes ');
    for (const line of script.split('\n')) assert.is((line.split("'").length - 1) % 2, 0, line);
  }
});

test.run();
