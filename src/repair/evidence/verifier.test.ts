/** What is read of the function around an edit must be what the whole file says. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream, type Rng } from '../../core/rng';
import { Critic } from '../../python/critic/critic';
import { charSpanOf } from '../../python/edits/edits';
import { defUse } from '../../python/names/def-use';
import { libraryFiles } from '../../python/testing';
import { lex } from '../../python/tokens/lexer';
import type { TokenText } from '../../records/sample';
import { changeOf } from '../changes';
import { analyse, type Program } from '../program';
import type { Candidate } from '../proposals';
import { compareNames, namesOf } from './names';
import { judge } from './verifier';

let critic: Critic;
test.before(async () => {
  critic = await Critic.start();
});
test.after(() => critic.close());

function candidate({ tokens }: Program, start: number, end: number, replacement: TokenText[]): Candidate {
  return {
    edit: { tokenSpan: [start, end], charSpan: charSpanOf(tokens, start, end), replacement },
    ...{ bugType: 0, probability: 1, confidence: 1, window: 0, steps: 1 },
  };
}

/** Edits of one to three tokens anywhere: names for names, tokens of the file and a few words and marks put in. */
function randomEdit(program: Program, rng: Rng): Candidate {
  const { tokens } = program;
  const names = tokens.filter(({ kind }) => kind === 'name');
  const at = rng.int(tokens.length - 4);
  const written = (): TokenText => {
    const { kind, text } = rng.pick([
      rng.pick(names.length > 0 ? names : tokens),
      rng.pick(tokens),
      { kind: 'name' as const, text: 'nowhere' },
      { kind: 'keyword' as const, text: rng.pick(['global', 'lambda', 'not', 'return', 'del', 'import']) },
      { kind: 'op' as const, text: rng.pick(['=', ':=', '(', ')', ',', '.', '*', ':']) },
      { kind: 'newline' as const, text: '' },
    ]);
    return { kind, text };
  };
  if (rng.next() < 0.5) {
    const name = tokens.findIndex(({ kind }, i) => i >= at && kind === 'name');
    if (name >= 0) return candidate(program, name, name + 1, [{ kind: 'name', text: rng.pick(names).text }]);
  }
  const replacement = Array.from({ length: rng.int(3) }, written);
  return candidate(program, at, at + (replacement.length === 0 ? 1 : 0) + rng.int(3), replacement);
}

test('random edits of the standard library are judged as the whole edited file would be', async () => {
  const files = (await libraryFiles()).filter((_, i) => i % 83 === 3);
  let [judgements, parsing, adding] = [0, 0, 0];
  for (const [k, file] of files.entries()) {
    const program = analyse(readFileSync(file, 'latin1'), { maxTokens: 128 });
    const [verdict] = await critic.check([program.source]);
    if (!verdict.valid || program.tokens.length < 20 || program.source.length > 40_000) continue;
    const rng = seedStream(5, `judge/${k}`);
    const candidates = Array.from({ length: 50 }, () => randomEdit(program, rng));
    const results = candidates.map((one) => changeOf(program, one)?.result ?? program.source);
    const whole = await critic.check(results);
    for (const { candidate: one, change, checks, mends } of await judge(program, candidates, critic, true)) {
      const label = `${file} ${JSON.stringify(one.edit)}`;
      const { valid } = whole[results.indexOf(change.result)];
      assert.is(checks.parses, valid, label);
      const names = compareNames(program.undefinedNames, namesOf(lex(change.result)));
      if (valid) assert.equal([checks.names, mends], [!names.adds, names.mends], label);
      judgements++;
      if (valid) parsing++;
      if (valid && names.adds) adding++;
    }
  }
  assert.ok(judgements > 150 && parsing > 50 && adding > 15, `${judgements} ${parsing} ${adding}`);
});

/** Verdict on writing `right` for the only `wrong` of a text. */
async function judgeName(
  source: string,
  wrong: string,
  right: string,
): Promise<[names: boolean, ...boolean[]]> {
  const program = analyse(source, { maxTokens: 128 });
  const at = program.tokens.findIndex(({ text }) => text === wrong);
  const written = [{ kind: 'name' as const, text: right }];
  const [one] = await judge(program, [candidate(program, at, at + 1, written)], critic, true);
  return [one.checks.names, one.mends, one.vouched];
}

test('a name is looked up where the edit stands: in the function, the class around it, the module', async () => {
  const frame = (body: string): string => `limit = 1\n\nclass A:\n    size = 2\n\n${body}\n`;
  const method = '    def f(self, count):\n        return coutn\n';
  assert.equal(await judgeName(frame(method), 'coutn', 'count'), [true, true, true]);
  assert.equal(await judgeName(frame(method), 'coutn', 'limit'), [true, true, false]);
  assert.equal(await judgeName(frame(method), 'coutn', 'size'), [false, false, false], 'no method sees it');
  const parameter = '    def f(self, count=siez):\n        return count\n';
  assert.equal(await judgeName(frame(parameter), 'siez', 'size'), [true, true, true], 'its header does');
  const line = '    twice = [siez for x in range(3)]\n';
  assert.equal(await judgeName(frame(line), 'siez', 'size'), [true, true, true]);
  assert.equal(await judgeName('[row for rwo in range(3)]\n', 'rwo', 'row'), [true, true, false]);
});

test('a name that an edit takes from the module is missed everywhere', async () => {
  const source = 'def first():\n    return second()\n\n\ndef second():\n    return 1\n';
  const program = analyse(source, { maxTokens: 128 });
  const at = program.tokens.findLastIndex(({ text }) => text === 'second');
  const renamed = candidate(program, at, at + 1, [{ kind: 'name', text: 'third' }]);
  assert.is((await judge(program, [renamed], critic, true))[0].checks.names, false);
});

test('a near name that has no value yet is not vouched for', async () => {
  const source = 'def f(items):\n    print(totl)\n    total = sum(items)\n    return total\n';
  assert.equal(await judgeName(source, 'totl', 'total'), [true, true, false]);
  assert.is(defUse(lex(source.replace('totl', 'total'))).unbound.length, 1);
  assert.equal(await judgeName(`${source}print(f, valeu)\nvalue = 1\n`, 'valeu', 'value'), [
    true,
    true,
    false,
  ]);
});

test('of a file that does not parse, the innermost function around the edit is asked', async () => {
  const source =
    'x = )\n\n\nclass A:\n    def f(self):\n        def g(a):\n            return a - 1\n\n        return g(\n';
  const program = analyse(source, { maxTokens: 128 });
  const edit = (text: string): Candidate => {
    const at = program.tokens.findIndex((token) => token.text === '-');
    return candidate(program, at, at + 1, [{ kind: 'op', text }]);
  };
  const judged = await judge(program, [edit('+'), edit(')')], critic, false);
  assert.equal(
    judged.map(({ checks }) => checks.parses),
    [true, false],
  );
});

test.run();
