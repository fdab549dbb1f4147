import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lineMap } from '../../python/tokens/positions';
import type { WitnessFinding } from '../../records/witness';
import { rangeOf } from '../ranges';
import { compareFindings, type Witnessed } from './compare';

/** A text whose words in angle brackets are findings that say `<word> is wrong`. */
function witnessed(marked: string): Witnessed {
  const source = marked.replace(/[<>]/g, '');
  const findings: WitnessFinding[] = [];
  let marks = 0;
  for (const match of marked.matchAll(/<(\w+)>/g)) {
    const start = match.index - marks;
    marks += 2;
    const span: [number, number] = [start, start + match[1].length];
    const range = rangeOf(lineMap(source), span);
    const message = `${match[1]} is wrong`;
    findings.push({
      witness: 'names',
      rule: 'r',
      severity: 'error',
      message,
      range,
      span,
      bugType: null,
      cwe: null,
    });
  }
  return { source, findings };
}

function changes(before: string, after: string): Record<string, string[]> {
  const told = compareFindings(witnessed(before), witnessed(after));
  return Object.fromEntries(
    Object.entries(told).map(([kind, list]) => [
      kind,
      (list as WitnessFinding[]).map(({ message, range }) => `${message.split(' ')[0]}:${range.start.line}`),
    ]),
  );
}

test('a finding that is gone is removed, one that came is new, and moving lines change nothing', () => {
  assert.equal(changes('a\n<x>\n<y>\n', 'new\na\n<x>\n<z>\n'), {
    removed: ['y:2'],
    added: ['z:3'],
    kept: ['x:2'],
  });
});

test('an edit of a line keeps its other findings', () => {
  assert.equal(changes('<x> + <y>\n', '<x> + z\n'), { removed: ['y:0'], added: [], kept: ['x:0'] });
});

test('equal findings are counted, and of those on equal lines the last counts as gone', () => {
  assert.equal(changes('<x>\n<x>\n<x>\n', '<x>\ny\n<x>\n'), {
    removed: ['x:2'],
    added: [],
    kept: ['x:0', 'x:2'],
  });
  assert.equal(changes('f(<x>)\ng(<x>)\n', 'f(y)\ng(<x>)\n'), { removed: ['x:0'], added: [], kept: ['x:1'] });
  assert.equal(changes('<x>\n', '<x>\n<x>\n'), { removed: [], added: ['x:1'], kept: ['x:0'] });
});

test('a finding that only changes its place is not removed', () => {
  assert.equal(changes('f(<x>)\ng(y)\n', 'f(y)\ng(<x>)\n'), { removed: [], added: [], kept: ['x:1'] });
});

test('a message may name the line of another place', () => {
  const told = (line: number): Witnessed => {
    const { source, findings } = witnessed('<x>\n');
    return { source, findings: [{ ...findings[0], message: `x is defined again, see line ${line}` }] };
  };
  assert.equal(compareFindings(told(1), told(20)).added, []);
});

test.run();
