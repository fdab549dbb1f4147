import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from '../tokens/lexer';
import { createParser, firstError, nodesOfTokens, type TreeParser } from './tree';

let parser: TreeParser;
test.before(async () => {
  parser = await createParser();
});
test.after(() => parser.close());

test('nodes attach to tokens by offset, also behind characters of two code units', () => {
  const source = '# \u{1f600}\ns = "\u{1f600}"; total = price * 2\n';
  const tokens = lex(source);
  parser.withTree(source, (tree) => {
    const nodes = nodesOfTokens(tree, tokens);
    tokens.forEach((token, i) => {
      if (token.kind === 'name') assert.is(nodes[i].text, token.text);
    });
    const star = tokens.findIndex(({ text }) => text === '*');
    assert.is(nodes[star].type, 'binary_operator');
    assert.is(firstError(tree), null);
  });
});

test('broken code has a tree and a first error', () => {
  const source = 'def f(a:\n    return a\n';
  parser.withTree(source, (tree) => {
    const error = firstError(tree);
    assert.ok(error && error.startIndex <= source.indexOf('return'));
    assert.is(nodesOfTokens(tree, lex(source)).length, lex(source).length);
  });
});

test.run();
