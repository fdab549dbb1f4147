import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError } from '../core/errors';
import { projectRoot } from '../core/paths';
import { unlessAborted } from '../core/processes/breathe';
import { fixSchema, type Fix } from '../records/finding';
import type { Edit } from '../records/sample';
import { RELEASE_FILES } from './model-folder';
import { loadRepairer, repairSource, type Repairer, type RepairTools } from './repairer';
import { writeRandomModel } from './testing';
import { testMachine } from '../stages/testing';
import type { ModelFile } from '../trm/model';

let folder: string;
let repairer: Repairer;
let buggy: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-repairer-'));
  buggy = await readFile(join(projectRoot(), 'examples/buggy.py'), 'utf8');
  await writeRandomModel(folder, { code: buggy });
  repairer = await loadRepairer(folder);
});
test.after(async () => {
  await repairer.close();
  await rm(folder, { recursive: true, force: true });
});

const CLEAN = `import os


def first(items, fallback=None):
    for item in items:
        return item
    return fallback


def size(path):
    return os.stat(path).st_size if path else 0
`;

/** A random model proposes nonsense; a threshold of 0 makes the verifiers look at all of it. */
function repairAll(source: string): Promise<Fix> {
  return repairer.repair(source, {
    file: 'code.py',
    threshold: 0,
    unsafeFixes: true,
    maxRounds: 2,
    topK: 24,
  });
}

test('a critic that is given judges, and stays open for others', async () => {
  let asked = 0;
  const shared = await testMachine.critic();
  const critic = Object.assign(Object.create(shared) as typeof shared, {
    check: (...request: Parameters<typeof shared.check>) => (asked++, shared.check(...request)),
  });
  const guest = await loadRepairer(folder, { critic });
  await guest.repair(CLEAN);
  await guest.close();
  assert.ok(asked > 0);
  assert.ok((await shared.check(['x = 1\n']))[0].valid);
});

test('a file is cut into windows as long as the model was trained on', async () => {
  const short = join(folder, 'short');
  await mkdir(short);
  for (const name of ['weights', 'tokenizer', 'vocabulary'] as const)
    await cp(join(folder, RELEASE_FILES[name]), join(short, RELEASE_FILES[name]));
  const config = JSON.parse(await readFile(join(folder, RELEASE_FILES.config), 'utf8')) as ModelFile;
  config.model.maxTokens = 16;
  await writeFile(join(short, RELEASE_FILES.config), JSON.stringify(config));
  const guest = await loadRepairer(short, { critic: await testMachine.critic() });
  // Longer windows are refused by the model.
  for (const source of [CLEAN, buggy]) await guest.repair(source, { maxRounds: 1 });
  await guest.close();
});

test('the answer is a valid record and the same every time, in whatever order files come', async () => {
  const withoutTimes = ({ timings, ...fix }: Fix): Omit<Fix, 'timings'> => {
    assert.ok(timings.total >= timings.predict);
    return fix;
  };
  const first = withoutTimes(await repairAll(CLEAN));
  fixSchema.parse({ ...first, timings: {} });
  await repairAll(buggy);
  assert.equal(withoutTimes(await repairAll(CLEAN)), first);
});

test('whatever a model proposes, code that parses still does, and says so', async () => {
  const fix = await repairAll(CLEAN);
  const again = await repairer.repair(fix.fixed, { threshold: 1 });
  assert.not.ok(
    again.findings.some(({ tier }) => tier === 'speculative'),
    'the fixed text parses',
  );
  for (const finding of fix.findings) assert.equal(finding.checks.parses && finding.checks.names, true);
  assert.is(fix.diff === '', fix.fixed === CLEAN);
});

test('a file that nothing makes parse stays as it is, and that is said; the best guess is speculative', async () => {
  assert.equal(
    (await repairer.repair(buggy, { threshold: 1 })).findings,
    [],
    'the threshold holds for guesses too',
  );
  const fix = await repairer.repair(buggy, { threshold: 0, maxRounds: 1 });
  assert.is(fix.fixed, buggy);
  assert.is(fix.diff, '');
  assert.match(fix.notes[0].message, /^does not parse with CPython 3\.\d+\.\d+: expected ':'$/);
  const guess = fix.findings.find(({ tier }) => tier === 'speculative') as Fix['findings'][number];
  assert.is(buggy.slice(...guess.span), guess.before);
});

test('empty files and files of comments have no findings', async () => {
  for (const source of ['', '\n', '# nothing\n', '"""Only a docstring."""\n']) {
    const fix = await repairer.repair(source, { threshold: 1 });
    assert.equal(fix.findings, []);
    assert.is(fix.fixed, source);
  }
});

/** Writes `+` for each `-` of the windows that it is asked about; the critic finds that all parses. */
const plusForMinus: RepairTools = {
  createProposer:
    () =>
    async ({ program, windows = program.windows.map((_, i) => i) }) =>
      windows.flatMap((window) => {
        const { firstToken, endToken } = program.windows[window];
        return program.tokens.slice(firstToken, endToken).flatMap(({ text, start, end }, k) => {
          const at = firstToken + k;
          const edit: Edit = {
            tokenSpan: [at, at + 1],
            charSpan: [start, end],
            replacement: [{ kind: 'op', text: '+' }],
          };
          return text === '-' ? [{ edit, bugType: 0, probability: 1, confidence: 1, window, steps: 1 }] : [];
        });
      }),
  maxTokens: 128,
  threshold: 0,
  critic: { check: async (sources) => sources.map(() => ({ valid: true, unknown: false, error: null })) },
  diagnoser: { diagnose: async () => null },
  python: '3.11',
};
const MINUS = 'def f(a):\n    return a - 1\n\n\ndef g(b):\n    return b - 1 - b\n';

test('within a range only what touches it is looked at, in each round', async () => {
  const at = MINUS.indexOf('def g');
  const settings = { unsafeFixes: true };
  const { fixed } = await repairSource(MINUS, plusForMinus, { ...settings, within: [at, at + 1] });
  assert.is(fixed, MINUS.slice(0, at) + MINUS.slice(at).replaceAll('-', '+'));
  assert.is((await repairSource(MINUS, plusForMinus, settings)).fixed, MINUS.replaceAll('-', '+'));
});

test('places are counted as editors count: lines and UTF-16 units from 0, the end behind the last', async () => {
  const source = `x = '\u{1f40d}' - 1\r\n${MINUS}`;
  const { findings } = await repairSource(source, plusForMinus);
  assert.equal(
    findings.map(({ range, span }) => [range.start.line, range.start.character, span[0]]),
    [
      [0, 9, 9],
      [2, 13, 37],
      [6, 13, 66],
      [6, 17, 70],
    ],
  );
  for (const { range, span, before } of findings) {
    assert.is(before, '-');
    assert.equal(range.end, { line: range.start.line, character: range.start.character + 1 });
    assert.is(source.slice(...span), before);
  }
});

test('a signal ends a repair whatever it waits for', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const broken = { valid: false, unknown: false, error: null };
  const valid = { valid: true, unknown: false, error: null };
  const parts: Partial<RepairTools>[] = [
    { critic: { check: never } },
    { diagnoser: { diagnose: (_source, _tokens, signal) => unlessAborted(never(), signal) } },
    {
      createProposer:
        ({ signal }) =>
        () =>
          unlessAborted(never(), signal),
    },
  ];
  for (const [i, part] of parts.entries()) {
    const stop = new AbortController();
    const tools: RepairTools = {
      createProposer: () => async () => [],
      maxTokens: 128,
      threshold: 0,
      critic: { check: async (sources) => sources.map(() => (i === 2 ? valid : broken)) },
      diagnoser: { diagnose: async () => null },
      python: '3.11',
      ...part,
    };
    const repair = repairSource('x = 1\n', tools, { signal: stop.signal });
    setImmediate(() => stop.abort());
    const error = await repair.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.instance(error, InterruptedError, `part ${i}`);
  }
});

test('a folder that is no model, and one with a foreign tokenizer, are refused with the way out', async () => {
  const other = await mkdtemp(join(tmpdir(), 'trm-repairer-'));
  try {
    const problem = async (): Promise<string> => {
      try {
        const loaded = await loadRepairer(other);
        await loaded.repair(CLEAN).finally(() => loaded.close());
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(await problem(), 'found no config.json');
    await writeRandomModel(other, { code: 'a = 1\n' });
    const foreign = await readFile(join(folder, RELEASE_FILES.tokenizer));
    await writeFile(join(other, RELEASE_FILES.tokenizer), foreign);
    assert.match(await problem(), /the model was trained with/);
    await writeFile(join(other, RELEASE_FILES.calibration), '{}');
    assert.match(await problem(), /calibration\.json/);
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test.run();
