import type { BugType } from '../../bug-type';

/** Truth values and missing values of arrays taken for those of numbers. */
export const ARRAY_VALUES_BUGS: readonly BugType[] = [
  {
    code: 112,
    id: 'array-truth-value',
    family: 'framework',
    title: 'Truth value of an array',
    description:
      'Arrays meet `and`, `or` or `not` instead of `&`, `|` or `~`, or stand in a condition without `.any()` or `.all()`: a ValueError for more than one element.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import numpy as np\n\ndef inside(x, low, high):\n    return x[(x >= low) and (x < high)]\n',
      after: 'import numpy as np\n\ndef inside(x, low, high):\n    return x[(x >= low) & (x < high)]\n',
    },
    rule: null,
  },
  {
    code: 113,
    id: 'nan-mishandled',
    family: 'framework',
    title: 'NaN not taken care of',
    description:
      'NaN is looked for with `==` or `is None`, which never finds it, or data that holds NaN is reduced by a function that does not skip it.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'import numpy as np\n\ndef known(values):\n    return [value for value in values if value != np.nan]\n',
      after:
        'import numpy as np\n\ndef known(values):\n    return [value for value in values if not np.isnan(value)]\n',
    },
    rule: 'ruff PLW0177',
    rare: 'Code takes care of NaN in few places: some 570 in the nine packages of 25 that work with arrays.',
  },
];
