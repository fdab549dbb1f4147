/** Code that the mutators of `conditions.ts` and `jumps.ts` must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-condition': [
    'def f(a, b):\n    if a and b:\n        return a + b\n',
    "def f(a):\n    if a == 'and' or a == 'or':\n        return a\n",
    'def f(a, b):\n    if a(1, 2, 3, 4, 5, 6) and b.x:\n        return a, b\n',
    'def f(a, b=x and y):\n    return a\n',
  ],
  'truthiness-for-none-check': [
    'def f(node):\n    if node is not None:\n        node.close()\n',
    'def f(names: list):\n    if names is None:\n        names = []\n    return len(names)\n',
    'def f(timeout):\n    return timeout is not None\n',
    'def f(size):\n    if size is not False:\n        return size\n',
  ],
  'missing-precedence-parentheses': [
    'def f(a, b, c):\n    return (a * b) + c\n',
    'def f(a, b, c):\n    return (a and b) or c\n',
    'def f(a, b):\n    return (a, b)[0]\n',
    'def f(a, b):\n    return g(a or b).c\n',
    'def f(a, b):\n    for x in (a or b):\n        print(x)\n',
    'def f(a, b):\n    return g(*(a or b))\n',
    'def f(a, b, c):\n    return a if (b or c) else c\n',
    'def f(a, b, c):\n    return a + (b + c)\n',
    'def f(a):\n    return (x for x in a).b\n',
    "def f(a):\n    return ('a' 'b').join(a)\n",
    'def f(a, b):\n    return (a & 1) == b\n',
  ],
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
    'def f(a):\n    if a:\n        return\n    g()\n',
    'def f(a):\n    for b in a:\n        if b:\n            break\n',
    'def f(a):\n    for b in a:\n        def g():\n            return\n',
    'def f(a):\n    for b in a:\n        return b\n',
  ],
};
