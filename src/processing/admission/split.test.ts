import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../../core/errors';
import type { ProjectClues } from '../../core/keys/groups';
import { seedStream } from '../../core/rng';
import { projectPoint, Projects, splitProjects, type Split, type SplitOptions } from './split';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `repo-${i}`);
const fractions = { val: 0.1, test: 0.2 };
const history = (group: string, url: string | null = null): ProjectClues => ({
  group,
  origin: { commit: 'f'.repeat(40), path: 'a/b.py', url },
});
const packaged = (group: string, url: string): ProjectClues => ({
  group,
  origin: { commit: null, path: 'a/b.py', url },
});

function split(clues: readonly ProjectClues[], options: SplitOptions): Map<string, Split> {
  const projects = new Projects();
  for (const one of clues) projects.add(one);
  return splitProjects(projects, options);
}
const splitNames = (all: readonly string[], options: SplitOptions): Map<string, Split> =>
  split(
    all.map((name) => history(`owner/${name}`)),
    options,
  );

function counts(splits: Map<string, Split>): Record<Split, number> {
  const found = { train: 0, val: 0, test: 0 };
  for (const each of splits.values()) found[each]++;
  return found;
}

test('shares come out as asked', () => {
  const { train, val, test: tested } = counts(splitNames(names(5000), { seed: 1, fractions }));
  assert.ok(Math.abs(tested / 5000 - 0.2) < 0.02, `${tested} of 5000 test`);
  assert.ok(Math.abs(val / 5000 - 0.1) < 0.02, `${val} of 5000 val`);
  assert.is(train + val + tested, 5000);
});

test('adding projects, or another order, moves no project', () => {
  const few = splitNames(names(100), { seed: 3, fractions });
  const many = splitNames(seedStream(1).shuffle(names(1000)), { seed: 3, fractions });
  for (const [project, where] of few) assert.is(many.get(project), where, project);
});

test('whatever is added, packages, forks and other names of a project too, no project changes its split', () => {
  const repositories = ['numpy/numpy', 'encode/django-rest-framework', 'dateutil/dateutil', 'openai/gym'];
  for (let seed = 0; seed < 40; seed++) {
    const rng = seedStream(seed, 'growth');
    const all = rng.shuffle([
      ...repositories.map((name) => history(name)),
      ...repositories.map((name) => history('me/fork', `https://github.com/me/${name.split('/')[1]}`)),
      packaged('djangorestframework/rest_framework', 'pkg:pypi/djangorestframework'),
      packaged('python-dateutil/dateutil', 'pkg:pypi/python-dateutil'),
      packaged('gymnasium/gymnasium', 'pkg:pypi/gymnasium'),
      ...names(150).map((name) => history(`owner/${name}`)),
    ]);
    const start = 60;
    const options = { seed, fractions, assignments: { 'owner/repo-7': 'val' as const } };
    let before = split(all.slice(0, start), options);
    for (let end = start; end <= all.length; end += 1 + rng.int(20)) {
      const after = split(rng.shuffle(all.slice(0, end)), options);
      for (const [project, where] of before) assert.is(after.get(project), where, `${project}, seed ${seed}`);
      before = after;
    }
    const every = split(all, options);
    assert.is(every.size, 150 + repositories.length);
  }
});

test('another seed divides otherwise', () => {
  const one = splitNames(names(100), { seed: 1, fractions });
  const two = splitNames(names(100), { seed: 2, fractions });
  assert.ok([...one].some(([project, where]) => two.get(project) !== where));
});

test('no wanted split is empty, for any seed and from three projects on', () => {
  for (let seed = 0; seed < 200; seed++)
    for (const count of [3, 4, 7]) {
      const found = counts(splitNames(names(count), { seed, fractions }));
      assert.ok(found.train > 0 && found.val > 0 && found.test > 0, `seed ${seed}: ${JSON.stringify(found)}`);
    }
});

test('a package, its history and its forks are one project, whatever their case', () => {
  const url = 'https://github.com/psf/requests';
  for (let seed = 0; seed < 30; seed++) {
    const splits = split(
      [
        packaged('requests/requests', url),
        history('psf/requests'),
        history('Someone/Requests'),
        history('me/work', 'git@github.com:me/Requests.git'),
        ...names(20).map((name) => history(`owner/${name}`)),
      ],
      { seed, fractions },
    );
    assert.is(splits.size, 21);
    assert.ok(splits.has('requests'));
  }
});

test('assigned projects stay where they were put, by group, repository or package', () => {
  const url = 'https://github.com/pallets/flask';
  const clues = [
    packaged('flask/flask', url),
    history('Me/Flask'),
    ...names(50).map((name) => history(`owner/${name}`)),
  ];
  const assign = (assignments: Record<string, Split>): Map<string, Split> =>
    split(clues, { seed: 1, fractions: { val: 0, test: 0 }, assignments });
  for (const name of ['flask/flask', 'pallets/flask', 'me/flask', 'Flask/*', 'flask']) {
    const splits = assign({ [name]: 'test', 'owner/repo-1': 'train' });
    assert.is(splits.get('flask'), 'test', name);
    assert.equal(counts(splits), { train: 50, val: 0, test: 1 });
  }
  assert.throws(
    () => assign({ 'flask/flask': 'test', 'pallets/flask': 'val' }),
    (error: unknown) =>
      error instanceof ConfigError &&
      /one split for the project flask, got flask\/flask: test, pallets\/flask: val/.test(error.message),
  );
});

test('fewer projects than splits is an error that says what to do', () => {
  assert.throws(() => splitNames(names(2), { seed: 1, fractions }), /at least 3 projects .* got 2/);
});

test('points are uniform in [0, 1)', () => {
  const points = names(4000).map((name) => projectPoint(name, 9));
  assert.ok(points.every((point) => point >= 0 && point < 1));
  const mean = points.reduce((sum, point) => sum + point, 0) / points.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
});

test.run();
