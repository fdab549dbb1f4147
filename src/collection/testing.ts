/** Helpers of tests; nothing else imports this file. */
import { mkdir } from 'node:fs/promises';
import { runProcess } from '../core/subprocess';

/** A commit to make: its message, and files by path; null deletes one. */
export interface PlannedCommit {
  message: string;
  files: Readonly<Record<string, string | null>>;
}

/** Makes a real git repository with a straight history on branch `main`. @returns commit ids, oldest first */
export async function makeRepository(
  folder: string,
  commits: readonly PlannedCommit[],
  { bare = false } = {},
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const block = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const parts = commits.map(({ message, files }, i) => {
    const changes = Object.entries(files).map(([path, text]) => {
      const name = /[\n"]/.test(path) ? JSON.stringify(path) : path;
      return text === null ? `D ${name}\n` : `M 100644 inline ${name}\n${block(text)}`;
    });
    const person = `Test Person <test@example.org> ${1_700_000_000 + i * 60} +0200`;
    const from = i > 0 ? `from :${i}\n` : '';
    return `commit refs/heads/main\nmark :${i + 1}\ncommitter ${person}\n${block(message)}${from}${changes.join('')}\n`;
  });
  await git(folder, ['init', '-q', ...(bare ? ['--bare'] : []), '--initial-branch=main']);
  await git(folder, ['fast-import', '--quiet', '--done'], `${parts.join('')}done\n`);
  const list = await git(folder, ['rev-list', '--reverse', 'main']);
  return list.trim().split('\n');
}

/** Runs git in a folder and returns its output. */
export async function git(folder: string, args: readonly string[], input?: string): Promise<string> {
  const hidden = Object.keys(process.env).filter((name) => name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(hidden.map((name) => [name, undefined])),
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return (await runProcess('git', ['-C', folder, ...args], { env, input })).stdout;
}
