/** Code that the mutators of family string must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'implicit-string-concatenation': ["x = 'a', 'b'\n", "x = {'a': 'b', 'c': 'd'}\n", "x = ['a', b]\n"],
  'missing-f-prefix': [
    // No field: the prefix changes nothing.
    "def f(a):\n    return f'a', f'{{a}}', '{a}', F''\n",
    "def f(a):\n    return f'{a}'.format(a)\n",
  ],
  'missing-normalisation': [
    "def f(a, b):\n    return a.lower, a.replace(b, 'c'), 'A'.lower(), a.strip(b), lower(a)\n",
    'import pandas as pd\ndef f(a):\n    return a.str.lower()\n',
  ],
  'wrong-format-arguments': [
    "def f(a, b):\n    return '%s' % (a,), '%s' % a, a % (b, a), '%s %s' % (*a, b)\n",
    "def f(a, b):\n    return '{a}'.format(a=a), '{0} {0}'.format(a), '{}' '{}'.format(a)\n",
  ],
  'wrong-regex': [
    "import re\ndef f(a, b):\n    return re.match('^a', b), re.search(a, b, re.ASCII), re.sub('a+', b, a)\n",
    "def f(a, re):\n    return re.match(r'\\.$', a)\n",
  ],
};
