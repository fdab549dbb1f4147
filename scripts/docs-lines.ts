/**
 * Documents read well in a terminal: finds lines over 120 characters in the Markdown files that git tracks. Table
 * rows, generated files and what cannot be broken at a space (a long link) are left alone.
 *
 *   node dist/scripts/docs-lines.js           exit code 1 on findings
 *   node dist/scripts/docs-lines.js --reflow  wraps the prose of the files with findings at 120 (Prettier)
 *
 * `ALLOWED` holds what was too long when the check was made: the numbers may only shrink.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';

const WIDTH = 120;

/** Lines over the width that a file may still have. */
const ALLOWED: Readonly<Record<string, number>> = {};

/** True when breaking a line at its spaces makes every part fit. */
function canBreak(line: string): boolean {
  const indent = /^\s*(?:[-*>]\s+|\d+\.\s+)*/.exec(line)![0].length;
  return line
    .trim()
    .split(/\s+/)
    .every((word) => indent + word.length <= WIDTH);
}

/** Numbers (from 1) of the lines that are too long and can be broken. A file that a program wrote has none. */
export function longLines(text: string): number[] {
  if (/^<!-- (?:Written|Generated) by /m.test(text)) return [];
  return text.split('\n').flatMap((line, i) => {
    const tooLong = [...line].length > WIDTH && !line.trimStart().startsWith('|') && canBreak(line);
    return tooLong ? [i + 1] : [];
  });
}

/** What is wrong with one file, given its long lines and how many it may have; undefined when nothing is. */
export function judgeFile(file: string, lines: readonly number[], allowed: number): string | undefined {
  if (lines.length > allowed)
    return `${file}: ${lines.length} lines over ${WIDTH} characters, ${allowed} are allowed: ${lines.join(', ')}`;
  if (lines.length < allowed)
    return `${file}: ${lines.length} lines over ${WIDTH} characters; lower its ${allowed} in scripts/docs-lines.ts`;
  return undefined;
}

/** Documents for people who read the sources: neither test data nor the model's card, which a release writes. */
async function trackedDocuments(root: string): Promise<string[]> {
  const { stdout } = await runProcess('git', ['ls-files', '-z', '*.md'], { cwd: root });
  return stdout
    .split('\0')
    .filter(
      (file) =>
        file !== '' &&
        !file.includes('fixtures/') &&
        !file.startsWith('models/') &&
        existsSync(join(root, file)),
    );
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { reflow: { type: 'boolean', default: false } } });
  const root = projectRoot();
  const found = (await trackedDocuments(root)).map((file) => ({
    file,
    lines: longLines(readFileSync(join(root, file), 'utf8')),
  }));
  if (values.reflow) {
    const files = found.filter(({ lines }) => lines.length > 0).map(({ file }) => file);
    if (files.length === 0) return 0;
    const prettier = join('node_modules', 'prettier', 'bin', 'prettier.cjs');
    // prettier-ignore
    const options = ['--write', '--prose-wrap', 'always', '--print-width', String(WIDTH), '--ignore-path', '/dev/null'];
    const { stdout } = await runProcess(process.execPath, [prettier, ...options, ...files], { cwd: root });
    console.log(
      `${stdout}set ALLOWED in scripts/docs-lines.ts to what is left: fenced lines are yours to break`,
    );
    return 0;
  }
  const gone = Object.keys(ALLOWED).filter((file) => !found.some((document) => document.file === file));
  const problems = [
    ...found.flatMap(({ file, lines }) => judgeFile(file, lines, ALLOWED[file] ?? 0) ?? []),
    ...gone.map((file) => `${file}: is no document any more; remove it from scripts/docs-lines.ts`),
  ];
  for (const problem of problems) console.log(problem);
  return problems.length > 0 ? 1 : 0;
}

if (require.main === module)
  void main().then((code) => {
    process.exitCode = code;
  });
