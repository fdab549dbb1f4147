import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import sys\nimport warnings\ndef f(a, b):\n', {
  'wrong-raised-exception': [
    [
      'if not isinstance(a, b):\n    raise TypeError(a)',
      'if not isinstance(a, b):\n    raise ValueError(a)',
      'if not isinstance(a, b):\n    raise AttributeError(a)',
    ],
    [
      'if a not in b:\n    raise ValueError',
      'if a not in b:\n    raise KeyError',
      'if a not in b:\n    raise TypeError',
    ],
    ['if a < 0:\n    raise ValueError(a)', 'if a < 0:\n    raise TypeError(a)'],
    ['if a < 0:\n    raise TypeError(a)'],
    ['if a == b:\n    raise ValueError(a)'],
  ],
  'returned-exception': [
    ['raise b.ParseError(a, 1)', 'return b.ParseError(a, 1)'],
    ['raise SystemExit(2)', 'return SystemExit(2)'],
    ['raise b.error(a)'],
  ],
  'unformatted-message': [
    ["raise ValueError('no %s in %s' % (a, b))", "raise ValueError('no %s in %s', (a, b))"],
    ["raise b.Error('no ' 'key %s' % a.b[0])", "raise b.Error('no ' 'key %s', a.b[0])"],
    ["raise ValueError(_('no %s') % a)", "raise ValueError(_('no %s'), a)"],
    ["raise ValueError('no {}'.format(a))", "raise ValueError('no {}', a)"],
    ["warnings.warn('old: %s' % a, b)", "warnings.warn('old: %s', a, b)"],
    ["raise ValueError('no %s' \\\n    % a)", "raise ValueError('no %s' \\\n    , a)"],
    ["sys.exit('no %s' % a)", "sys.exit('no %s', a)"],
    ["a.warn('old: %s' % a)"],
    ["raise ValueError('%s' % a if a else b)"],
    // The fix would write more than eight tokens.
    ["raise ValueError('no {} {} {}'.format(a, b, a.b))"],
  ],
});

testForms('def __next__(self):\n', {
  'wrong-raised-exception': [
    ['raise StopIteration', 'raise IndexError', 'raise GeneratorExit', 'raise EOFError'],
  ],
});

testForms('def __init__(self):\n', { 'returned-exception': [["raise TypeError('abstract')"]] });

test.run();
