import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream, type Rng } from '../../core/rng';
import type { TokenText } from '../../records/sample';
import { lex } from '../tokens/lexer';
import { bracketStep, pairBrackets } from './brackets';
import { logicalLines } from './logical-lines';

const KINDS = ['()', '[]', '{}'];
const PIECES = [...KINDS.join(''), 'a', ',', ':', '\n', '\n    ', 'def f', 'if a', '"', '=', ' '];

/** Random pieces of Python; much of it is broken. */
function scraps(rng: Rng): string {
  return Array.from({ length: rng.int(40) }, () => rng.pick(PIECES)).join('');
}

/**
 * Pairs by their definition, without a stack: a closing bracket takes the last opening one of its line and kind that
 * is not taken and not passed over, which is: lies in no pair that is closed already.
 */
function pairsByDefinition(tokens: readonly TokenText[], from: number, to: number): [number, number][] {
  const pairs: [number, number][] = [];
  const isOver = (at: number): boolean => pairs.some(([open, close]) => open <= at && at <= close);
  for (let i = from; i < to; i++) {
    if (bracketStep(tokens[i]) >= 0) continue;
    const kind = KINDS.find((both) => both[1] === tokens[i].text);
    for (let at = i - 1; at >= from; at--)
      if (bracketStep(tokens[at]) > 0 && tokens[at].text === kind?.[0] && !isOver(at)) {
        pairs.push([at, i]);
        break;
      }
  }
  return pairs;
}

test('pairs are what the documentation says they are, whatever is broken', () => {
  const rng = seedStream(13, 'brackets');
  let broken = 0;
  for (let round = 0; round < 2_000; round++) {
    const source = scraps(rng);
    const tokens = lex(source);
    const partner = tokens.map(() => -1);
    const enclosing = tokens.map(() => -1);
    for (const { first, end } of logicalLines(tokens)) {
      const pairs = pairsByDefinition(tokens, first, end);
      for (const [open, close] of pairs) [partner[open], partner[close]] = [close, open];
      // Around a token is the last opening bracket before it that nothing closed or passed over by then.
      for (let i = first; i <= Math.min(end, tokens.length - 1); i++) {
        if (tokens[i].kind === 'end') break;
        enclosing[i] = tokens.findLastIndex(
          (token, at) =>
            at >= first &&
            at < i &&
            bracketStep(token) > 0 &&
            !pairs.some(([open, close]) => open <= at && at <= close && close <= i),
        );
      }
    }
    assert.equal(pairBrackets(tokens), { partner, enclosing }, JSON.stringify(source));
    if (tokens.some((token, i) => bracketStep(token) !== 0 && partner[i] < 0)) broken++;
  }
  assert.ok(broken > 500 && broken < 2_000, `${broken} of 2,000 texts with a bracket that has no partner`);
});

test('every token but layout and end lies in one line, which ends with its newline', () => {
  const rng = seedStream(13, 'lines');
  for (let round = 0; round < 2_000; round++) {
    const source = scraps(rng);
    const tokens = lex(source);
    // Cut anywhere, too: lists that models write need not end well.
    const cut = tokens.slice(0, rng.int(tokens.length + 1));
    for (const list of [tokens, cut]) {
      let level = 0;
      const expected = list.flatMap(({ kind }, i) => {
        if (kind === 'indent') level++;
        if (kind === 'dedent') level--;
        return kind.endsWith('dent') || kind === 'end' || kind === 'error-indent' ? [] : [`${i} at ${level}`];
      });
      const lines = logicalLines(list);
      const found = lines.flatMap(({ first, end, level: of }) =>
        Array.from(
          { length: Math.min(end + (list[end]?.kind === 'newline' ? 1 : 0), list.length) - first },
          (_, k) => `${first + k} at ${of}`,
        ),
      );
      assert.equal(found, expected, JSON.stringify(source));
      for (const { first, end } of lines)
        assert.is(
          list.slice(first, end).some(({ kind }) => kind === 'newline'),
          false,
        );
    }
  }
});

test('of an unclosed bracket the next lines know nothing', () => {
  const tokens = lex('f(a\nreturn b\n');
  const { partner, enclosing } = pairBrackets(tokens);
  assert.equal(partner, [-1, -1, -1, -1, -1, -1, -1, -1]);
  assert.equal(enclosing, [-1, -1, 1, 1, -1, -1, -1, -1]);
});

test.run();
