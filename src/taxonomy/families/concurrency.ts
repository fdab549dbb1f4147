import type { BugType } from '../bug-type';

/** Coroutines, threads and locks. */
export const CONCURRENCY_BUGS: readonly BugType[] = [
  {
    code: 52,
    id: 'missing-await',
    family: 'concurrency',
    title: 'Missing `await`',
    description: 'A coroutine is made but never run; the value is the coroutine object.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'async def load(client, url):\n    page = client.get(url)\n    return page.text\n',
      after: 'async def load(client, url):\n    page = await client.get(url)\n    return page.text\n',
    },
    rule: null,
  },
];
