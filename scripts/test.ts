/**
 * Runs the test files (uvu), each in a process of its own, and prints one line a file and a closing line
 * `N passed, N failed`.
 *
 *   node dist/scripts/test.js [part of a path ...] [--tier check|test|test-servers] [--jobs 2] [--timeout 600] [--record]
 *
 * Without --tier all three run: what each holds says `scripts/test-tiers.ts`. --record writes the processor time of
 * each file that ran to `scripts/test-times.json`.
 *
 * uvu alone exits 0 when a `before` hook throws, when a test throws something that is no Error, and when a file
 * forgets `.run()`. Here a file must report tests that ran or were skipped, and total minus passed is failed.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, exitCodeOf, UserError } from '../src/core/errors';
import { formatDuration } from '../src/core/progress';
import { projectRoot } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';
import { chooseTests, parseTier, readTimes, testSources, timesPath, type TestTimes } from './test-tiers';

interface FileResult {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  /** Wall seconds. */
  seconds: number;
  /** Of the process and all that it waited for; only when asked for. */
  cpuSeconds: number | undefined;
  output: string;
}

interface RunSettings {
  timeoutMs: number;
  /** Measure processor time. Default false. */
  record: boolean;
}

const root = projectRoot();
/** bash's own clock sees the processes that a test started, too. */
const TIMED = ['-c', 'TIMEFORMAT="processor seconds: %U %S"; time "$@"', 'bash'];

/** The compiled file of a test source. @throws UserError when the project was not built since it was written */
function compiled(source: string): string {
  const path = join(root, 'dist', source.replace(/\.ts$/, '.js'));
  if (!existsSync(path)) throw new UserError(`${source} is not compiled`, 'run make build first');
  return path;
}

/** Runs one test file and reads uvu's summary. */
async function runFile(file: string, { timeoutMs, record }: RunSettings): Promise<FileResult> {
  const started = performance.now();
  const codes = Array.from({ length: 256 }, (_, code) => code);
  let output: string;
  let crashed = false;
  try {
    const command = [process.execPath, '--enable-source-maps', compiled(file)];
    const [program, ...args] = record ? ['bash', ...TIMED, ...command] : command;
    const result = await runProcess(program, args, {
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
  const cpu = /^processor seconds: ([\d.]+) ([\d.]+)$/m.exec(output);
  return {
    file,
    passed,
    // A crash after a clean summary still counts: something broke on the way out.
    // uvu's total leaves skipped tests out.
    failed: total + skipped === 0 ? 1 : Math.max(total - passed, crashed ? 1 : 0),
    skipped,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpu ? Number(cpu[1]) + Number(cpu[2]) : undefined,
    output,
  };
}

/** One line a file; all that a failed one wrote; the names of what was skipped. */
function print({ file, passed, failed, skipped, seconds, output }: FileResult): void {
  const skips = skipped > 0 ? ` ${skipped} skipped` : '';
  console.log(`${failed ? 'FAIL' : 'ok  '} ${file} ${passed} passed${skips} ${formatDuration(seconds)}`);
  if (failed) console.log(output.replace(/^/gm, '     | '));
  else for (const [line] of output.matchAll(/^SKIP .*$/gm)) console.log(`     ${line}`);
}

/** The table with the new times of what ran and without files that are gone. */
function recordTimes(times: TestTimes, results: readonly FileResult[]): void {
  const measured = results.flatMap(({ file, cpuSeconds }) =>
    cpuSeconds === undefined ? [] : [[file, Number(cpuSeconds.toFixed(1))] as const],
  );
  const all = { ...times, ...Object.fromEntries(measured) };
  const kept = testSources(root).filter((file) => file in all && !file.endsWith('.servers.test.ts'));
  const table = Object.fromEntries(kept.map((file) => [file, all[file]]));
  writeFileSync(timesPath(root), `${JSON.stringify(table, null, 2)}\n`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      tier: { type: 'string' },
      jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      timeout: { type: 'string', default: '600' },
      record: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const times = readTimes(root);
  const tier = values.tier === undefined ? undefined : parseTier(values.tier);
  const queue = chooseTests(testSources(root), times, { tier, parts: positionals });
  if (queue.length === 0)
    throw new UserError(`no test file matches ${[values.tier, ...positionals].join(' ')}`);
  const results: FileResult[] = [];
  const settings = { timeoutMs: Number(values.timeout) * 1000, record: values.record };
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file, settings);
      results.push(result);
      print(result);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  if (values.record) recordTimes(times, results);
  const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
    results.reduce((n, result) => n + result[key], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
  return sum('failed') > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(describeError(error));
    process.exitCode = exitCodeOf(error);
  },
);
