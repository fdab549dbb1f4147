import type { BugType } from '../../bug-type';

/** The event loop of asyncio used wrongly. */
export const ASYNCIO_BUGS: readonly BugType[] = [
  {
    code: 146,
    id: 'event-loop-misuse',
    family: 'framework',
    title: 'Event loop misused',
    description:
      'A coroutine runs another one by `asyncio.run` instead of `await`, which is a RuntimeError, or the function is passed to `create_task` or `gather` where its coroutine is needed, which is a TypeError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import asyncio\n\nasync def main(url):\n    page = asyncio.run(fetch(url))\n    return page\n',
      after: 'import asyncio\n\nasync def main(url):\n    page = await fetch(url)\n    return page\n',
    },
    rule: null,
    rare: 'Most awaited calls are too long to be wrapped by one edit.',
  },
];
