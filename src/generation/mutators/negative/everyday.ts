/** Code that the mutators of everyday slips must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-keyword-argument': [
    'def f(a, b=1):\n    return a\n',
    'def f(a):\n    return g(a, b=None)\n',
    'def f(a):\n    return dict(b=a)\n',
    'class A(B, metaclass=C):\n    pass\n',
    'def f(a):\n    return g(a, b=[1, 2, 3, 4])\n',
  ],
  'missing-attribute-access': [
    'def f(a):\n    return a.b\n',
    'def f(self):\n    return self.b, self.b\n',
    'def f(a):\n    a.b = 1\n    a.b = 2\n',
    'def f(a):\n    return a.b(), a.b()\n',
  ],
  'missing-method-call': [
    'def f(a):\n    return a.total_seconds\n',
    'def f(a):\n    return a.group(1)\n',
    'def f(self):\n    return self.read()\n',
    'def f(a):\n    a.read()\n',
  ],
  'misspelled-attribute': [
    'def f(a):\n    return a.unusual\n',
    'def f(a):\n    return a.x, a.x\n',
    'append = 1\n',
  ],
  'missing-module-prefix': [
    'import os\n\ndef f(path):\n    return os.path\n',
    'import os\nfrom os import getcwd\n\ndef f():\n    return os.getcwd()\n',
    'import builtins\n\ndef f():\n    return builtins.open\n',
    'def f(os):\n    return os.getcwd()\n',
  ],
  'superfluous-self-argument': [
    'def f(a):\n    return a.g(1)\n',
    'def f(self):\n    return self.a.g(1)\n',
    'def f(self):\n    return A.g(self, 1)\n',
    'def f():\n    return self.g(1)\n',
  ],
  'parameter-not-stored': [
    'def __init__(self, a):\n    self.a = a\n',
    'def __init__(self, a):\n    self.a = a\n    print(a)\n',
    'def f(self, a):\n    self.a = a\n    self.b = 1\n',
    'def __init__(self, a):\n    self.a = b\n    self.b = 1\n',
  ],
  'quoted-name': [
    'def f(a, i):\n    return a[i]\n',
    'def f(a, index):\n    return a[index]\n',
    'def f(a):\n    return a[name]\n',
    'def f(a, name):\n    return [name]\n',
    'def f(a, name):\n    return a[name:]\n',
  ],
  'missing-quotes': [
    "def f(a, name):\n    return a['name']\n",
    "def f(a):\n    return a['id']\n",
    "def f(a):\n    return ['name']\n",
    "def f(a):\n    return a['two words']\n",
  ],
};
