import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createProgress,
  formatDuration,
  formatReading,
  terminalProgress,
  type ProgressReading,
} from './progress';

/** Progress on a clock the test turns. */
function onTestClock(intervalMs: number): {
  progress: ReturnType<typeof createProgress>;
  readings: ProgressReading[];
  pass: (ms: number) => void;
} {
  let now = 0;
  const readings: ProgressReading[] = [];
  const progress = createProgress({ sink: (reading) => readings.push(reading), intervalMs, now: () => now });
  return { progress, readings, pass: (ms) => (now += ms) };
}

test('a resumed task counts its rate from this start and begins at the restored step', () => {
  const { progress, readings, pass } = onTestClock(0);
  const task = progress.start('training', { total: 100, done: 60 });
  assert.is(readings[0].done, 60);
  assert.ok(Number.isNaN(readings[0].rate));
  pass(2000);
  task.advance(10);
  assert.is(readings[1].rate, 5);
  assert.is(readings[1].etaSeconds, 6);
});

test('readings are throttled, the last one is always given, and finish ends the task', () => {
  const { progress, readings, pass } = onTestClock(100);
  const task = progress.start('lexing');
  for (let i = 0; i < 50; i++) {
    pass(10);
    task.advance();
  }
  assert.is(readings.length, 6);
  task.finish('done');
  task.advance();
  task.finish();
  assert.is(readings.length, 7);
  assert.equal([readings[6].finished, readings[6].done, readings[6].note], [true, 50, 'done']);
});

test('a terminal gets one rewritten line, a log plain lines', () => {
  const run = (isTTY: boolean): string => {
    let text = '';
    const stream = { write: (part: string) => (text += part), isTTY, columns: 40 };
    const task = terminalProgress({ stream, plainIntervalMs: 0 }).start('reading', { total: 2 });
    task.advance(2);
    task.finish();
    return text;
  };
  assert.match(run(true), /^(\r\x1b\[2K[^\n]*)+\n$/);
  assert.equal(run(false).match(/\n/g)?.length, 3);
  assert.not.match(run(false), /\r/);
});

test('lines and durations read well', () => {
  assert.equal([42.4, 187, 7500].map(formatDuration), ['42s', '3m07s', '2h05m']);
  const reading = {
    task: 'lexing',
    done: 1200,
    total: 3000,
    rate: 310.4,
    etaSeconds: 5.8,
    elapsedSeconds: 4,
    note: 'json.py',
    finished: false,
  };
  assert.is(formatReading(reading), 'lexing 1200/3000 40% 310/s ETA 6s json.py');
});

test.run();
