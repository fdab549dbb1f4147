import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allowedProjects, namesProject, projectOf } from '../core/keys/groups';
import { namesOfProjects, projectNamed } from '../core/keys/project-names';
import { DEV_REPOSITORIES, isReserved, RESERVED_REPOSITORIES } from '../core/keys/reserved';
import { projectRoot } from '../core/paths';
import { experimentKind, experimentPath, loadExperiment } from './runs/experiment';

/** The packages that the repositories of the dev split are. */
const DEV_PACKAGES = [
  'black/black',
  'black/blib2to3',
  'httpie/httpie',
  ...'cookiecutter fastapi luigi pysnooper sanic thefuck pandas requests click aiohttp xarray sqlfluff'
    .split(' ')
    .map((name) => `${name}/${name}`),
];

/** The group, repository address and package address that code of a project may come under. */
const reservedCode = RESERVED_REPOSITORIES.flatMap((repository) => {
  const name = projectNamed(repository.replace(/^.*\//, ''));
  const named = namesOfProjects().find(([project]) => project === name) ?? [name];
  const url = `https://github.com/${repository}`;
  const commit = 'f'.repeat(40);
  return [
    { group: repository, origin: { commit, path: 'a/b.py', url: null } },
    {
      group: 'me/fork',
      origin: { commit, path: 'a/b.py', url: `https://github.com/me/${repository.split('/')[1]}` },
    },
    ...named.flatMap((own) =>
      [url, `pkg:pypi/${own}`].map((address) => ({
        group: `${own}/${own.replace(/-/g, '_')}`,
        origin: { commit: null, path: 'a/b.py', url: address },
      })),
    ),
  ];
});

const names = readdirSync(join(projectRoot(), 'experiments'))
  .filter((name) => name.endsWith('.yaml') && name !== 'base.yaml')
  .map((name) => name.slice(0, -5))
  .filter((name) => experimentKind(experimentPath(name)) === 'code');

for (const name of names)
  test(`${name}: its allow-list holds for generated bugs and for clean code, and names nothing that judges`, async () => {
    const { config } = await loadExperiment({ experiment: name });
    const { allowedGroups } = config.generate;
    assert.ok(allowedGroups && allowedGroups.length > 100);
    assert.equal(config.process.allowedGroups, allowedGroups);
    const isAllowed = allowedProjects(allowedGroups);
    const asHistory = (group: string, url: string | null = null): boolean =>
      isAllowed({ group, origin: { commit: 'f'.repeat(40), path: 'a/b.py', url } });
    const asPackage = (group: string, url: string): boolean =>
      isAllowed({ group, origin: { commit: null, path: 'a/b.py', url } });
    for (const repository of [...DEV_REPOSITORIES, 'unknown/unknown']) {
      const url = `https://github.com/${repository}`;
      assert.not.ok(asHistory(repository), repository);
      assert.not.ok(asHistory('Someone/Fork', url.toUpperCase()), `fork of ${repository}`);
      assert.not.ok(asPackage('other/name', url), `package of ${repository}`);
    }
    for (const clues of reservedCode) {
      assert.ok(isReserved(clues), clues.group);
      assert.not.ok(isAllowed(clues), clues.group);
      for (const assigned of Object.keys(config.process.assignments))
        assert.not.ok(namesProject(assigned, clues), assigned);
    }
    for (const source of config.collect.sources)
      if (source.kind === 'package') {
        const url = `pkg:pypi/${source.package.replace(/[=<>~!].*/, '')}`;
        assert.not.ok(isReserved({ group: url, origin: { commit: null, path: 'a.py', url } }), url);
      }
    for (const group of DEV_PACKAGES)
      assert.not.ok(asPackage(group, `pkg:pypi/${group.split('/')[0]}`), group);
    for (const group of [
      'cpython/json',
      'trm-code-repair/demo-project',
      'scikit_learn/sklearn',
      'pallets/flask',
    ])
      assert.ok(asHistory(group), group);
    assert.ok(asHistory('me/Flask') && asPackage('Flask/flask', 'https://github.com/pallets/flask'));
  });

test('the packages of the allow-list are projects of its repositories', async () => {
  const { config } = await loadExperiment({ experiment: 'training' });
  const groups = config.generate.allowedGroups ?? [];
  const origin = { commit: null, path: 'a/b.py' };
  const projects = new Set(
    groups
      .filter((name) => !name.endsWith('/*'))
      .map((group) => projectOf({ group, origin: { ...origin, url: `https://github.com/${group}` } })),
  );
  const packages = groups.filter((name) => name.endsWith('/*') && name !== 'cpython/*');
  assert.ok(packages.length > 80 && projects.size > 100);
  for (const name of packages) {
    const url = `pkg:pypi/${name.slice(0, -2)}`;
    const project = projectOf({ group: name, origin: { ...origin, url } });
    assert.ok(projects.has(project), `${name} is the project ${project}, which no repository of the list is`);
  }
});

test('the experiments that train are among those checked', () => {
  for (const name of ['quickstart', 'tiny', 'training']) assert.ok(names.includes(name), name);
});

test.run();
