import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import math\nimport numpy as np\nimport pandas as pd\ndef f(self, a, b, i, xp):\n', {
  'wrong-axis': [
    ['return a.std(axis=1)', 'return a.std(axis=0)', 'return a.std()'],
    ['return np.concatenate([a, b], axis=-1)', 'return np.concatenate([a, b], axis=0)'],
    ['return xp.max(a, axis=self.axis, keepdims=True)', 'return xp.max(a, keepdims=True)'],
    [
      'return np.sum(axis=0, a=b)',
      'return np.sum(axis=1, a=b)',
      'return np.sum(axis=-1, a=b)',
      'return np.sum(a=b)',
    ],
  ],
  'lost-dimension': [
    ['return a / a.sum(axis=1, keepdims=True)', 'return a / a.sum(axis=1)'],
    ['return a * b[:, np.newaxis] * 2', 'return a * b * 2'],
    ['return a[..., None]', 'return a'],
    ['return g(a.reshape(-1, 1))', 'return g(a)'],
    ['return a[:, i : i + 1]', 'return a[:, i]'],
    ['return 2 * np.atleast_2d(a + b)', 'return 2 * (a + b)'],
    // Nobody would have written `a = a`.
    ['a = a[:, None]'],
  ],
  'missing-dtype': [
    ['return np.zeros(a, dtype=bool)', 'return np.zeros(a)'],
    ['return np.array(a, dtype=np.float64, copy=True)', 'return np.array(a, copy=True)'],
    ['return a.sum(dtype=np.intp)', 'return a.sum()'],
    ['return (a > 0).astype(int) * b', 'return (a > 0) * b'],
    ['return np.array([1, 2], dtype=float)', 'return np.array([1, 2])'],
    ['return g(a, dtype=int)'],
  ],
  'array-truth-value': [
    ['return a[(a > 0) & ~(b > 0)]', 'return a[(a > 0) and ~(b > 0)]'],
    ['return a[~np.isnan(b)]', 'return a[not np.isnan(b)]'],
    ['return mask | (a == b)', 'return mask or (a == b)'],
    ['if np.any(a > 0):\n    return b', 'if a > 0:\n    return b'],
    ['assert (a == b).all()', 'assert (a == b)'],
  ],
  'nan-mishandled': [
    ['return math.isnan(a)', 'return a == math.nan'],
    ['return b[~np.isnan(a)]', 'return b[a != np.nan]'],
    ['return np.isnan(a).any()', 'return (a == np.nan).any()'],
    ['return a if pd.isna(b) else b', 'return a if b is None else b'],
    ['return np.nanmax(a, axis=0)', 'return np.max(a, axis=0)'],
  ],
});

test.run();
