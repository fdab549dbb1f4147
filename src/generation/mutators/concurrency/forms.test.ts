import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import asyncio\nimport threading\nfrom functools import partial\nasync def f(a, b, pool):\n', {
  'missing-async-keyword': [
    ['async with a as c:\n    b(c)', 'with a as c:\n    b(c)'],
    ['return [c async for c in a]', 'return [c for c in a]'],
  ],
  'called-callback': [
    [
      'threading.Thread(target=a.run, args=(b,)).start()',
      'threading.Thread(target=a.run(), args=(b,)).start()',
    ],
    ['pool.submit(a, b, 1)', 'pool.submit(a(b, 1))'],
    ['a.call_later(2, b)', 'a.call_later(2, b())'],
    ['return partial(a.b, b)', 'return partial(a.b(b))'],
    // Too long to be undone by one edit: only the brackets are added.
    ['pool.submit(a, b.c, b.d, b.e)', 'pool.submit(a(), b.c, b.d, b.e)'],
    ['a.submit(Work, b)'],
    ['a.apply_async(args, b)'],
  ],
  'missing-synchronization': [
    ['c = threading.Thread(target=a)\nc.start()\nreturn c', 'c = threading.Thread(target=a)\nreturn c'],
    ['await pool.join()\nawait b', 'await b'],
    ['a.lock.acquire()\nb()', 'b()'],
    ['b.start()\nb.join()\nreturn b', 'b.start()\nreturn b'],
    ['b.task.join(a)\nreturn b'],
    ['if a:\n    b.task.cancel()\nreturn b'],
  ],
  'blocking-call-in-coroutine': [
    ['await asyncio.sleep(a + 1)', 'time.sleep(a + 1)'],
    ['return await asyncio.to_thread(a, b)', 'return a(b)'],
    ['return await asyncio.to_thread(a)', 'return a()'],
    ['await asyncio.sleep(0)'],
    ['asyncio.sleep(1)'],
  ],
});

test.run();
