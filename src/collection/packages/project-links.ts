import { repositoryUrl } from '../../core/keys/groups';

/** Labels of links to source code, as PyPI normalises them: without punctuation, in lower case. */
const CODE_LABELS = [
  'source',
  'repository',
  'sourcecode',
  'github',
  'code',
  'gitlab',
  'codeberg',
  'bitbucket',
];
const HOME_LABELS = ['homepage', 'home'];

/**
 * The repository that a package's metadata leads to, as {@link repositoryUrl} writes it: by a link to its source code, else by
 * its home page, else where all other links (issues, changelog) lead to one and the same.
 * @param home `Home-page`
 * @param links `Project-URL` values: `label, URL`
 */
export function statedRepository(home: string | null, links: readonly string[]): string | undefined {
  const labelled = links.map((line) => {
    const comma = line.indexOf(',');
    const label = line.slice(0, Math.max(comma, 0)).toLowerCase();
    return { label: label.replace(/[^a-z]/g, ''), url: repositoryUrl(line.slice(comma + 1)) };
  });
  const byLabel = (labels: readonly string[]): string | undefined =>
    labels
      .map((label) => labelled.find((link) => link.label === label && link.url !== undefined)?.url)
      .find((url) => url !== undefined);
  const stated = byLabel(CODE_LABELS) ?? (home ? repositoryUrl(home) : undefined) ?? byLabel(HOME_LABELS);
  if (stated !== undefined) return stated;
  const others = new Set(labelled.flatMap(({ url }) => (url === undefined ? [] : [url])));
  return others.size === 1 ? [...others][0] : undefined;
}
