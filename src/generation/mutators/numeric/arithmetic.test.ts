import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import math\nimport numpy as np\ndef f(self, a, b):\n', {
  'wrong-division': [
    ['return a[b // 2]', 'return a[b / 2]'],
    ['a //= b', 'a /= b'],
    ['return len(a) / b', 'return len(a) // b'],
    ['return a / b'],
  ],
  'wrong-unit': [
    ['return a / 1024', 'return a / 1000', 'return a'],
    ['return 60 * a', 'return 3600 * a', 'return 100 * a', 'return a'],
    ['return 3600 / a', 'return 60 / a'],
    ['return np.sin(np.deg2rad(a + b))', 'return np.sin(a + b)'],
    ['return 2 * math.radians(a + b)', 'return 2 * (a + b)'],
    ['return (a - b).total_seconds()', 'return (a - b).seconds'],
    [
      'return a > 100 * np.finfo(a).eps',
      'return a > 10 * np.finfo(a).eps',
      'return a > 1000 * np.finfo(a).eps',
      'return a > np.finfo(a).eps',
    ],
    ['return a > 100 * eps'],
  ],
  'missing-bound': [
    ['return a[max(b - 1, 0)]', 'return a[b - 1]'],
    ['return 2 * min(len(a), b + 1)', 'return 2 * (b + 1)'],
    ['return np.maximum(a, 1.5)', 'return a'],
    ['return a.mean().clip(0, b) * 2', 'return a.mean() * 2'],
    ['return max(a, b, MIN_SIZE)', 'return max(a, b)'],
    ['return min(a + 1, b)', 'return a + 1'],
    ['return max(0, a + b + self.g(1, 2, 3))', 'return (a + b + self.g(1, 2, 3))'],
    ['a = max(a, 1)'],
    ['return max(a, b)'],
  ],
  'missing-abs': [
    ['return abs(a - b) < 1', 'return a - b < 1'],
    ['return 2 * math.fabs(a - b)', 'return 2 * (a - b)'],
    ['return np.abs(a).max()', 'return a.max()'],
  ],
});

test.run();
