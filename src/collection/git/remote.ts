import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors';
import { repositoryUrl } from '../../core/keys/groups';
import { GitRepository, type GitTools } from './repository';

/**
 * The repository that remotes lead to, as {@link repositoryUrl} writes it: `upstream`, which people give to what they forked, else
 * `origin`, else the only one. Null when there is none; paths of this machine lead to none.
 * @param remotes addresses by name
 */
export function originOfRemotes(remotes: ReadonlyMap<string, string>): string | null {
  const found = new Map(
    [...remotes].flatMap(([name, link]) => {
      const url = repositoryUrl(link, { isRemote: true });
      return url === undefined ? [] : [[name, url] as const];
    }),
  );
  const only = new Set(found.values()).size === 1 ? [...found.values()][0] : null;
  return found.get('upstream') ?? found.get('origin') ?? only;
}

/** The same for a folder: null when it is not the root of a repository that git can read. */
export async function originUrl(folder: string, tools: GitTools): Promise<string | null> {
  if (!existsSync(join(folder, '.git'))) return null;
  try {
    return originOfRemotes(await (await GitRepository.open(folder, tools)).remotes());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}
