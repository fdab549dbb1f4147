import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLOWS, ROLES } from '../../records/token-features';
import { defUse } from './def-use';
import { lex } from '../tokens/lexer';
import { lineStructure } from './line-structure';
import { nameFlow } from './name-flow';
import { nameRoles } from './name-roles';

/** Names of a source with what they are, `name:role`. */
function roles(source: string): string {
  const tokens = lex(source);
  const codes = nameRoles(tokens, defUse(tokens), lineStructure(tokens));
  assert.ok(tokens.every(({ kind }, i) => kind === 'name' || codes[i] === 0));
  return tokens
    .flatMap(({ kind, text }, i) => (kind === 'name' ? [`${text}:${ROLES[codes[i]]}`] : []))
    .join(' ');
}

const CASES: [source: string, expected: string][] = [
  ['a + b', 'a:read b:read'],
  ['a(b.c[d])', 'a:called b:receiver c:attribute-subscripted d:read'],
  ['a.b.c(d)', 'a:receiver b:attribute-receiver c:attribute-called d:read'],
  ['a[b]', 'a:subscripted b:read'],
  ['a = b = c', 'a:written b:written c:read'],
  [
    'a.b, (c.d, e) = f.g',
    'a:receiver b:attribute-written c:receiver d:attribute-written e:written f:receiver g:attribute',
  ],
  ['a[b.c] = d', 'a:subscripted b:receiver c:attribute d:read'],
  ['a += b', 'a:augmented b:read'],
  ['del a', 'a:deleted'],
  ['global a', 'a:declared'],
  ['a: b', 'a:declared b:annotation'],
  ['a: b[c] = d', 'a:written b:annotation c:annotation d:read'],
  ['for a, b in c: pass', 'a:loop-target b:loop-target c:read'],
  ['[a for a in b if a]', 'a:read a:loop-target b:read a:read'],
  ['with a() as b, c: pass', 'a:called b:as-target c:read'],
  ['with a as (b, c): pass', 'a:read b:as-target c:as-target'],
  ['try: pass\nexcept A as e: pass', 'A:read e:as-target'],
  ['if (a := b): pass', 'a:walrus b:read'],
  ['class A(B, metaclass=C): pass', 'A:definition B:read metaclass:keyword-argument C:read'],
  ['import a.b', 'a:import b:module-path'],
  ['from a.b import c as d, e', 'a:module-path b:module-path c:module-path d:import e:import'],
  ['f(a=b)', 'f:called a:keyword-argument b:read'],
  ['@a.b\ndef f(): pass', 'a:decorator b:attribute f:definition'],
  ['x = a @ b', 'x:written a:read b:read'],
  [
    'def f(a: b = c, *d, e=g(h)) -> k: return a',
    'f:definition a:parameter b:annotation c:read d:parameter e:parameter g:called h:read k:annotation a:read',
  ],
  ['def f(a):\n    a = 1', 'f:definition a:parameter a:written'],
  ['lambda a, b=c: a', 'a:parameter b:parameter c:read a:read'],
  ['match a:\n    case B(c=d): pass', 'match:none a:read case:none B:called c:keyword-argument d:written'],
  ['match = case', 'match:written case:read'],
];
for (const [source, expected] of CASES)
  test(`roles in ${JSON.stringify(source)}`, () => assert.is(roles(source), expected));

/** Names of a source that have a flow, `name:flow:distance:count`. */
function flows(source: string): string {
  const tokens = lex(source);
  const { flows: codes, distances, counts } = nameFlow(defUse(tokens), lineStructure(tokens));
  return tokens
    .flatMap(({ text }, i) =>
      codes[i] === 0 ? [] : [`${text}:${FLOWS[codes[i]]}:${distances[i]}:${counts[i]}`],
    )
    .join(' ');
}

const FLOW_CASES: [what: string, source: string, expected: string][] = [
  ['a parameter and its use', 'def f(a): return a', 'a:defined-once:4:2 a:read:4:2'],
  ['a parameter never read', 'def f(a): return b', 'a:unread:0:1'],
  ['a local never read', 'def f():\n    x = 1\n', 'x:unread:0:1'],
  [
    'a dead store',
    'def f():\n    x = 1\n    x = 2\n    return x\n',
    'x:overwritten:0:3 x:defined:5:3 x:read:5:3',
  ],
  [
    'two definitions meet',
    'def f():\n    if g: x = 1\n    else: x = 2\n    return x\n',
    'x:defined:11:3 x:defined:5:3 x:read-merged:5:3',
  ],
  [
    'a name in its own definition',
    'def f(x):\n    x = x.y\n    return x\n',
    'x:defined:7:4 x:defined:7:4 x:read-own:7:4 x:read:7:4',
  ],
  ['a use before any definition', 'def f():\n    y(x)\n    x = 1\n', 'x:read-unbound:0:2 x:overwritten:0:2'],
  [
    'a use that may come before',
    'def f():\n    if g: x = 1\n    return x\n',
    'x:defined-once:5:2 x:read-maybe-unbound:5:2',
  ],
  [
    'in a loop the use comes first',
    'def f(x):\n    while g:\n        h(x)\n        x = 1\n',
    'x:defined:12:3 x:read-merged:12:3 x:defined:3:3',
  ],
  ['targets of comprehensions', 'x = [a for a in b]\n', 'a:read:2:2 a:defined-once:2:2'],
  [
    'a bare annotation is neither',
    'def f():\n    x: int\n    x = 1\n    x\n',
    'x:defined-once:4:3 x:read:4:3',
  ],
  ['names of modules have none', 'x = 1\nprint(x)\nclass A:\n    y = x\n', ''],
];
for (const [what, source, expected] of FLOW_CASES)
  test(`flow of ${what}`, () => assert.is(flows(source), expected));

test.run();
