import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, UserError } from '../../core/errors';
import { findTool } from '../../core/processes/find-tool';
import { Critic } from '../../python/critic/critic';
import { witnessFindingSchema, type WitnessName } from '../../records/witness';
import { askWitnesses, DEFAULT_WITNESSES, loadWitnesses, type LoadedWitnesses } from './load';
import type { Witness } from './witness';

let critic: Critic;
let loaded: LoadedWitnesses;
test.before(async () => {
  critic = await Critic.start();
  loaded = await loadWitnesses(critic, { timeoutMs: 60_000 });
});
test.after(async () => {
  await loaded.close();
  await critic.close();
});

function witness(name: WitnessName): Witness {
  const one = loaded.witnesses.find((each) => each.name === name);
  if (one === undefined) throw new Error(`${name} is missing: ${loaded.notes.join('; ')}`);
  return one;
}

/** What a witness sees in a text: `rule text`, and what it suggests. */
async function seen(name: WitnessName, source: string, path = 'a.py'): Promise<string[]> {
  const [findings] = await witness(name).find([{ path, source }]);
  for (const finding of findings) witnessFindingSchema.parse(finding);
  return findings.map(
    ({ rule, span, suggestion }) =>
      `${rule} ${source.slice(...span)}${suggestion ? ` -> ${suggestion}` : ''}`,
  );
}

test('those that are installed by default are all there, with their versions', () => {
  assert.equal(
    loaded.witnesses.map(({ name }) => name),
    DEFAULT_WITNESSES,
  );
  assert.equal(loaded.notes, []);
  for (const { name, version } of loaded.witnesses) assert.match(version, /^\d/, name);
});

test('each sees its own kind of fault', async () => {
  assert.equal(await seen('parser', 'def f(x)\n    return x\n'), ['SyntaxError \n']);
  assert.equal(await seen('parser', 'x = 1\n'), []);
  assert.equal(await seen('names', 'def f(items):\n    x = 1\n    return itmes\n'), [
    'unused-name x',
    'undefined-name itmes -> items',
  ]);
  assert.equal(await seen('names', 'def f(a):\n    if a:\n        b = 1\n    print(b, c)\n    c = 2\n'), [
    'possibly-unbound-name b',
    'unbound-name c',
    'unused-name c',
  ]);
  assert.equal(await seen('names', 'from os import *\nprint(pth)\n'), []);
  assert.equal(await seen('ruff', 'def f(a, b=[]):\n    if a is 5:\n        return c\n'), [
    'B006 []',
    'F632 a is 5',
    'F821 c',
  ]);
  assert.equal(await seen('ruff', 'for k, v in {"a": 1, **d}:\n    print(k, v)\n'), ['F821 d']);
  assert.equal(await seen('ty', 'import os\n\n\ndef f(a: int) -> str:\n    return os.pth + a.foo\n'), [
    'missing-attribute os.pth',
    'missing-attribute a.foo',
  ]);
  assert.equal(await seen('bandit', 'import subprocess\nsubprocess.call(cmd, shell=True)\nassert cmd\n'), [
    'B602 subprocess.call(cmd, shell=True)',
  ]);
});

test('rules in preview are asked for and have their codes; a comment of the author switches a rule off', async () => {
  assert.equal(await seen('ruff', 'd = {1: 2}\nfor k, v in d:\n    print(k, v)\n'), ['PLE1141 d']);
  assert.equal(await seen('ruff', 'print(a)  # noqa: F821\n'), []);
  assert.equal(await seen('ty', 'print(a)  # ty: ignore\n'), []);
});

test('findings have bug type, CWE and the first paragraph of what the tool says', async () => {
  const [[finding]] = await witness('bandit').find([{ path: 'a.py', source: 'x = eval(y)\n' }]);
  assert.equal([finding.bugType, finding.cwe, finding.severity], ['eval-injection', 'CWE-78', 'warning']);
  const [[missing]] = await witness('ty').find([{ path: 'a.py', source: 'f(b=1)\ndef f(a): ...\n' }]);
  assert.not.ok(missing.message.includes('\n'));
});

const WIDE = '\tx = "\u{1d518}\u00e9", missing, eval(y)';

test('places are right behind wide characters, tabs, CR LF, a byte order mark and bytes that are no text', async () => {
  for (const source of [`if 1:\n${WIDE}\n`, `\ufeffif 1:\r\n${WIDE}\r\n`, `"\udcff"\r\rif 1:\r${WIDE}\r`]) {
    for (const [name, rule] of [
      ['names', 'undefined-name'],
      ['ruff', 'F821'],
      ['ty', 'unresolved-reference'],
    ] as const)
      assert.equal(
        (await seen(name, source)).filter((one) => one.startsWith(rule)),
        [`${rule} missing`, `${rule} y`],
        `${name} in ${JSON.stringify(source)}`,
      );
    assert.equal(await seen('bandit', source), ['B307 eval(y)']);
  }
  const broken = '\ufeff"\u{1d518}"; x = (1,\r\n';
  assert.equal(await seen('parser', broken), ['SyntaxError (']);
});

test('many files and versions of one file, each answered in its place', async () => {
  const files = Array.from({ length: 70 }, (_, i) => ({
    path: i % 2 === 0 ? 'same.py' : `other_${i}.py`,
    source: `a = 1\n${'\n'.repeat(i % 5)}print(b${i})\n`,
  }));
  for (const name of ['names', 'ruff', 'ty'] as const) {
    const found = await witness(name).find(files);
    assert.equal(
      found.map((findings, i) => findings.map(({ span }) => files[i].source.slice(...span))),
      files.map((_, i) => [`b${i}`]),
      name,
    );
  }
  assert.equal(await witness('ty').find([]), []);
});

test('a root that is no folder is refused', async () => {
  const problem = await loadWitnesses(critic, { root: __filename }).catch((error: unknown) => error);
  assert.instance(problem, UserError);
});

test('below a root ty sees the neighbours of a file, and the text that it is given in place of its own', async () => {
  const root = mkdtempSync(join(tmpdir(), 'trm-root-'));
  mkdirSync(join(root, 'pkg'));
  writeFileSync(join(root, 'pkg', '__init__.py'), '');
  writeFileSync(join(root, 'pkg', 'other.py'), 'def known(a: int) -> int:\n    return a\n');
  writeFileSync(join(root, 'pkg', 'here.py'), 'print(on_disk)\n');
  const own = await loadWitnesses(critic, { wanted: ['ty'], root });
  const versions = ['known', 'unknown'].map((name) => ({
    path: 'pkg/here.py',
    source: `from . import other\n\nother.${name}(1)\n`,
  }));
  try {
    const { findings, notes } = await askWitnesses(own.witnesses, [
      ...versions,
      { path: '../x.py', source: 'y\n' },
    ]);
    assert.equal(notes, []);
    assert.equal(
      findings.map((list) => list.map(({ rule }) => rule)),
      [[], ['missing-attribute'], ['unresolved-reference']],
    );
    assert.is(readFileSync(join(root, 'pkg', 'here.py'), 'utf8'), 'print(on_disk)\n');
  } finally {
    await own.close();
    rmSync(root, { recursive: true, force: true });
  }
});

/** A folder with programs in place of the tools, by what they do. */
function fakeTools(programs: Record<string, string>): { env: NodeJS.ProcessEnv; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'trm-fake-'));
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    env[`TRM_${name.toUpperCase()}`] = join(folder, name);
  }
  return { env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const VERSION = 'if [ "$1" = --version ]; then echo "tool 1.2.3"; exit; fi\n';

test('one that is absent or does not work is noted once, one that is switched off is not', async () => {
  const { env, remove } = fakeTools({ ty: '#!/bin/sh\nexit 3\n', pylint: '#!/bin/sh\necho hello\n' });
  const wanted = ['parser', 'ruff', 'ty', 'bandit', 'pylint', 'mypy'] as const;
  const own = await loadWitnesses(
    critic,
    { wanted: [...wanted], off: ['mypy'] },
    { ...env, TRM_RUFF: '', TRM_BANDIT: '' },
  );
  assert.equal(
    own.witnesses.map(({ name }) => name),
    ['parser'],
  );
  assert.equal(
    own.notes.map((note) => note.split(' ').slice(0, 4).join(' ')),
    ['ruff is not installed:', 'ty does not work', 'bandit is not installed:', 'pylint does not work'],
  );
  await own.close();
  remove();
});

test('one that hangs, crashes or prints rubbish is noted, and the others go on', async () => {
  for (const [does, said] of [
    ['exec sleep 60', /gave no answer within/],
    ['echo "cannot go on" >&2; exit 7', /exit code 7 \(cannot go on\)/],
    ['printf "rubbish\\r\\n\\r\\n"; exec sleep 60', /no message|no answer/],
    [
      `printf 'Content-Length: 36\\r\\n\\r\\n{"jsonrpc":"2.0","id":0,"result":{}}'; exec sleep 60`,
      /is no server/,
    ],
  ] as const) {
    const { env, remove } = fakeTools({ ty: `#!/bin/sh\n${VERSION}${does}\n` });
    const own = await loadWitnesses(critic, { wanted: ['parser', 'ty'], timeoutMs: 300 }, env);
    const { findings, notes } = await askWitnesses(own.witnesses, [{ path: 'a.py', source: 'x = (\n' }]);
    assert.is(findings[0].length, 1, does);
    assert.is(notes.length, 1, does);
    assert.match(notes[0], said);
    await own.close();
    remove();
  }
});

/** What mypy prints of a file that it was not given and cannot go on without. */
const FOREIGN = JSON.stringify({
  ...{ file: 'library.py', line: 1, column: 1, message: 'not of the input', hint: null },
  ...{ code: 'syntax', severity: 'error' },
});

test('a tool that is started for each batch and hangs or prints rubbish is noted, too', async () => {
  for (const [does, said] of [
    ['exec sleep 60', /gave no answer within/],
    ['echo rubbish', /rubbish/],
    ['exit 99', /code 99/],
    ['echo "no such flag" >&2; exit 2', /gave up \(no such flag\)/],
    [`echo '${FOREIGN}'; exit 2`, /gave up \(not of the input\)/],
  ] as const) {
    const { env, remove } = fakeTools({ mypy: `#!/bin/sh\n${VERSION}${does}\n` });
    const own = await loadWitnesses(critic, { wanted: ['mypy'], timeoutMs: 300 }, env);
    const { notes } = await askWitnesses(own.witnesses, [{ path: 'a.py', source: 'x\n' }]);
    assert.is(notes.length, 1, does);
    assert.match(notes[0], said);
    await own.close();
    remove();
  }
});

for (const name of ['mypy', 'pylint'] as const) {
  const title = `${name}, where it is installed, sees what it should`;
  const check = async (): Promise<void> => {
    const own = await loadWitnesses(critic, { wanted: [name], timeoutMs: 60_000 });
    const source = '\ufeffimport math\r\nx = "\u{1d518}\u00e9"; print(math.flor(2))\r\n';
    const broken = { path: 'b.py', source: 'def f(: x\n' };
    const { findings, notes } = await askWitnesses(own.witnesses, [broken, { path: 'a.py', source }, broken]);
    assert.equal(notes, []);
    assert.equal(
      findings[1].map(({ span, suggestion }) => [source.slice(...span), suggestion]),
      [['math.flor', 'floor']],
    );
    assert.equal([findings[0].length, findings[2].length], [1, 1]);
    await own.close();
  };
  if (findTool(name) === undefined) test.skip(title, check);
  else test(title, check);
}

test('a tool that died is started afresh', async () => {
  const own = await loadWitnesses(critic, { wanted: ['ruff', 'bandit'] });
  const ask = (): ReturnType<typeof askWitnesses> =>
    askWitnesses(own.witnesses, [{ path: 'a.py', source: 'eval(x)\n' }]);
  assert.is((await ask()).findings[0].length, 3);
  for (const pid of childrenThat(/ruff server|bandit-worker/)) process.kill(pid, 'SIGKILL');
  const results = [await ask(), await ask()];
  assert.equal(results[1].notes, []);
  assert.is(results[1].findings[0].length, 3);
  await own.close();
});

/** Processes of this one whose command line fits. */
function childrenThat(pattern: RegExp): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  return children
    .map(Number)
    .filter((pid) => pattern.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0/g, ' ')));
}

test('an aborted signal ends the asking within a moment', async () => {
  const { env, remove } = fakeTools({ ty: `#!/bin/sh\n${VERSION}exec sleep 60\n` });
  const own = await loadWitnesses(critic, { wanted: ['ty'] }, env);
  const stop = new AbortController();
  const asked = askWitnesses(own.witnesses, [{ path: 'a.py', source: 'x\n' }], stop.signal);
  stop.abort();
  assert.instance(await asked.catch((error: unknown) => error), InterruptedError);
  await own.close();
  remove();
});

test('nothing is left of temporary folders', async () => {
  const ours = (): string[] => readdirSync(tmpdir()).filter((name) => /^trm-(ruff|ty|bandit)-/.test(name));
  const before = ours();
  const own = await loadWitnesses(critic, { wanted: ['ruff', 'ty', 'bandit'] });
  await askWitnesses(own.witnesses, [{ path: 'a.py', source: 'x = 1\n' }]);
  const during = ours().filter((name) => !before.includes(name));
  assert.ok(during.length >= 3);
  await own.close();
  assert.equal(
    during.filter((name) => existsSync(join(tmpdir(), name))),
    [],
  );
});

test.run();
