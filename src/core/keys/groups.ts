import { normalName, projectNamed } from './project-names';

/**
 * True when an allow-list names a group of code. Members are exact names (`psf/requests`) or prefixes that end in `*`
 * (`cpython/*`). Names are compared as PyPI compares them: case does not matter, nor which of `-`, `_` and `.` is used.
 * @param allowed null allows every group
 */
export function isAllowedGroup(group: string, allowed: readonly string[] | null): boolean {
  if (!allowed) return true;
  const name = normalName(group);
  return allowed.some((member) =>
    member.endsWith('*') ? name.startsWith(normalName(member.slice(0, -1))) : name === normalName(member),
  );
}

/** What a sample says of where it comes from; every Sample has it. */
export interface ProjectClues {
  group: string;
  origin:
    | {
        kind?: 'file' | 'finding';
        /** Null outside git. */
        commit: string | null;
        /** Path in the repository or package, with `/`. */
        path: string;
        /** The project's repository, or `pkg:pypi/<name>` for a package that names none; null when unknown. */
        url: string | null;
      }
    | { kind: 'answer' };
}

/**
 * The project that code belongs to, one name whether it came with a package, with a git history or with a fork:
 * the repository's own name, without its owner, normalised; `project-names.ts` knows other names of it. Splits go by it, so that no project judges a model that
 * learned from it. Two projects that share a repository name count as one, which can only keep more apart.
 *
 * - The `url` tells, where there is one (package metadata, git remote).
 * - A history without a remote is the last part of its group: `psf/requests` -> `requests`.
 * - Code of a question and its answer is what its group says.
 * - A folder is what its group says: only its owner knows whether its top-level modules are one project.
 * - CPython's standard library is one project a module, from the installed library as from the repository.
 * @example projectOf({ group: 'pallets/jinja', origin: { commit: 'f00', path: 'src/jinja2/a.py', url: null } }) // 'jinja'
 */
export function projectOf({ group, origin }: ProjectClues): string {
  if (origin.kind === 'answer') return normalName(group);
  const { commit, path, url } = origin;
  const stated = url ?? (commit === null ? null : group);
  const project = stated === null ? normalName(group) : projectNamed(lastPart(stated));
  if (project !== CPYTHON && !project.startsWith(`${CPYTHON}/`)) return project;
  const [top] = path.replace(/^Lib\//, '').split('/', 1);
  return `${CPYTHON}/${normalName(top.replace(/\.py$/, ''))}`;
}

/**
 * True when a config's name means the project that code belongs to: the group it came in, the name of the project, its
 * repository (`owner/name`), its package (`name/*`), or a prefix of any of them that ends in `*`.
 * @example namesProject('psf/requests', { group: 'me/fork', origin: { commit, path, url: 'https://x.org/me/requests' } }) // true
 */
export function namesProject(name: string, clues: ProjectClues): boolean {
  return means(name, clues.group, projectOf(clues));
}

/**
 * Says of code whether an allow-list names its project, see {@link namesProject}. Answers are kept by group and project:
 * lists are long, and samples many.
 * @param allowed null allows all
 */
export function allowedProjects(allowed: readonly string[] | null): (clues: ProjectClues) => boolean {
  const known = new Map<string, boolean>();
  return (clues) => {
    if (!allowed) return true;
    const project = projectOf(clues);
    const key = `${clues.group}\0${project}`;
    const answer = known.get(key) ?? allowed.some((name) => means(name, clues.group, project));
    known.set(key, answer);
    return answer;
  };
}

function means(name: string, group: string, project: string): boolean {
  if ([group, project].some((own) => isAllowedGroup(own, [name]))) return true;
  const [first, ...rest] = normalName(name).split('/');
  if (rest.length === 0) return projectNamed(first) === project;
  if (rest.length > 1) return false;
  if (rest[0] === '*') return projectNamed(first) === project;
  // The interpreter is a project a module: its repository names all of them.
  return projectNamed(rest[0]) === project || (rest[0] === CPYTHON && project.startsWith(`${CPYTHON}/`));
}

/** Group and repository of the interpreter and its standard library. */
const CPYTHON = 'cpython';

/** Hosts whose pages lie below `/<owner>/<repository>`. */
const TWO_PARTS = new Set(['github.com', 'bitbucket.org', 'codeberg.org', 'opendev.org', 'git.sr.ht']);
/** First parts of paths that are no owners. */
const NO_OWNER = new Set(['sponsors', 'orgs', 'users', 'topics', 'apps', 'marketplace', 'about', 'search']);

/**
 * The canonical address of the repository that a link leads to, `https://<host>/<owner>/<name>`: a page of it (`/issues`,
 * `/tree/main`) leads to it too, credentials, ports, `www.` and `.git` are left out. Undefined when it leads to none.
 * @param link a URL, also `git+https:`, `ssh:` or `git@host:path`
 * @param isRemote the link is a git remote, so that every host counts, not only those known to hold repositories
 */
export function repositoryUrl(link: string, { isRemote = false } = {}): string | undefined {
  const url = parseLink(link);
  if (!url) return undefined;
  const host = url.hostname.toLowerCase().replace(/^www\./, '');
  const parts = url.pathname.split('/').filter((part) => part !== '');
  if (parts.length > 0 && NO_OWNER.has(parts[0])) return undefined;
  if (TWO_PARTS.has(host)) parts.splice(2);
  else if (/^gitlab\.|^salsa\.debian\.org$/.test(host)) {
    const end = parts.indexOf('-');
    if (end >= 0) parts.splice(end);
  } else if (!isRemote && !parts.at(-1)?.endsWith('.git')) return undefined;
  const known = TWO_PARTS.has(host) || /^gitlab\./.test(host);
  if (parts.length < (known ? 2 : 1)) return undefined;
  return `https://${host}/${parts.join('/').replace(/\.git$/, '')}`;
}

function parseLink(link: string): URL | undefined {
  const text = link.trim().replace(/^git\+/, '');
  const short = /^(?:[\w.-]+@)?([\w.-]+\.[a-z]{2,}):(?!\/\/)(.+)$/i.exec(text);
  const full = short ? `ssh://${short[1]}/${short[2]}` : text;
  if (!/^(?:https?|ssh|git):\/\//i.test(full) || !URL.canParse(full)) return undefined;
  // The parser keeps paths of ssh: as they are; http: gives all of them one form.
  return new URL(full.replace(/^(?:ssh|git):/i, 'http:'));
}

function lastPart(name: string): string {
  return name.replace(/\.git$/, '').replace(/^.*[/:]/, '');
}
