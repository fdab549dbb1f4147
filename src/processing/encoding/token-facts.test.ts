import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { defUse } from '../../python/names/def-use';
import { lex } from '../../python/tokens/lexer';
import { damage, libraryFiles } from '../../python/testing';
import { windowsOf } from '../../python/structure/windows';
import type { Example } from '../../records/example';
import {
  FLOWS,
  ROLES,
  TOKEN_FEATURE_NAMES,
  TOKEN_FEATURES,
  type TokenFeatureName,
} from '../../records/token-features';
import { buildClosedVocabulary } from '../vocabulary/closed-vocabulary';
import { encodeWindow, isDropped, type WindowSpan } from './encode';
import { distanceBucket, occurrenceBucket } from './features';
import { tokenFacts } from './token-facts';
import { trainTokenizer } from '../tokenizer/tokenizer';

const vocabulary = buildClosedVocabulary([]);
const tokenizer = trainTokenizer([['value', 2]], { vocabularySize: 270 });

function encode(source: string, window?: WindowSpan): Example {
  const tokens = lex(source);
  const span = window ?? { firstToken: 0, endToken: tokens.length };
  const example = encodeWindow({ tokens, window: span, facts: tokenFacts(tokens), tokenizer, vocabulary });
  if (isDropped(example)) throw new Error(example.dropped);
  return example;
}

/** Values of a feature at all tokens of this text. */
function valuesAt(source: string, text: string, name: TokenFeatureName, window?: WindowSpan): number[] {
  const example = encode(source, window);
  const shown = lex(source).slice(example.firstToken, example.firstToken + example.length);
  return shown.flatMap((token, i) => (token.text === text ? [example[name][i]] : []));
}

test('occurrences: variables of a function by variable, members apart, other names by window', () => {
  const source = 'def f(x):\n    self.x = len(x, x=len)\n    return [x for x in x.len]\n';
  const [own, member, target] = [3, 2, 2].map(occurrenceBucket);
  // parameter, self.x, len(x), x=, [x, for x, in x
  assert.equal(valuesAt(source, 'x', 'occurrences'), [own, member, own, member, target, target, own]);
  assert.equal(valuesAt(source, 'len', 'occurrences'), [2, 2, 1], 'the attribute is another name');
  assert.equal(valuesAt(source, 'return', 'occurrences'), [0]);
});

test('buckets of occurrences', () => {
  assert.equal([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 99].map(occurrenceBucket), [0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 7]);
});

test('brackets: distance to the partner, or none', () => {
  assert.equal(valuesAt('f(a, b)\n', '(', 'brackets'), [distanceBucket(4)]);
  assert.equal(valuesAt('f(a, b\n', '(', 'brackets'), [16]);
  assert.equal(valuesAt('f(a, b\n', 'a', 'brackets'), [0]);
});

test('a cut window tells what lies outside it', () => {
  const source = 'def f(x):\n    y = x\n    z(\n        y)\n';
  const tokens = lex(source);
  const firstToken = tokens.findIndex(({ text }) => text === 'z');
  const window = { firstToken, endToken: firstToken + 3 };
  assert.equal(valuesAt(source, 'y', 'flows', window), [FLOWS.indexOf('read')]);
  assert.equal(valuesAt(source, 'y', 'defUses', window), [distanceBucket(6)]);
  assert.equal(valuesAt(source, 'y', 'occurrences', window), [2]);
  assert.equal(valuesAt(source, '(', 'brackets', window), [distanceBucket(2)]);
  const { length, roles, statements } = encode(source, window);
  assert.equal([roles[length - 1], statements[length - 1]], [0, 0], 'the END that was added has no facts');
});

/** What must hold of every window, whatever its code. */
function assertWellFormed(example: Example): void {
  for (const name of TOKEN_FEATURE_NAMES) {
    assert.is(example[name].length, example.length, name);
    const most = Math.max(1, TOKEN_FEATURES[name].size - 1);
    assert.ok(
      example[name].every((value) => value <= most),
      name,
    );
  }
}

test('code of the standard library, whole and damaged: facts never throw and agree with def-use', async () => {
  const rng = seedStream(6, 'token-facts');
  const files = (await libraryFiles()).filter((_, i) => i % 40 === 0);
  assert.ok(files.length > 10);
  for (const path of files) {
    const source = readFileSync(path, 'utf8').slice(0, 20_000);
    for (const text of [source, damage(source, rng), damage(damage(source, rng), rng)]) {
      const tokens = lex(text);
      const facts = tokenFacts(tokens);
      for (const window of windowsOf(tokens, { maxTokens: 127 })) {
        const example = encodeWindow({ tokens, window, facts, tokenizer, vocabulary });
        if (isDropped(example)) throw new Error(example.dropped);
        assertWellFormed(example);
      }
      const { occurrences, reaching, unbound, variables } = defUse(tokens);
      occurrences.forEach(({ token, variable, role, inString }, i) => {
        if (inString) return;
        const flow = FLOWS[facts.flows[token]];
        const owned =
          variable >= 0 && (variables[variable].scope.kind === 'def' || variables[variable].inner);
        assert.is(flow === 'none', !owned || role === 'declare', path);
        assert.ok(ROLES[facts.roles[token]] !== 'none', path);
        if (!owned) return;
        assert.is(flow === 'read-unbound', unbound.includes(i), path);
        if (flow === 'read-merged') assert.ok(reaching[i].length > 1, path);
        if (role === 'use' && reaching[i].length > 0) assert.ok(facts.defUses[token] > 0, path);
      });
    }
  }
});

test.run();
