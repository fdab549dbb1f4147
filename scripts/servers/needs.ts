/** What the tests of `make test-servers` need of the machine. */
import type { test as uvuTest } from 'uvu';

/**
 * Registers a test that needs something which may be absent. When it is, the test is skipped, counted, and named on a
 * line `SKIP <name>: <why>` that `scripts/test.ts` shows (uvu counts skipped tests and does not name them).
 * @param missing what is absent and how to get it; undefined when all is there
 */
export function testWith(
  test: typeof uvuTest,
  name: string,
  missing: string | undefined,
  run: () => Promise<void>,
): void {
  if (missing === undefined) {
    test(name, run);
    return;
  }
  console.log(`SKIP ${name}: ${missing}`);
  test.skip(name, run);
}
