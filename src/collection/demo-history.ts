import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { validateConfig } from '../core/config';
import { DataError } from '../core/errors';
import { projectRoot } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';

const historySchema = z.strictObject({
  /** Time of the first commit, ISO 8601; each later one is a day younger. */
  start: z.iso.datetime(),
  /** `Name <address>` by short name. */
  authors: z.record(z.string(), z.string().regex(/^[^<>\n]+ <[^<>\n]+>$/)),
  commits: z
    .array(
      z.strictObject({
        author: z.string(),
        message: z.string().min(1),
        /** Paths taken from `files/`. */
        add: z.array(z.string()).default([]),
        /** Replacements of a text that occurs exactly once in the file at that time. */
        edits: z
          .array(z.strictObject({ path: z.string(), find: z.string().min(1), replace: z.string() }))
          .default([]),
      }),
    )
    .min(1),
});
type History = z.infer<typeof historySchema>;

/** Folder of the demo project's files and history. */
export function demoProjectFolder(): string {
  return join(projectRoot(), 'fixtures', 'demo-project');
}

/**
 * Builds a bare git repository from a written-down history (`history.yaml` and `files/`, see
 * fixtures/demo-project). Authors, dates and texts are fixed, so the commit ids are the same everywhere.
 * @param target folder of the new repository; made if missing
 * @param program the git program
 * @returns id of the last commit, the head of branch `main`
 * @throws ConfigError, DataError when the history does not fit its files
 */
export async function buildDemoHistory(
  target: string,
  program: string,
  project = demoProjectFolder(),
): Promise<string> {
  const path = join(project, 'history.yaml');
  const history = validateConfig(parse(await readFile(path, 'utf8')), historySchema, path);
  const stream = await importStream(history, join(project, 'files'), path);
  await mkdir(target, { recursive: true });
  // No templates and no surrounding configuration: hooks, signing or line-end conversion must not change the ids.
  const env = { ...hiddenGitVariables(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (args: string[], input?: string): ReturnType<typeof runProcess> =>
    runProcess(program, ['-C', target, ...args], { env, input });
  await git(['init', '--quiet', '--bare', '--template=', '--object-format=sha1', '--initial-branch=main']);
  await git(['fast-import', '--quiet', '--done'], stream);
  return (await git(['rev-parse', 'refs/heads/main'])).stdout.trim();
}

/** The history in the language of `git fast-import`. */
async function importStream(history: History, files: string, label: string): Promise<string> {
  const state = new Map<string, string>();
  const parts: string[] = [];
  for (const [index, { author, message, add, edits }] of history.commits.entries()) {
    const person = history.authors[author];
    if (!person)
      throw new DataError(`${label}: commit ${index} names the author "${author}", who is not listed`);
    for (const path of add) state.set(path, await readFile(join(files, path), 'utf8'));
    for (const edit of edits)
      state.set(edit.path, applyOnce(state.get(edit.path), edit, `${label} commit ${index}`));
    const seconds = Date.parse(history.start) / 1000 + index * 86_400;
    parts.push(
      'commit refs/heads/main',
      `mark :${index + 1}`,
      `author ${person} ${seconds} +0000`,
      `committer ${person} ${seconds} +0000`,
      dataBlock(`${message}\n`),
      ...(index > 0 ? [`from :${index}`] : []),
    );
    for (const path of new Set([...add, ...edits.map((edit) => edit.path)]))
      parts.push(`M 100644 inline ${path}`, dataBlock(state.get(path) ?? ''));
  }
  return `${parts.join('\n')}\ndone\n`;
}

function dataBlock(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function applyOnce(
  text: string | undefined,
  { path, find, replace }: History['commits'][number]['edits'][number],
  label: string,
): string {
  const found = text === undefined ? 0 : text.split(find).length - 1;
  if (text === undefined || found !== 1)
    throw new DataError(
      `${label}: expected ${JSON.stringify(find)} once in ${path}, found it ${found} times`,
    );
  return text.replace(find, () => replace);
}

/** Unsets variables that a surrounding git hook sets and that would point to its repository. */
function hiddenGitVariables(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('GIT_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
