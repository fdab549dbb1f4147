import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import re\ndef f(self, a, b, c):\n', {
  'missing-f-prefix': [
    ["return f'{a}' + 'b'", "return '{a}' + 'b'"],
    ["return rf'{a}\\d'", "return r'{a}\\d'"],
  ],
  'missing-normalisation': [
    ["return a.lower() == 'b'", "return a == 'b'"],
    ["return a.rstrip('\\n').split(',')", "return a.split(',')"],
    ["return a.replace('-', '_')", 'return a'],
    ["return a.replace('old', 'new')"],
    // Nobody would have written `a = a`.
    ['a = a.strip()'],
  ],
  'wrong-format-arguments': [
    [
      "return '%s %s %s' % (a, b, c)",
      "return '%s %s %s' % (a, b)",
      "return '%s %s %s' % (a, c)",
      "return '%s %s %s' % (b, c)",
    ],
    ["print('%s %s' % (a, b))", "print('%s %s' % a, b)"],
    ["return '{} {}'.format(a, b)", "return '{} {}'.format(a)", "return '{} {}'.format(b)"],
  ],
  'wrong-regex': [
    ["return re.search(r'\\.py$', a)", "return re.search(r'.py$', a)", "return re.search(r'\\.py', a)"],
    [
      "return re.findall('^(.*?),', a, re.MULTILINE)",
      "return re.findall('(.*?),', a, re.MULTILINE)",
      "return re.findall('^(.*),', a, re.MULTILINE)",
      "return re.findall('^(.*?),', a)",
    ],
    [
      "return re.sub(r'(a) \\1', b, a, flags=re.I)",
      "return re.sub('(a) \\1', b, a, flags=re.I)",
      "return re.sub(r'(a) \\1', b, a)",
    ],
    ["return re.search(r'(a|b[\\.]).*$', a)"],
    ["return re.compile('a' + re.escape(b))", "return re.compile('a' + b)"],
  ],
});

test.run();
