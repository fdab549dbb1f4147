/**
 * Runs the test files (uvu), each in a process of its own, and prints one line a file and a closing line
 * `N passed, N failed`.
 *
 *   node dist/scripts/test.js [part of a path ...] [--jobs 2] [--timeout 600]
 *
 * uvu alone exits 0 when a `before` hook throws, when a test throws something that is no Error, and when a file
 * forgets `.run()`. Here a file must report a total above zero, and total minus passed minus skipped is failed.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { formatDuration } from '../src/core/progress';
import { projectRoot } from '../src/core/paths';
import { runProcess } from '../src/core/subprocess';

interface FileResult {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
  output: string;
}

const dist = join(projectRoot(), 'dist');

/** Runs one compiled test file and reads uvu's summary. */
async function runFile(path: string, timeoutMs: number): Promise<FileResult> {
  const started = performance.now();
  const codes = Array.from({ length: 256 }, (_, code) => code);
  let output: string;
  let crashed = false;
  try {
    const result = await runProcess(process.execPath, ['--enable-source-maps', path], {
      env: { NODE_ENV: 'test', FORCE_COLOR: '0', NO_COLOR: '1' },
      timeoutMs,
      okCodes: codes,
    });
    output = result.stdout + result.stderr;
    crashed = result.exitCode !== 0;
  } catch (error) {
    output = (error as Error).message;
    crashed = true;
  }
  const number = (label: string): number => {
    const matches = [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))];
    return matches.reduce((sum, match) => sum + Number(match[1]), 0);
  };
  const [total, passed, skipped] = [number('Total'), number('Passed'), number('Skipped')];
  // A crash after a clean summary still counts: something broke on the way out.
  const failed = total === 0 ? 1 : Math.max(total - passed - skipped, crashed ? 1 : 0);
  return {
    file: relative(dist, path).replace(/\.js$/, '.ts'),
    passed,
    failed,
    skipped,
    seconds: (performance.now() - started) / 1000,
    output,
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      timeout: { type: 'string', default: '600' },
    },
    allowPositionals: true,
  });
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
    .sort()
    .map((file) => join(dist, file));
  if (files.length === 0) {
    console.log(
      `no test file matches ${positionals.join(' ') || 'dist/**/*.test.js'}; was the project built?`,
    );
    return 1;
  }
  const results: FileResult[] = [];
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file, Number(values.timeout) * 1000);
      results.push(result);
      const { passed, failed, skipped, seconds } = result;
      const skips = skipped > 0 ? ` ${skipped} skipped` : '';
      console.log(
        `${failed ? 'FAIL' : 'ok  '} ${result.file} ${passed} passed${skips} ${formatDuration(seconds)}`,
      );
      if (failed) console.log(result.output.replace(/^/gm, '     | '));
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
    results.reduce((n, result) => n + result[key], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
  return sum('failed') > 0 ? 1 : 0;
}

void main().then((code) => {
  process.exitCode = code;
});
