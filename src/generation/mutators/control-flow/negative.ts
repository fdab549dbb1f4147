/** Code that the mutators of family control-flow must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-return': [
    'def f():\n    return\n',
    'def f():\n    return None\n',
    'def f():\n    return 1\n',
    'def f(a):\n    return a.b(1).c()\n',
    'async def f(a) -> None:\n    return await a(1)\n',
  ],
  'wrong-block-indentation': [
    'def f(a):\n    if a:\n        return 1\n',
    'def f(a):\n    if a:\n        b()\n    return\n',
    'def f(a):\n    if a:\n        b()\n        c()\n    else:\n        d()\n',
    'def f(a):\n    with a:\n        b()\n        c()\n',
    'def f(a):\n    for b in a:\n        c()\n        break\n',
  ],
  'swapped-break-continue': ["x = a.break_ + 'continue'\n"],
  'confused-if-elif': [
    'def f(a, b):\n    if a:\n        return 1\n    elif b:\n        return 2\n',
    'def f(a, b):\n    if a == 1:\n        g()\n    elif a == 2:\n        h()\n',
    'def f(a, b):\n    for a in b:\n        g()\n    if a:\n        h()\n',
    'def f(a, b):\n    if a:\n        g()\n    else:\n        h()\n    if b:\n        g()\n',
    'def f(a, b):\n    if a:\n        g()\n    h()\n    if b:\n        g()\n',
  ],
  'missing-jump': [
    'def f(a):\n    for b in a:\n        if b:\n            break\n',
    'def f(a):\n    for b in a:\n        if b:\n            g()\n            continue\n',
    'def f(a):\n    for b in a:\n        if b:\n            g()\n            continue\n        else:\n            h()\n',
    'def f(a):\n    if a:\n        g()\n        return\n',
    'def f(a):\n    if a:\n        g()\n        return a\n    h()\n',
  ],
  'wrong-loop-exit': [
    'def f(a, b):\n    if b:\n        for c in a:\n            if c:\n                break\n    else:\n        g()\n',
    'def f(a):\n    if a:\n        return\n    g()\n',
    'def f(a):\n    for b in a:\n        if b:\n            break\n',
    'def f(a):\n    for b in a:\n        def g():\n            return\n',
    'def f(a):\n    for b in a:\n        return b\n',
  ],
};
