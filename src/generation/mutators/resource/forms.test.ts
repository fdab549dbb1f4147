import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import gzip\nimport os\nimport tempfile\ndef f(a, b):\n', {
  'missing-close': [
    ['c = b.connect(a)\nc.send(a)\nc.close()', 'c = b.connect(a)\nc.send(a)'],
    ['c, d = tempfile.mkstemp()\nos.close(c)\nreturn d', 'c, d = tempfile.mkstemp()\nreturn d'],
    [
      'try:\n    c = open(a)\n    c.close()\nexcept OSError:\n    b()',
      'try:\n    c = open(a)\nexcept OSError:\n    b()',
    ],
    // Nothing says that the name is a file of the function's own.
    ['c = b.name(a)\nos.unlink(c)\nreturn a'],
    ['with open(a) as c:\n    c.read()\n    c.close()'],
  ],
  'missing-rewind': [
    ['c = b()\nc.write(a)\nc.seek(0)\nreturn c.read()', 'c = b()\nc.write(a)\nreturn c.read()'],
    ['self.c.write(a)\nself.c.flush()', 'self.c.write(a)'],
    ['if a:\n    b.seek(0)\nreturn b'],
    // It stands at its start, or closing flushes it.
    ['c = b(a)\nc.seek(0)\nreturn c.read()'],
    ['b.write(a)\nb.flush()\nb.close()'],
  ],
  'wrong-open-mode': [
    ["return open(a, 'rb')", "return open(a, 'r')", "return open(a, 'wb')", 'return open(a)'],
    ["return open(a, mode='w')", "return open(a, mode='r')", "return open(a, mode='wb')", 'return open(a)'],
    ["return open(a, 'a', encoding=b)", "return open(a, 'w', encoding=b)", "return open(a, 'r', encoding=b)"],
    // Here 'r' and 'rb' are the same.
    ["return gzip.open(a, 'rb')", "return gzip.open(a, 'w')"],
    ["return json.load(open(a, 'r'))", "return json.load(open(a, 'w'))"],
    ["return a.open('w')", "return a.open('r')", "return a.open('wb')"],
  ],
  'missing-encoding': [
    ["return open(a, encoding='utf-8')", 'return open(a)'],
    ["return a.read_text(encoding='UTF8')", 'return a.read_text()'],
    ["return a.decode('utf-8', 'replace')", "return a.decode('utf-8')"],
    ["return open(a, errors='ignore', newline=b)", 'return open(a, newline=b)'],
    ["return a.decode('utf-8')"],
    ["return a.write(b, encoding='utf-8')"],
  ],
});

testForms('import csv\ndef f(a):\n', {
  'missing-encoding': [["return csv.reader(open(a, newline=''))", 'return csv.reader(open(a))']],
});

test.run();
