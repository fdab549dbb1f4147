import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { InterruptedError, TrmError, UserError } from '../../core/errors';
import { BlobReader } from './blob-reader';

/** A commit, without its changes. */
export interface Commit {
  /** Full id. */
  id: string;
  /** ISO 8601 with offset, as committed. */
  committedAt: string;
  /** Whole message, subject first. */
  message: string;
}

/** A file that a commit changed; ids of absent sides are all zeros. */
export interface FileChange {
  /** One letter: M modified, A added, D deleted, T type changed. */
  status: string;
  path: string;
  beforeBlob: string;
  afterBlob: string;
}

/** What a commit changed against its parent. */
export interface CommitChanges {
  commit: string;
  files: FileChange[];
  /** Lines added and deleted in all files; binary files count as none. */
  lines: number;
}

/**
 * Reads a local git repository, bare or not, through `git` subprocesses. Nothing is checked out or changed, no
 * configuration of the repository runs a program, and nothing is fetched. Close it after use.
 */
export class GitRepository {
  private blobs: BlobReader | undefined;

  private constructor(
    private readonly path: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws UserError when the folder is missing or is no repository itself (being inside one is not enough) */
  static async open(path: string, signal?: AbortSignal): Promise<GitRepository> {
    if (!existsSync(path)) throw new UserError(`expected a git repository at ${path}, found nothing`);
    const repository = new GitRepository(await realpath(path), signal);
    try {
      await repository.lines(['rev-parse', '--git-dir']);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      throw new UserError(
        `${path} cannot be read as a git repository: ${error.stderr.split('\n')[0]}`,
        'give the folder that holds .git, or a bare repository',
        { cause: error },
      );
    }
    return repository;
  }

  /** Full commit id of a revision. @throws UserError when there is none */
  async resolve(revision: string): Promise<string> {
    try {
      const [id] = await this.lines(['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`]);
      return id;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      throw new UserError(
        `${this.path} has no commit "${revision}"`,
        'name a branch, a tag or a commit that exists; an empty repository has none',
        { cause: error },
      );
    }
  }

  /** Ancestors of a commit without merges, in git's order (newest first), itself included. */
  async *commits(head: string): AsyncGenerator<Commit> {
    const args = ['log', '-z', '--no-merges', '--no-show-signature', '--encoding=UTF-8'];
    const fields = this.fields([...args, '--format=tformat:%H%x00%cI%x00%B', head]);
    try {
      for (let id = await fields.next(); !id.done; id = await fields.next()) {
        const [committedAt, message] = [await fields.next(), await fields.next()];
        if (committedAt.done || message.done)
          throw new TrmError(`git log of ${this.path} ended inside a commit`);
        yield { id: id.value, committedAt: committedAt.value, message: message.value };
      }
    } finally {
      await fields.return(undefined);
    }
  }

  /**
   * What commits changed against their first parent, in the order given; renames count as a deletion and an
   * addition, root commits and empty ones are left out.
   */
  async *changes(commits: readonly string[]): AsyncGenerator<CommitChanges> {
    const args = ['diff-tree', '--stdin', '-z', '-r', '--raw', '--numstat', '--no-renames', '--no-abbrev'];
    const fields = this.fields([...args, '--no-ext-diff', '--no-textconv'], `${commits.join('\n')}\n`);
    let current: CommitChanges | undefined;
    try {
      for await (const field of fields) {
        if (/^[0-9a-f]{40,64}$/.test(field)) {
          if (current) yield current;
          current = { commit: field, files: [], lines: 0 };
        } else if (field.startsWith(':')) {
          const [, , beforeBlob, afterBlob, status] = field.split(' ');
          const path = await fields.next();
          current?.files.push({ status, path: String(path.value), beforeBlob, afterBlob });
        } else if (current) {
          const counts = /^(\d+|-)\t(\d+|-)\t/.exec(field);
          if (!counts) throw new TrmError(`git diff-tree: expected added and deleted lines, got "${field}"`);
          current.lines += (Number(counts[1]) || 0) + (Number(counts[2]) || 0);
        }
      }
      if (current) yield current;
    } finally {
      await fields.return(undefined);
    }
  }

  /** Files at the root of a commit's tree. */
  async rootFiles(commit: string): Promise<{ path: string; blob: string }[]> {
    const files: { path: string; blob: string }[] = [];
    for await (const field of this.fields(['ls-tree', '-z', commit])) {
      const match = /^\d+ blob ([0-9a-f]+)\t([\s\S]*)$/.exec(field);
      if (match) files.push({ blob: match[1], path: match[2] });
    }
    return files;
  }

  /** Bytes of a blob; undefined when the repository lacks it (partial clones). One long-lived process serves all. */
  async readBlob(blob: string): Promise<Buffer | undefined> {
    this.blobs ??= new BlobReader(this.start(['cat-file', '--batch']));
    return this.blobs.read(blob);
  }

  /** Ends the blob process. */
  async close(): Promise<void> {
    await this.blobs?.close();
    this.blobs = undefined;
  }

  private async lines(args: readonly string[]): Promise<string[]> {
    let text = '';
    for await (const field of this.fields(args)) text += field;
    return text.split('\n');
  }

  /** NUL-separated fields of a command's output, streamed. */
  private async *fields(args: readonly string[], input = ''): AsyncGenerator<string, undefined> {
    const child = this.start(args);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(0, 4000)));
    let failure: Error | undefined;
    child.on('error', (error) => (failure = error));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    // A command that ends early closes its input; its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    try {
      let rest = Buffer.alloc(0);
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        let start = 0;
        for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0, start)) {
          yield data.toString('utf8', start, end);
          start = end + 1;
        }
        rest = Buffer.from(data.subarray(start));
      }
      if (rest.length > 0) yield rest.toString('utf8');
      const code = await ended;
      if (this.signal?.aborted)
        throw new InterruptedError(
          `reading ${this.path} was interrupted`,
          'run the same command again to resume',
        );
      if (failure) throw new UserError(`git cannot be started: ${failure.message}`, 'install git');
      if (code !== 0) throw new GitError(args, code, stderr);
      return undefined;
    } finally {
      child.kill();
      await ended;
    }
  }

  private start(args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    return spawn('git', [...SAFE_SETTINGS, '-C', this.path, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: this.environment(),
      signal: this.signal,
    });
  }

  private environment(): NodeJS.ProcessEnv {
    // Variables of a surrounding git hook would point to another repository.
    const own = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
    return {
      ...Object.fromEntries(own),
      LC_ALL: 'C',
      // `path` itself must be the repository, not a folder above it.
      GIT_CEILING_DIRECTORIES: dirname(this.path),
      GIT_OPTIONAL_LOCKS: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_TERMINAL_PROMPT: '0',
    };
  }
}

/** Even reading commands start the program that a repository names as its file system monitor. */
const SAFE_SETTINGS = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-pager'];

/** A git command that failed. */
export class GitError extends TrmError {
  override name = 'GitError';
  constructor(
    args: readonly string[],
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(
      `git ${args[0]} exited with code ${exitCode}: ${stderr.trim()}`,
      'is git installed and the repository whole?',
    );
  }
}
