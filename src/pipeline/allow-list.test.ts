import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAllowedGroup } from '../core/groups';
import { projectRoot } from '../core/paths';
import { experimentKind, experimentPath, loadExperiment } from './experiment';

/** Repositories of the dev split of the real bug fixes, and the packages they are. */
const DEV_REPOSITORIES = [
  'psf/black',
  'cookiecutter/cookiecutter',
  'fastapi/fastapi',
  'httpie/cli',
  'spotify/luigi',
  'cool-RR/PySnooper',
  'sanic-org/sanic',
  'nvbn/thefuck',
  'pandas-dev/pandas',
  'psf/requests',
  'pallets/click',
  'aio-libs/aiohttp',
  'pydata/xarray',
  'sqlfluff/sqlfluff',
];
const DEV_PACKAGES = [
  'black/black',
  'black/blib2to3',
  'httpie/httpie',
  ...'cookiecutter fastapi luigi pysnooper sanic thefuck pandas requests click aiohttp xarray sqlfluff'
    .split(' ')
    .map((name) => `${name}/${name}`),
];

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
    for (const group of [...DEV_REPOSITORIES, ...DEV_PACKAGES, 'unknown/unknown'])
      assert.not.ok(isAllowedGroup(group, allowedGroups), group);
    for (const group of [
      'cpython/json',
      'trm-code-repair/demo-project',
      'scikit_learn/sklearn',
      'pallets/flask',
    ])
      assert.ok(isAllowedGroup(group, allowedGroups), group);
  });

test('the experiments that train are among those checked', () => {
  for (const name of ['quickstart', 'tiny', 'training']) assert.ok(names.includes(name), name);
});

test.run();
