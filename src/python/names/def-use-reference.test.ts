/**
 * Undefined, unbound and unused names beside pyflakes' own test snippets, in `lint/pyflakes-snippets.jsonl` of
 * TRM_DATA_DIR; skipped where that is not there. A snippet counts as found when the analysis has at least one such name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defUse, type DefUse } from './def-use';
import { lex } from '../tokens/lexer';
import type { Token } from '../tokens/token';

const file = join(process.env.TRM_DATA_DIR ?? '/nonexistent', 'lint', 'pyflakes-snippets.jsonl');

interface Snippet {
  source: string;
  messages: string[];
  parses: boolean;
  skipped: boolean;
  doctest: boolean;
}

/** Messages of pyflakes -> our answer, and the least precision and recall. */
const KINDS: readonly [string[], (result: DefUse & { tokens: Token[] }) => boolean, number, number][] = [
  [['UndefinedName'], (result) => result.undefinedNames.length > 0 || unboundIn(result, 'module'), 0.7, 0.7],
  [['UndefinedLocal'], (result) => unboundIn(result, 'def'), 0.5, 0.9],
  // What is bound again before any use is unused, too.
  [['UnusedImport', 'RedefinedWhileUnused'], (result) => unusedOf(result, 'import'), 0.7, 0.6],
  [['UnusedVariable'], (result) => unusedOf(result, 'local'), 0.6, 0.6],
];

function analyse(source: string): DefUse & { tokens: Token[] } {
  const tokens = lex(source);
  return { ...defUse(tokens), tokens };
}

function unboundIn({ unbound, occurrences, variables }: DefUse, kind: string): boolean {
  return unbound.some((i) => variables[occurrences[i].variable].scope.kind === kind);
}

function unusedOf(result: DefUse & { tokens: Token[] }, binding: string): boolean {
  const { unused, occurrences, variables, tokens } = result;
  return unused.some((i) => {
    const { variable, token } = occurrences[i];
    const { definitions, binding: own } = variables[variable];
    const caught = tokens[token - 1]?.text === 'as' && own === 'global';
    // pyflakes asks for variables without any use, not for single values that are lost, and for plain targets only.
    const isPlain = binding === 'import' || /^([:=]|.=|)$/.test(tokens[token + 1].text) || caught;
    const asked = binding === 'import' || !/^(_|__\w+__)$/.test(occurrences[i].name);
    return (
      (own === binding || (caught && binding === 'local')) &&
      isPlain &&
      asked &&
      definitions.every((one) => unused.includes(one))
    );
  });
}

test('each kind of message has a source that gets it and one that does not', () => {
  const sources = [
    'x\n',
    'def f():\n    x\n    x = 1\n    return x\n',
    'import x\n',
    'def f():\n    x = 1\n',
  ];
  KINDS.forEach(([, answer], kind) =>
    sources.forEach((source, i) => assert.is(answer(analyse(source)), i === kind, source)),
  );
});

const NAME = 'precision and recall against pyflakes';
if (existsSync(file)) test(NAME, compare);
else test.skip(`${NAME}: TRM_DATA_DIR has no lint/pyflakes-snippets.jsonl`, compare);

function compare(): void {
  const snippets = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Snippet)
    .filter(({ parses, skipped, doctest }) => parses && !skipped && !doctest);
  assert.ok(snippets.length > 300, `${snippets.length} snippets`);
  const report: string[] = [];
  let failed = false;
  for (const [expected, answer, leastPrecision, leastRecall] of KINDS) {
    const count = { both: 0, ours: 0, theirs: 0 };
    const misses: string[] = [];
    for (const { source, messages } of snippets) {
      const [ours, theirs] = [answer(analyse(source)), expected.some((one) => messages.includes(one))];
      if (ours) count.ours++;
      if (theirs) count.theirs++;
      if (ours && theirs) count.both++;
      else if (ours !== theirs)
        misses.push(`${ours ? 'only ours' : 'only theirs'}: ${JSON.stringify(source)}`);
    }
    const [precision, recall] = [count.both / count.ours, count.both / count.theirs];
    failed ||= precision < leastPrecision || recall < leastRecall;
    report.push(
      `${expected.join(' or ')}: precision ${precision.toFixed(3)} (${count.both}/${count.ours}), recall ${recall.toFixed(3)} (${count.both}/${count.theirs})`,
      ...(process.env.TRM_SHOW ? misses : []),
    );
  }
  process.stdout.write(`${report.join('\n')}\n`);
  assert.not.ok(failed, report.join('\n'));
}

test.run();
