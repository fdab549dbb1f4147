import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deadLines } from './dead-code';
import { createTarget } from '../mutation/target';

/** Lines that end in `# dead`, by what they hold, must be exactly those found. */
function check(source: string): void {
  const target = createTarget(source, { imports: {}, names: [] });
  const dead = deadLines(target);
  const starts = target.lines.map(({ first }) => target.tokens[first].start);
  const found = source
    .split('\n')
    .filter((_, row) => {
      const offset = source.split('\n').slice(0, row).join('\n').length + (row > 0 ? 1 : 0);
      const line = starts.findIndex((start) => start >= offset && start <= source.indexOf('\n', offset));
      return line >= 0 && dead.has(line);
    })
    .map((line) => line.trim());
  const expected = source
    .split('\n')
    .filter((line) => line.endsWith('# dead'))
    .map((line) => line.trim());
  assert.equal(found, expected);
}

test('what follows return, raise, continue and break in its block is dead, with the blocks in it', () => {
  check(`def f(a):
    for x in a:
        if x:
            continue
            a = 1  # dead
        elif a:
            break
        else:
            raise ValueError
            for y in a:  # dead
                print(y)  # dead
        print(x)
    return a
    if a:  # dead
        return 1  # dead
`);
});

test('blocks that never run are dead, their other branches are not', () => {
  check(`def f(a):
    if False:
        a = 1  # dead
    else:
        a = 2
    if TYPE_CHECKING:
        from x import y  # dead
    while 0:
        a += 1  # dead
        if a:  # dead
            a = 3  # dead
    if typing.TYPE_CHECKING:
        a = 5  # dead
    if a: return 1
    return a
`);
});

test('an unreachable yield makes a generator: no dead line', () => {
  check(`def f(a):
    return
    yield a
    a = 1  # dead
`);
  check('def f(a):\n    def g():\n        return 1\n    return g\n');
});

test.run();
