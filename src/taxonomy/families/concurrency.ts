import type { BugType } from '../bug-type';

/** Coroutines, threads and locks used wrongly. */
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
  {
    code: 100,
    id: 'missing-async-keyword',
    family: 'concurrency',
    title: 'Missing `async` before `with` or `for`',
    description:
      'An asynchronous context manager or iterator is used by a plain `with` or `for`: TypeError or AttributeError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'async def fetch(session, url):\n    with session.get(url) as page:\n        return await page.text()\n',
      after:
        'async def fetch(session, url):\n    async with session.get(url) as page:\n        return await page.text()\n',
    },
    rule: null,
    rare: 'Only asynchronous code has them: one function in 250 of the packages looked at.',
  },
  {
    code: 101,
    id: 'called-callback',
    family: 'concurrency',
    title: 'Callback called instead of passed',
    description:
      'A function meant for another thread or for later is called at once, and its result is passed in its place.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'import threading\n\ndef start(work):\n    thread = threading.Thread(target=work())\n    thread.start()\n    return thread\n',
      after:
        'import threading\n\ndef start(work):\n    thread = threading.Thread(target=work)\n    thread.start()\n    return thread\n',
    },
    rule: null,
  },
  {
    code: 102,
    id: 'missing-synchronization',
    family: 'concurrency',
    title: 'Thread or task left alone',
    description:
      'A call that starts, awaits, wakes or releases another thread, process or task is missing: work is lost, or others wait for ever.',
    cwe: 'CWE-662',
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'import threading\n\ndef run_all(jobs):\n    threads = [threading.Thread(target=job) for job in jobs]\n    for thread in threads:\n        thread.daemon = True\n    for thread in threads:\n        thread.join()\n',
      after:
        'import threading\n\ndef run_all(jobs):\n    threads = [threading.Thread(target=job) for job in jobs]\n    for thread in threads:\n        thread.daemon = True\n        thread.start()\n    for thread in threads:\n        thread.join()\n',
    },
    rule: null,
    rare: 'Few functions start or join threads and processes themselves, most use a pool or a framework.',
  },
  {
    code: 103,
    id: 'blocking-call-in-coroutine',
    family: 'concurrency',
    title: 'Blocking call in a coroutine',
    description:
      'A coroutine sleeps or works without giving the event loop a turn; all other tasks stand still.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before:
        'import asyncio\nimport time\n\nasync def wait_for(job):\n    while not job.done():\n        time.sleep(1)\n    return job.result()\n',
      after:
        'import asyncio\nimport time\n\nasync def wait_for(job):\n    while not job.done():\n        await asyncio.sleep(1)\n    return job.result()\n',
    },
    rule: 'ruff ASYNC251',
    rare: 'Coroutines that sleep are few: polling loops and retries.',
  },
];
