/**
 * Files that people reported tools of this kind to damage, through the real repairer, the real critic and a scripted
 * model that proposes whatever makes a fault go away, all of it with great confidence: what is written is decided by what
 * can be vouched for, not by the model.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../core/paths';
import { decodeSource } from '../python/tokens/codec';
import { Critic } from '../python/critic/critic';
import { charSpanOf, diffTokens } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import { findPythons } from '../python/critic/pythons';
import { findRuff } from '../python/critic/ruff';
import type { Fix, Note } from '../records/finding';
import type { TokenText } from '../records/sample';
import { Diagnoser } from './evidence/diagnosis';
import type { Program } from './program';
import type { Candidate, Proposer } from './proposals';
import { repairSource, type RepairOptions } from './repairer';

const FOLDER = join(projectRoot(), 'fixtures', 'cases');

let critic: Critic;
let diagnoser: Diagnoser;
test.before(async () => {
  critic = await Critic.start();
  diagnoser = new Diagnoser({ version: critic.pythonVersion });
});
test.after(async () => {
  await critic.close();
  await diagnoser.close();
});

function repair(source: string, propose: Proposer, options: RepairOptions = {}): Promise<Fix> {
  const tools = {
    createProposer: () => propose,
    maxTokens: 128,
    threshold: 0.1,
    critic,
    diagnoser,
    python: critic.pythonVersion,
  };
  return repairSource(source, tools, { maxRounds: 2, ...options });
}

function candidate(
  program: Program,
  start: number,
  end: number,
  replacement: TokenText[],
  confidence: number,
): Candidate {
  return {
    edit: { tokenSpan: [start, end], charSpan: charSpanOf(program.tokens, start, end), replacement },
    bugType: 0,
    probability: confidence,
    confidence,
    window: program.windows.findIndex(({ firstToken, endToken }) => firstToken <= start && start < endToken),
    steps: 1,
  };
}

/** Deletes one to three tokens anywhere, and puts a builtin in place of every name. */
function destroyer(confidence: number): Proposer {
  return async ({ program, windows = program.windows.map((_, i) => i) }) =>
    windows.flatMap((index) => {
      const { firstToken, endToken } = program.windows[index];
      return program.tokens.slice(firstToken, endToken).flatMap(({ kind }, k) => {
        const at = firstToken + k;
        const spans = [1, 2, 3].filter((length) => at + length < endToken);
        return [
          ...spans.map((length) => candidate(program, at, at + length, [], confidence / length)),
          ...(kind === 'name'
            ? [candidate(program, at, at + 1, [{ kind: 'name', text: 'id' }], confidence)]
            : []),
        ];
      });
    });
}

function read(name: string): string {
  const { text, problem } = decodeSource(readFileSync(join(FOLDER, name)));
  assert.is(problem, null);
  return text;
}

/** What each file is; null: Python that is left alone. */
const KINDS: Readonly<Record<string, Note['kind'] | null>> = {
  'pep701.py': 'newer-python',
  'exc314.py': 'newer-python',
  'exc2.py': 'python-2',
  'printpct.py': 'python-2',
  'perm.py': 'python-2',
  'py2.py': 'python-2',
  'conflict.py': 'merge-conflict',
  'win.py': null,
  'ns.py': null,
  'py2compat.py': null,
  'good.py': null,
  'aw.py': 'does-not-parse',
  'ret.py': 'does-not-parse',
  'students.py': 'does-not-parse',
  'broken_bom.py': 'does-not-parse',
  'broken_cp.py': 'does-not-parse',
};

/** True when somebody here knows the grammar of newer versions. */
async function knowsNewer(): Promise<boolean> {
  const newer = (await findPythons()).some(({ version }) => /^3\.(1[4-9]|[2-9]\d)/.test(version));
  return findRuff() !== undefined || newer;
}

for (const [name, kind] of Object.entries(KINDS))
  test(`${name}: ${kind ?? 'left alone'}, and nothing is lost to a model that deletes`, async () => {
    const source = read(name);
    const fix = await repair(source, destroyer(0.97));
    assert.is(fix.fixed, source, fix.diff);
    assert.equal(
      fix.findings.filter(({ tier }) => tier === 'verified'),
      [],
    );
    // Without ruff and a newer interpreter nobody can tell: the file is left alone all the same.
    const expected = kind === 'newer-python' && !(await knowsNewer()) ? 'does-not-parse' : kind;
    assert.equal(
      fix.notes.map((note) => note.kind),
      expected === null ? [] : [expected],
    );
    if (kind !== null && kind !== 'python-2' && kind !== 'merge-conflict')
      assert.match(fix.notes[0].message, `CPython ${critic.pythonVersion}`);
  });

test('every Python file of the folder is in the list', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.py') && name !== 'null.py');
  assert.equal(names.sort(), Object.keys(KINDS).sort());
});

/** Writes an operator token before the token that satisfies `where`. */
function inserter(
  text: string,
  confidence: number,
  where: (program: Program, i: number) => boolean,
): Proposer {
  return async ({ program }) =>
    program.tokens.flatMap((_, i) =>
      where(program, i) ? [candidate(program, i, i, [{ kind: 'op', text }], confidence)] : [],
    );
}

const beforeLineEnd = ({ tokens }: Program, i: number): boolean => tokens[i].kind === 'newline';

test('the threshold holds for syntax edits: a forced one below it is not written', async () => {
  const source = read('students.py');
  const comma = (confidence: number): Proposer =>
    inserter(',', confidence, ({ tokens }, i) => tokens[i].text === 'last' && tokens[i - 1].text === 'first');
  assert.is((await repair(source, comma(0.9), { threshold: 0.95 })).fixed, source);
  const sure = await repair(source, comma(0.96), { threshold: 0.95 });
  assert.is(sure.fixed, source.replace('first=first\n', 'first=first,\n'));
  assert.equal(
    sure.findings.map(({ tier }) => tier),
    ['verified'],
  );
});

test('null.py: a character that no Python has goes above the threshold, and only there', async () => {
  const source = read('null.py');
  assert.is((await repair(source, destroyer(0.9), { threshold: 0.95 })).fixed, source);
  assert.is((await repair(source, destroyer(0.97), { threshold: 0.95 })).fixed, source.replace('\0', ''));
});

test('a missing colon is forced, whatever the encoding of the file', async () => {
  for (const name of ['broken_bom.py', 'broken_cp.py']) {
    const source = read(name);
    const fix = await repair(source, inserter(':', 0.9, beforeLineEnd));
    assert.is(fix.fixed, source.replace('(values)', '(values):'));
    assert.equal(fix.notes, []);
  }
});

test('an operand that the model makes up is plausible at most, and is written when asked for', async () => {
  const source = 'def f(a):\n    return a +\n';
  const invent: Proposer = async ({ program }) => {
    const at = program.tokens.findIndex(({ text }) => text === '+');
    if (at < 0) return [];
    return [candidate(program, at + 1, at + 1, [{ kind: 'name', text: 'undefined_thing' }], 0.99)];
  };
  const fix = await repair(source, invent);
  assert.is(fix.fixed, source);
  assert.equal(
    fix.findings.map(({ tier }) => tier),
    ['plausible'],
  );
  assert.is(
    (await repair(source, invent, { unsafeFixes: true })).fixed,
    'def f(a):\n    return a + undefined_thing\n',
  );
});

test('an undefined name that is gone is no proof', async () => {
  const swap =
    (wrong: string, right: TokenText): Proposer =>
    async ({ program }) =>
      program.tokens.flatMap(({ text }, i) =>
        text === wrong ? [candidate(program, i, i + 1, [right], 0.97)] : [],
      );
  const name = (text: string): TokenText => ({ kind: 'name', text });
  for (const [source, wrong, right] of [
    ['print(_("Settings"))\n', '_', name('str')],
    ['def show(df):\n    display(df)\n', 'display', name('print')],
    ['def area(w, h):\n    return w * hight\n', 'hight', name('id')],
    ['def f(total):\n    return totl\n', 'totl', { kind: 'keyword', text: 'None' }],
    ['def f(row):\n    return rows\n', 'rows', name('row')],
    ['def f(total, totals):\n    return totalt\n', 'totalt', name('total')],
  ] as const) {
    const fix = await repair(source, swap(wrong, right));
    assert.is(fix.fixed, source, fix.diff);
  }
  const near = await repair('def f(total):\n    return totl\n', swap('totl', name('total')));
  assert.is(near.fixed, 'def f(total):\n    return total\n');
});

test("a line between two blocks, or on another one by each width of a tab, is nobody's to move", async () => {
  for (const [source, moved] of [
    [
      'def f(a):\n    while a:\n        a -= 1\n     return a\n',
      'def f(a):\n    while a:\n        a -= 1\n        return a\n',
    ],
    [
      'def f(a):\n    while a:\n        a -= 1\n     return a\n',
      'def f(a):\n    while a:\n        a -= 1\n    return a\n',
    ],
    [
      'def f(x):\n    if x:\n\t    return 1\n\treturn 2\n',
      'def f(x):\n    if x:\n\t    return 1\n\t    return 2\n',
    ],
  ]) {
    const move: Proposer = async ({ program }) => {
      const edit = program.source === source ? diffTokens(program.tokens, lex(moved)) : null;
      return edit ? [candidate(program, ...edit.tokenSpan, edit.replacement, 0.99)] : [];
    };
    const fix = await repair(source, move);
    assert.is(fix.fixed, source, fix.diff);
    assert.equal(
      fix.findings.map(({ tier }) => tier),
      ['plausible'],
    );
  }
});

test('a source that the interpreter gives up on is not searched, and that is said', async () => {
  const never: Proposer = () => {
    throw new Error('the model was asked');
  };
  const source = `x = ${'-'.repeat(200_000)}1\n`;
  const fix = await repair(source, never);
  assert.equal([fix.fixed === source, fix.findings, fix.notes.length], [true, [], 1]);
  assert.is(fix.notes[0].kind, 'not-judged');
  assert.match(fix.notes[0].message, `could not be judged by CPython ${critic.pythonVersion}`);
});

test('a signal ends a search that has more to try', async () => {
  const stop = new AbortController();
  let asked = 0;
  const endless: Proposer = async (request) => {
    asked++;
    // As a signal of the system: it arrives when the event loop turns, and not before.
    setImmediate(() => stop.abort());
    return destroyer(0.5)(request);
  };
  const broken = `${'def f(a):\n    return a\n\n\n'.repeat(50)}def g(:\n    return (\n`;
  const message = await repair(broken, endless, { signal: stop.signal }).then(
    () => 'ended by itself',
    (error: Error) => error.message,
  );
  assert.match(message, 'the repair was interrupted');
  assert.is(asked, 1);
});

test.run();
