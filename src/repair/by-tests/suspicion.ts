import type { VersionResult } from './run-tests';

/** A line and how suspicious it is. */
export interface SuspiciousLine {
  /** 0-based. */
  line: number;
  /** Ochiai, 0..1: failed(line) / sqrt(failed (failed(line) + passed(line))), all counted in tests that ran the line. */
  suspicion: number;
  /** It stands in the stack trace of a failing test. */
  inTrace: boolean;
}

/**
 * Lines that failing tests ran, the most suspicious first: those of stack traces, then by Ochiai's coefficient (Abreu,
 * Zoeteweij and van Gemund 2006), then by place. Skipped tests say nothing; one that hangs fails.
 */
export function rankLines(tests: VersionResult['tests']): SuspiciousLine[] {
  const failing = tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'timeout');
  const passing = tests.filter(({ outcome }) => outcome === 'passed');
  const failed = countLines(failing);
  const passed = countLines(passing);
  const traced = new Set(failing.flatMap(({ trace }) => trace));
  return [...failed]
    .map(([line, count]) => ({
      line,
      suspicion: count / Math.sqrt(failing.length * (count + (passed.get(line) ?? 0))),
      inTrace: traced.has(line),
    }))
    .sort((a, b) => Number(b.inTrace) - Number(a.inTrace) || b.suspicion - a.suspicion || a.line - b.line);
}

/** Line -> how many of the tests ran it. */
function countLines(tests: VersionResult['tests']): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { lines } of tests) for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}
