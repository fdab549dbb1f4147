import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from '../tokens/lexer';
import { pairBrackets } from '../structure/brackets';
import { callArguments } from './call-arguments';
import { fitOf, parseSignature } from './signature';

function fit(signature: string, call: string): string {
  const tokens = lex(`f${call}\n`);
  const { partner } = pairBrackets(tokens);
  const parsed = parseSignature(signature);
  return parsed ? fitOf(parsed, callArguments(tokens, 1, partner[1], partner)) : 'no signature';
}

test('how calls fit signatures', () => {
  for (const [signature, call, expected] of [
    ['()', '()', 'fits'],
    ['()', '(1)', 'too-many'],
    ['(a,b=1)', '(1)', 'fits'],
    ['(a,b=1)', '()', 'too-few'],
    ['(a,b=1)', '(1, 2, 3)', 'too-many'],
    ['(a,b=1)', '(1, b=2)', 'fits'],
    ['(a,b=1)', '(b=2)', 'too-few'],
    ['(a,b=1)', '(1, a=2)', 'too-many'],
    ['(a,b=1)', '(1, c=2)', 'bad-keyword'],
    ['(a,/,b)', '(1, b=2)', 'fits'],
    ['(a,/,b)', '(a=1, b=2)', 'bad-keyword'],
    ['(a,*,b)', '(1)', 'too-few'],
    ['(a,*,b)', '(1, 2)', 'too-many'],
    ['(a,*,b=...)', '(1, b=2)', 'fits'],
    ['(*rest,b)', '(1, 2, 3, b=4)', 'fits'],
    ['(a,**options)', '(1, z=2)', 'fits'],
    ['(a,b)', '(*x)', 'fits'],
    ['(a,b)', '(*x, c=1)', 'bad-keyword'],
    ['(a,b)', '(**x)', 'fits'],
    ["(a:dict[str,int]={},b:'x,y'=',')->int", '(1, 2)', 'fits'],
    ["(a:dict[str,int]={},b:'x,y'=',')->int", '(1, 2, 3)', 'too-many'],
    ['(a)', '(x for x, y in z)', 'fits'],
    ['(a)', '(lambda x, y=1: x)', 'fits'],
    ['(a,b)', '(g(1, 2, k=3), [4, 5])', 'fits'],
    ['(a,b)', '(1, 2,)', 'fits'],
    ['(a)', '(a == 1)', 'fits'],
    ['(größe=1)', '(größe=2)', 'fits'],
    ['', '()', 'no signature'],
    ['(a', '(1)', 'no signature'],
    ['(a,=)', '(1)', 'no signature'],
  ])
    assert.is(fit(signature, call), expected, `${signature} ${call}`);
});

test.run();
