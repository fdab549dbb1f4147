/** Code that the mutators of arrays and data frames must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'wrong-axis': [
    // Nothing says that these are arrays.
    'def f(a):\n    return a.sum(axis=1)\n',
    'import numpy as np\ndef f(a, axis=1):\n    return np.sort(a, axis=axis)\n',
    'import numpy as np\ndef f(a):\n    return a.tick_params(axis="x")\n',
  ],
  'lost-dimension': [
    // Broadcasting adds leading dimensions itself.
    'import numpy as np\ndef f(a, b):\n    return a[None, :] * b\n',
    'import numpy as np\ndef f(a):\n    return a / a.sum(axis=0, keepdims=True)\n',
    'import numpy as np\ndef f(a):\n    return a[:, None, 0], a.reshape(-1, 2), [None, None], a[i:j + 1]\n',
  ],
  'missing-dtype': [
    // What the functions give anyway.
    'import numpy as np\ndef f(n):\n    return np.zeros(n, dtype=float), np.arange(n, dtype=int)\n',
    'import numpy as np\ndef f(a):\n    return np.zeros_like(a, dtype=a.dtype), np.asarray(a, dtype=None)\n',
    'import numpy as np\ndef f():\n    return np.array([0.5, 1.0], dtype=np.float64), np.array([1, 2], dtype=int)\n',
    'def f(a):\n    return a.astype(int)\n',
  ],
  'array-truth-value': [
    'import numpy as np\ndef f(a, b):\n    return a & ~np.isnan(b).sum(), a.any()\n',
    'import numpy as np\ndef f(a, b):\n    return a & 1 | b\n',
    'import numpy as np\ndef f(a, b):\n    if (a.ndim == 1) & (b.ndim == 1):\n        return ~a\n',
    'def f(a, b):\n    return (a > 0) & (b > 0)\n',
  ],
  'nan-mishandled': [
    'import numpy as np\ndef f(a):\n    return a.isnan(), np.max(a), a.nanmax()\n',
    'import numpy as np\ndef f(a, b):\n    return np.isnan(a, out=b)\n',
    'def f(a):\n    return math.isnan(a)\n',
  ],
  'dropped-copy-result': [
    'import pandas as pd\ndef f(a, b):\n    a = b.dropna()\n    a = a.sum()\n    return a.dropna()\n',
    'import numpy as np\ndef f(a, b):\n    a = np.append(b, a)\n    a += a.reshape(2)\n    return a\n',
    "def f(a):\n    a = a.replace('x', 'y')\n    return a\n",
  ],
  'wrong-indexer': [
    'def f(a):\n    return a.loc[1]\n',
    'import pandas as pd\ndef f(a, loc):\n    return a.loc(1), loc[0], a.at\n',
  ],
  'missing-frame-option': [
    'import pandas as pd\ndef f(a):\n    return a.groupby(1, observed=None), a.sum(skipna=True)\n',
    'import pandas as pd\ndef f(a, how=1):\n    return g(a, how=how, sort=False)\n',
    'def f(a, b):\n    return a.merge(b, how=1)\n',
  ],
};
