import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import copy\nimport numpy as np\ndef f(self, a, b):\n', {
  'changed-while-iterating': [
    ['for k, v in list(a.items()):\n    del a[k]', 'for k, v in a.items():\n    del a[k]'],
    ['for k in a[:]:\n    a.remove(k)', 'for k in a:\n    a.remove(k)'],
    ['for k in self.a.copy():\n    self.unregister(k)', 'for k in self.a:\n    self.unregister(k)'],
  ],
  'missing-copy': [
    ['c = a[:]\nc.append(b)', 'c = a\nc.append(b)'],
    ['c = copy.deepcopy(self.a)\nc[b] = 1', 'c = self.a\nc[b] = 1'],
    ['c = dict(a)\nc.update(b)', 'c = a\nc.update(b)'],
    ['c = np.array(a)\nc[0] = b', 'c = np.asarray(a)\nc[0] = b'],
    ['return self.a.copy()', 'return self.a'],
    ['self.a = a.copy()', 'self.a = a'],
    // Nobody would have written `a = a`.
    ['a = list(a)\na.append(b)'],
  ],
  'unguarded-key': [
    ["return a.get('b')", "return a['b']"],
    ['return self.a.get(b, 0) + 1', 'return self.a[b] + 1'],
  ],
  'wrong-order': [
    ['for c in sorted(set(a)):\n    b(c)', 'for c in set(a):\n    b(c)'],
    ['return reversed(a)', 'return a'],
    ['a.sort(key=len, reverse=True)', 'a.sort(reverse=True)', 'a.sort(key=len)'],
    ['return max(a, key=len)', 'return max(a)'],
  ],
});

test.run();
