import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAllowedGroup, namesProject, projectOf, repositoryUrl } from './groups';
import { namesOfProjects, normalName, projectNamed } from './project-names';

test('an allow-list takes names and prefixes', () => {
  assert.ok(isAllowedGroup('cpython/json', null));
  assert.ok(isAllowedGroup('cpython/json', ['cpython/*']));
  assert.ok(isAllowedGroup('psf/requests', ['psf/requests']));
  assert.not.ok(isAllowedGroup('psf/requests-oauth', ['psf/requests', 'cpython/*']));
  assert.not.ok(isAllowedGroup('cpython/json', []));
  assert.not.ok(isAllowedGroup('numpydoc/numpydoc', ['numpy/*']));
});

test('names are the same as on PyPI', () => {
  assert.is(normalName('Ruamel.yaml__clib'), 'ruamel-yaml-clib');
  assert.ok(isAllowedGroup('scikit_learn/sklearn', ['scikit-learn/*']));
  assert.ok(isAllowedGroup('GitPython/git', ['gitpython/*']));
  assert.ok(isAllowedGroup('rapptz/discord.py', ['Rapptz/discord-py']));
});

const project = (
  group: string,
  {
    commit = null,
    path = 'a/b.py',
    url = null,
  }: Partial<Exclude<Parameters<typeof projectOf>[0]['origin'], { kind: 'answer' }>> = {},
): string => projectOf({ group, origin: { commit, path, url } });
const commit = 'f'.repeat(40);

test('a package, its history, a fork and other spellings are one project', () => {
  const PROJECTS: Record<string, string[]> = {
    numpy: [
      project('numpy/numpy', { url: 'https://github.com/numpy/numpy' }),
      project('numpy/numpy', { commit }),
      project('numpy', { commit }),
      project('Someone/NumPy', { commit, url: 'https://github.com/someone/NumPy' }),
    ],
    'scikit-learn': [
      project('scikit-learn/sklearn', { url: 'https://github.com/scikit-learn/scikit-learn' }),
      project('scikit_learn/scikit_learn', { commit }),
      project('scikit-learn/sklearn', { url: 'pkg:pypi/scikit-learn' }),
    ],
    'discord-py': [
      project('discord-py/discord', { url: 'https://github.com/Rapptz/discord.py' }),
      project('rapptz/discord.py', { commit }),
    ],
    jinja: [
      project('jinja2/jinja2', { url: 'pkg:pypi/jinja2' }),
      project('pallets/jinja', { commit }),
      project('jinja2/jinja2', { url: 'https://github.com/pallets/jinja' }),
    ],
  };
  for (const [name, found] of Object.entries(PROJECTS))
    assert.equal([...new Set(found)], [name], `${name}: ${found.join(', ')}`);
  assert.is.not(project('pallets/flask', { commit }), project('pallets/click', { commit }));
});

test('a project with several names is one, whichever of them code comes under', () => {
  const NAMES: [name: string, repository: string][] = [
    ['djangorestframework', 'encode/django-rest-framework'],
    ['Beautifulsoup4', 'wention/BeautifulSoup'],
    ['python-dateutil', 'dateutil/dateutil'],
    ['Pillow', 'python-pillow/Pillow'],
    ['opencv_python', 'opencv/opencv-python'],
    ['PyYAML', 'yaml/pyyaml'],
    ['attrs', 'python-attrs/attrs'],
    ['discord.py', 'Rapptz/discord.py'],
    ['great_expectations', 'great-expectations/great_expectations'],
    ['httpie', 'httpie/cli'],
    ['lightning', 'Lightning-AI/pytorch-lightning'],
    ['gymnasium', 'openai/gym'],
  ];
  for (const [name, repository] of NAMES) {
    const url = `https://github.com/${repository}`;
    const found = [
      project(`${name}/x`, { url: `pkg:pypi/${normalName(name)}` }),
      project(`${name}/x`, { url }),
      project(repository, { commit }),
      project('me/fork', { commit, url: url.replace(/com\/[^/]+/, 'com/me') }),
    ];
    assert.is(new Set(found).size, 1, `${name}: ${found.join(', ')}`);
    const clues = { group: repository, origin: { commit, path: 'a/b.py', url } };
    for (const given of [name, `${name}/*`, repository, `me/${name}`])
      assert.ok(namesProject(given, clues), given);
    assert.not.ok(namesProject('flask/*', clues));
  }
});

test('the names of projects are normalised, and none stands for two', () => {
  const all = namesOfProjects().flat();
  assert.equal([...new Set(all.map(normalName))], all);
  for (const [name, ...others] of namesOfProjects()) {
    assert.ok(others.length > 0, name);
    for (const other of [name, ...others]) assert.is(projectNamed(other), name);
  }
});

test('the standard library is a project a module, installed or from its history', () => {
  assert.is(project('cpython/json', { path: 'json/decoder.py' }), 'cpython/json');
  assert.is(project('cpython', { path: 'json/decoder.py' }), 'cpython/json');
  assert.is(project('python/cpython', { commit, path: 'Lib/json/decoder.py' }), 'cpython/json');
  assert.is(project('python/cpython', { commit, path: 'Lib/ast.py' }), 'cpython/ast');
  assert.is(
    project('me/fork', { commit, path: 'Lib/ast.py', url: 'https://x.org/me/cpython' }),
    'cpython/ast',
  );
  assert.is(project('python/cpython', { commit, path: 'Tools/c/d.py' }), 'cpython/tools');
});

test('a folder nobody knows is what its group says', () => {
  assert.is(project('work/Tools'), 'work/tools');
  assert.is.not(project('work/tools'), project('work/other'));
});

test('links to a repository and to its pages give one address, without credentials', () => {
  const LINKS: [link: string, expected: string | undefined][] = [
    ['https://github.com/psf/requests', 'https://github.com/psf/requests'],
    ['https://www.github.com/psf/requests.git', 'https://github.com/psf/requests'],
    ['http://github.com/psf/requests/issues?q=1#top', 'https://github.com/psf/requests'],
    ['https://github.com/psf/requests/tree/main/docs', 'https://github.com/psf/requests'],
    ['git+https://github.com/psf/requests', 'https://github.com/psf/requests'],
    ['git@github.com:psf/requests.git', 'https://github.com/psf/requests'],
    ['ssh://git@github.com:22/psf/requests.git', 'https://github.com/psf/requests'],
    ['https://me:secret@github.com/psf/requests', 'https://github.com/psf/requests'],
    ['https://gitlab.com/a/b/c/-/issues', 'https://gitlab.com/a/b/c'],
    ['https://git.example.org/x.git', 'https://git.example.org/x'],
    ['https://github.com/psf', undefined],
    ['https://github.com/sponsors/someone', undefined],
    ['https://requests.readthedocs.io/en/latest', undefined],
    ['/home/me/requests.git', undefined],
    ['C:\\code\\requests', undefined],
    ['file:///home/me/requests.git', undefined],
    ['UNKNOWN', undefined],
    ['', undefined],
  ];
  for (const [link, expected] of LINKS) assert.is(repositoryUrl(link), expected, link);
  assert.is(repositoryUrl('https://code.example.org/team/x'), undefined);
  const remote = repositoryUrl('https://t0ken@code.example.org/team/x', { isRemote: true });
  assert.is(remote, 'https://code.example.org/team/x');
  assert.is(repositoryUrl('../sibling.git', { isRemote: true }), undefined);
});

test.run();
