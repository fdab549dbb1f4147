import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';
import { bugType } from '../taxonomy/table';
import type { Finding, Tier } from '../records/finding';
import { mendSource, readDemonstration, scoreDemonstration, scoreRepair } from './demonstration';

const LIST = join(projectRoot(), 'examples/buggy.json');

/** Says by name which functions of the module behave; each check fails on its function's bug alone. */
const CHECKS = String.raw`
import json, os, sys, tempfile
source = sys.stdin.read()
try:
    code = compile(source, "buggy.py", "exec")
except SyntaxError:
    print(json.dumps([])); sys.exit()
m = {"__name__": "buggy"}
exec(code, m)
Part = m["Part"]
def parts(*prices): return [Part(f"p{i}", price, 2) for i, price in enumerate(prices)]
def read():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "parts.csv")
        try: m["read_parts"](path)
        except FileNotFoundError: pass
        else: return False
        with open(path, "w") as stream: stream.write('name,price,count\nbolt,0.5,"1,250 pieces"\n')
        return [(p.name, p.price, p.count) for p in m["read_parts"](path)] == [("bolt", 0.5, 1250)]
def restock():
    stock = parts(1)
    return m["restock"](stock, 5) == {"p0": 3} and stock[0].count == 5
checks = {
    "Part.value": lambda: Part("a", 2.0, 3).value() == 6.0,
    "read_parts": read,
    "parse_count": lambda: m["parse_count"]("1,250 pieces") == 1250,
    "total_value": lambda: m["total_value"]([]) == 0.0,
    "cheapest": lambda: m["cheapest"](parts(2, 1, 3)).price == 1,
    "median_price": lambda: m["median_price"](parts(4, 1, 2, 3, 9, 9)) == 3.5,
    "restock": restock,
    "describe": lambda: m["describe"](Part("a", 1, 3)) == "3 x a" and m["describe"](7) == "7",
}
good = []
for name, check in checks.items():
    try:
        if check(): good.append(name)
    except Exception: pass
print(json.dumps(good))
`;

async function behaving(source: string): Promise<string[]> {
  const { stdout } = await runProcess(pythonPath(), ['-I', '-c', CHECKS], {
    input: source,
    timeoutMs: 20_000,
  });
  return JSON.parse(stdout) as string[];
}

test('the listed fixes make the module right, and each bug alone breaks its function', async () => {
  const { demonstration, source } = await readDemonstration(LIST);
  const { bugs } = demonstration;
  const names = bugs.map((bug) => bug.function);
  assert.equal((await behaving(mendSource(source, bugs))).sort(), [...names].sort());
  assert.equal(await behaving(source), [], 'as it stands, the file does not even parse');
  for (const bug of bugs.filter(({ family }) => family !== 'syntax')) {
    const others = bugs.filter((each) => each !== bug);
    const good = await behaving(mendSource(source, others));
    assert.not.ok(good.includes(bug.function), `${bug.bugType} in ${bug.function} breaks nothing`);
  }
});

test('there are eight bugs of different types, at least five families, one of them a syntax bug', async () => {
  const { bugs } = (await readDemonstration(LIST)).demonstration;
  assert.is(bugs.length, 8);
  assert.is(new Set(bugs.map((bug) => bug.bugType)).size, 8);
  assert.ok(new Set(bugs.map((bug) => bug.family)).size >= 5);
  assert.ok(bugs.some((bug) => bug.family === 'syntax'));
  for (const { bugType: id, family } of bugs) assert.is(bugType(id).family, family);
});

test('the score counts mended bugs, wrong changes and damage, and forgives layout', async () => {
  const { demonstration, source } = await readDemonstration(LIST);
  const { bugs } = demonstration;
  const score = (text: string): ReturnType<typeof scoreDemonstration> =>
    scoreDemonstration(demonstration, source, text);
  const untouched = score(source);
  assert.is(untouched.mended, 0);
  assert.equal(untouched.damaged, []);
  assert.ok(untouched.bugs.every(({ state }) => state === 'untouched'));

  const all = score(mendSource(source, bugs).replace('return total', 'return  total  # sum'));
  assert.is(all.mended, bugs.length);
  assert.equal(all.damaged, []);

  const some = score(
    mendSource(source, bugs.slice(0, 3))
      .replace('return self.count < limit', 'return self.count > limit')
      .replace('return totl', 'return part'),
  );
  assert.is(some.mended, 3);
  assert.equal(some.damaged, ['Part.is_low']);
  assert.is(some.bugs.find((bug) => bug.function === 'total_value')?.state, 'changed wrongly');
});

test('verified edits are scored apart from all that is shown', async () => {
  const { demonstration, source } = await readDemonstration(LIST);
  /** A finding that writes `after` over the first `before` of the file. */
  const finding = (tier: Tier, before: string, after: string): Finding => {
    const offset = source.indexOf(before);
    const place = { line: 0, character: 0 };
    return {
      file: 'buggy.py',
      bugType: null,
      confidence: 0.5,
      range: { start: place, end: place },
      span: [offset, offset + before.length],
      before,
      after,
      tier,
      checks: {},
      steps: 1,
    };
  };
  const findings = [
    finding('plausible', 'self.price * self.count', 'return self.price * self.count'),
    finding('verified', 'totl', 'total'),
    finding('verified', 'char.isdigit()', 'char.isdigit():'),
    finding('plausible', 'self.count < limit', 'self.count > limit'),
  ];
  const fixed = findings.reduce((text, { before, after }) => text.replace(before, after), source);
  const fix = { file: 'buggy.py', findings, notes: [], fixed, diff: '', timings: {}, dropped: {} };
  const { verified, shown } = scoreRepair(demonstration, source, fix);
  assert.equal([verified.mended, verified.damaged], [2, []]);
  assert.equal([shown.mended, shown.damaged], [3, ['Part.is_low']]);
});

test.run();
