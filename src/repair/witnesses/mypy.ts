import { join } from 'node:path';
import { z } from 'zod';
import { inputOf, openProcessWitness, type Printed, type RunTool } from './process-witness';
import { toolVersion, type ToolOptions } from './tools';
import type { Witness } from './witness';

const lineSchema = z.looseObject({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: z.int().nullable().default(null),
  end_column: z.int().nullable().default(null),
  message: z.string(),
  hint: z.string().nullable(),
  code: z.string().nullable(),
  severity: z.string(),
});

/**
 * mypy, where it is installed. What it knows of libraries it keeps from batch to batch, in its temporary folder. A text
 * that it cannot parse keeps it from all others: those are asked again without it.
 * @throws TrmError when it does not run
 */
export async function openMypy({ program, timeoutMs, python }: ToolOptions): Promise<Witness> {
  const version = await toolVersion('mypy', program);
  const interpreter = python === undefined ? [] : ['--python-executable', python];
  // The parser of its own that mypy 2 brings takes wide characters off a column twice.
  const parser = Number.parseInt(version, 10) >= 2 ? ['--no-native-parser'] : [];
  return openProcessWitness({
    name: 'mypy',
    version,
    program,
    unit: 'bytes',
    timeoutMs,
    run: (files, tool) => check(files, tool, [...interpreter, ...parser]),
  });
}

async function check(files: readonly string[], tool: RunTool, more: readonly string[]): Promise<Printed[]> {
  const cache = join(tool.folder, '..', 'cache');
  const settings =
    '--output=json --config-file= --namespace-packages --explicit-package-bases --ignore-missing-imports ' +
    '--check-untyped-defs --no-error-summary --show-error-end --follow-imports=silent';
  const flags = settings.split(' ');
  const found: Printed[] = [];
  let left = [...files];
  while (left.length > 0) {
    // 0: nothing found, 1: something; 2: it gave up.
    const result = await tool.call([...flags, ...more, '--cache-dir', cache, ...left], [0, 1, 2]);
    const printed = readLines(result.stdout);
    found.push(...printed);
    if (result.exitCode !== 2) break;
    const blocking = new Set(printed.filter(({ rule }) => rule === 'syntax').map(({ input }) => input));
    const rest = left.filter((file) => !blocking.has(inputOf(file)));
    if (rest.length === left.length)
      throw new Error(`it gave up (${result.stderr.trim() || printed.at(-1)?.message || 'without a word'})`);
    left = rest;
  }
  return found;
}

function readLines(text: string): Printed[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): Printed => {
      const read = lineSchema.safeParse(parsed(line));
      if (!read.success) throw new Error(`it printed ${JSON.stringify(line.slice(0, 120))}`);
      const { file, message, hint, code, severity, ...place } = read.data;
      return {
        input: inputOf(file),
        rule: code ?? 'note',
        severity: severity === 'error' ? 'error' : 'info',
        message: hint ? `${message}\n\n${hint}` : message,
        // Columns count from 0, but for errors of syntax from 1.
        start: { line: place.line - 1, column: place.column - (code === 'syntax' ? 1 : 0) },
        end: code === 'syntax' ? undefined : endOf(place.end_line, place.end_column),
      };
    });
}

function endOf(line: number | null, column: number | null): Printed['end'] {
  return line === null || column === null ? undefined : { line: line - 1, column };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Said by the schema, with what was printed.
  }
}
