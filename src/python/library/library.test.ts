import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess } from '../../core/processes/subprocess';
import { pythonPath } from '../../core/paths';
import {
  callOf,
  isModule,
  memberOf,
  membersOf,
  membersOfType,
  resolvePath,
  signatureOf,
  withoutFirst,
} from './library';

test('modules and their members, in the order of the stubs', () => {
  assert.ok(isModule('os') && isModule('os.path') && isModule('collections.abc') && isModule('builtins'));
  for (const name of ['numpy', 'os.environ', '_io', 'toString', '']) assert.not.ok(isModule(name), name);
  const names = membersOf('os.path');
  for (const name of ['join', 'exists', 'sep']) assert.ok(names.includes(name), name);
  assert.is(membersOf('os.path'), names, 'the list is made once');
  assert.ok(membersOf('xml.etree').includes('ElementTree'), 'submodules are members');
  assert.equal(membersOf('numpy'), []);
  for (const module of ['os', 'asyncio', 'typing'])
    assert.not.ok(
      membersOf(module).some((name) => name.startsWith('_') || name === '*'),
      module,
    );
});

test('a module that is no part of the table has members that nobody tells of', () => {
  assert.is(memberOf({ kind: 'module', path: 'sys._monitoring' }, 'get_tool'), 'untold');
  assert.is(resolvePath('sys.monitoring.get_tool'), undefined);
});

test('members of types, inherited ones among them', () => {
  for (const name of ['join', 'startswith', 'removeprefix']) assert.ok(membersOfType('str').includes(name));
  assert.ok(membersOfType('dict').includes('setdefault'), 'of MutableMapping');
  assert.ok(membersOfType('datetime.datetime').includes('weekday'), 'of date');
  assert.not.ok(membersOfType('str').some((name) => name.startsWith('_')));
  assert.equal(membersOfType('nothing'), []);
});

test('signatures: functions, classes, methods, several forms', () => {
  assert.equal(signatureOf('os.path.join'), ['(path,/,*paths)']);
  assert.equal(signatureOf('datetime.timedelta')?.[0]?.startsWith('(days=...,seconds=...'), true);
  assert.equal(signatureOf('datetime.datetime.now'), ['(tz=...)'], 'cls is not given');
  assert.equal(signatureOf('builtins.str.lower'), ['(self)'], 'self is, through the class');
  assert.ok((signatureOf('builtins.range')?.length ?? 0) > 1);
  for (const path of ['os.sep', 'numpy.array', 'enum.Enum', 'os.nothing'])
    assert.is(signatureOf(path), undefined, path);
  const lower = memberOf({ kind: 'class', path: 'builtins.str' }, 'lower', 'object');
  assert.equal(typeof lower === 'object' ? callOf(lower) : lower, ['()']);
});

test('what is not there, and what nobody tells', () => {
  const member = (path: string, name: string): unknown => {
    const entity = resolvePath(path);
    return entity ? memberOf(entity, name) : 'no such path';
  };
  assert.is(member('os', 'getcwdd'), 'missing');
  assert.is(member('os', '_exit'), 'untold', 'private names are left out');
  assert.is(member('os', 'toString'), 'missing');
  assert.is(member('encodings', 'utf_16_be_or_so'), 'untold', 'its stub has a __getattr__');
  assert.is(member('os.environ', 'get'), 'untold', 'the type of a variable is not known');
  assert.is(member('datetime.date', 'mro'), 'untold', 'classes have the members of type');
  assert.equal(member('os', 'path'), { kind: 'module', path: 'os.path' });
});

test('a signature without its first parameter', () => {
  for (const [full, bound] of [
    ['(self)', '()'],
    ['(self,a,b=...)->int', '(a,b=...)->int'],
    ['(self,/,a)', '(a)'],
    ['(self,a,/)', '(a,/)'],
    ['(*args)', '(*args)'],
    ['()', '()'],
  ])
    assert.is(withoutFirst(full), bound);
});

test('the interpreter at hand has hardly a public name that the table lacks', async () => {
  const modules = [
    'os',
    'os.path',
    'json',
    're',
    'collections',
    'itertools',
    'math',
    'random',
    'string',
    'shutil',
  ];
  const script =
    'import importlib, json, sys\n' +
    'print(json.dumps({m: list(importlib.import_module(m).__all__) for m in sys.argv[1:] if ' +
    "hasattr(importlib.import_module(m), '__all__')}))";
  const { stdout } = await runProcess(pythonPath(), ['-I', '-c', script, ...modules]);
  const lacking = Object.entries(JSON.parse(stdout) as Record<string, string[]>).flatMap(([module, names]) =>
    names.filter((name) => !name.startsWith('_') && !membersOf(module).includes(name)),
  );
  assert.ok(lacking.length <= 3, lacking.join(' '));
});

test.run();
