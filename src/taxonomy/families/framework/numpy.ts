import type { BugType } from '../../bug-type';

/** Axes, dimensions and types of arrays that are wrong. */
export const NUMPY_BUGS: readonly BugType[] = [
  {
    code: 109,
    id: 'wrong-axis',
    family: 'framework',
    title: 'Wrong axis',
    description:
      'A reduction, sort or join of arrays works along another axis, or over the whole array: another shape, or other numbers where shapes happen to fit.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'import numpy as np\n\ndef row_means(table):\n    return np.mean(table, axis=0)\n',
      after: 'import numpy as np\n\ndef row_means(table):\n    return np.mean(table, axis=1)\n',
    },
    rule: null,
  },
  {
    code: 110,
    id: 'lost-dimension',
    family: 'framework',
    title: 'Dimension of an array lost',
    description:
      'An array lacks a dimension of length one (`keepdims`, a new axis, a column): broadcasting then pairs the wrong elements, builds an outer product, or fails.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'import numpy as np\n\ndef shares(table):\n    return table / np.sum(table, axis=1)\n',
      after:
        'import numpy as np\n\ndef shares(table):\n    return table / np.sum(table, axis=1, keepdims=True)\n',
    },
    rule: null,
    rare: 'Some 980 places in the nine packages of 25 that work with arrays; most of what lacks them broadcasts the same.',
  },
  {
    code: 111,
    id: 'missing-dtype',
    family: 'framework',
    title: 'Array type not set',
    description:
      'An array is made or kept in the type of its input or of the default: integers overflow or cannot hold fractions, floats cannot index, objects are compared by value.',
    cwe: null,
    severity: 'medium',
    difficulty: 4,
    example: {
      before: 'import numpy as np\n\ndef counters(n):\n    return np.zeros(n)\n',
      after: 'import numpy as np\n\ndef counters(n):\n    return np.zeros(n, dtype=np.int64)\n',
    },
    rule: null,
  },
];
