/** Code that the mutators of family concurrency must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-await': ['def f(a):\n    return a.await_\n'],
  'missing-async-keyword': [
    'async def f(a):\n    with a:\n        await b()\n',
    'async def f(a):\n    for b in a:\n        await b()\n',
  ],
  'called-callback': [
    'build(target=linux)\n',
    'threading.Thread(target=make())\n',
    'threading.Thread(target=lambda: a)\n',
    'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n',
    'submit(work)\n',
    'a.submit(*b)\n',
  ],
  'missing-synchronization': [
    // Nothing says that these are threads.
    'def f(job):\n    job.prepare()\n    job.start()\n',
    'import threading\ndef f(a):\n    b = a.copy()\n    a.start()\n',
    "import threading\ndef f(words, worker):\n    a = ' '.join(words)\n    return a\n",
    'import threading\ndef f(worker):\n    worker.join()\n',
    'import threading\ndef f(worker, a):\n    worker.set(a)\n    return worker\n',
  ],
  'blocking-call-in-coroutine': [
    'import asyncio\nasync def f(a):\n    await asyncio.sleep(0)\n',
    'import asyncio\nasync def f(a):\n    await a.sleep(1)\n',
    'import asyncio\nasync def f(a):\n    await asyncio.to_thread(lambda: a)\n',
  ],
};
