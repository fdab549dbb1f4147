import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from '../../python/tokens/lexer';
import { python2Signs } from './python2';

function signs(source: string): string[] {
  return python2Signs(lex(source)).map(({ what }) => what);
}

for (const [source, what] of [
  ['print "a" % b\n', 'the print statement'],
  ['if x: print y, z\n', 'the print statement'],
  ['print >>sys.stderr, "done"\n', 'the print statement'],
  ['exec code in scope\n', 'the exec statement'],
  ['try:\n    pass\nexcept IOError, e:\n    print(e)\n', '`except E, name:`'],
  ['raise ValueError, "bad"\n', '`raise E, value`'],
  ['os.chmod(path, 0755)\n', 'the octal number 0755'],
  ['x = 10L\n', 'the long number 10L'],
  ['if a <> b: pass\n', 'the operator <>'],
  ['x = `y`\n', 'backticks'],
  ['x = ur"\\d"\n', 'a string of the kind ur"..."'],
  ['def f(a, (b, c)):\n    return b\n', 'a tuple as a parameter'],
])
  test(`Python 2: ${JSON.stringify(source)}`, () => assert.equal(signs(source), [what]));

for (const source of [
  'print("a")\n',
  'print\n',
  'print -1\n',
  'print x)\n',
  'x = print if y else None\n',
  'print >> x\n',
  'exec(code)\n',
  'try:\n    pass\nexcept OSError, ValueError:\n    pass\n',
  'import errors\ntry:\n    pass\nexcept OSError, errors.Own:\n    pass\n',
  'raise ValueError("a", "b")\n',
  'x = 0, 00, 0o755, 1_000\n',
  'x = a`b\n',
  'def f(a, b=(1, 2)):\n    return (a, b)\n',
])
  test(`no Python 2: ${JSON.stringify(source)}`, () => assert.equal(signs(source), []));

test.run();
