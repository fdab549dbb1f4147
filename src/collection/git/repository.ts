import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { InterruptedError, TrmError, UserError } from '../../core/errors';
import { BlobReader, type TooLarge } from './blob-reader';

/** What repositories are read with. */
export interface GitTools {
  /** The git program, a path or a name on PATH. */
  git: string;
  /** Aborted: reading ends. */
  signal?: AbortSignal;
}

/** A commit, without its changes. */
export interface Commit {
  /** Full id. */
  id: string;
  /** ISO 8601, UTC; null when its seconds are no date (years before 0 or after 9999). */
  committedAt: string | null;
  /** Whole message, subject first. */
  message: string;
}

/** A file that a commit changed; ids of absent sides are all zeros. */
export interface FileChange {
  /** One letter: M modified, A added, D deleted, T type changed. */
  status: string;
  /** Both sides are regular files: no links, no submodules. */
  regular: boolean;
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
    private readonly program: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws UserError when the folder is missing or is no repository itself (being inside one is not enough) */
  static async open(path: string, { git, signal }: GitTools): Promise<GitRepository> {
    if (!existsSync(path)) throw new UserError(`expected a git repository at ${path}, found nothing`);
    const repository = new GitRepository(await realpath(path), git, signal);
    try {
      await repository.lines(['rev-parse', '--git-dir']);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const doubted = /safe\.directory|dubious ownership/.test(error.stderr);
      throw new UserError(
        `${path} cannot be read as a git repository: ${error.stderr.split('\n')[0]}`,
        doubted
          ? `it belongs to another user; if you trust it: git config --global --add safe.directory ${repository.path}`
          : 'give the folder that holds .git, or a bare repository',
        { cause: error },
      );
    }
    return repository;
  }

  /** True while a repository has no commit on its current branch, as after `git init`. */
  async isUnborn(): Promise<boolean> {
    const head = ['rev-parse', '--verify', '--quiet', 'HEAD'];
    const commit = await this.lines(head).catch(noneFor);
    return (
      commit === undefined &&
      (await this.lines(['symbolic-ref', '--quiet', 'HEAD']).catch(noneFor)) !== undefined
    );
  }

  /** Commits at which a shallow clone's history is cut off; none in a whole one. */
  async shallowCommits(): Promise<string[]> {
    const [path] = await this.lines(['rev-parse', '--git-path', 'shallow']);
    const text = await readFile(resolve(this.path, path), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  }

  /** Addresses of the remotes by name, as configured; they may hold passwords and paths of this machine. */
  async remotes(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const args = ['config', '--null', '--get-regexp', '^remote\\..*\\.url$'];
    try {
      for await (const field of this.fields(args)) {
        const [key, ...url] = field.split('\n');
        found.set(key.slice('remote.'.length, -'.url'.length), url.join('\n'));
      }
    } catch (error) {
      noneFor(error); // Exit code 1: there are none.
    }
    return found;
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
    // Seconds, not a formatted date: git writes dates that are none for strange time zones and years.
    const fields = this.fields([...args, '--format=tformat:%H%x00%ct%x00%B', '--end-of-options', head]);
    try {
      for (let id = await fields.next(); !id.done; id = await fields.next()) {
        const [committedAt, message] = [await fields.next(), await fields.next()];
        if (committedAt.done || message.done)
          throw new TrmError(`git log of ${this.path} ended inside a commit`);
        yield { id: id.value, committedAt: isoTime(committedAt.value), message: message.value };
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
          const [before, after, beforeBlob, afterBlob, status] = field.slice(1).split(' ');
          const path = String((await fields.next()).value);
          const regular = [before, after].every((mode) => mode.startsWith('100'));
          current?.files.push({ status, regular, path, beforeBlob, afterBlob });
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
  async rootFiles(commit: string): Promise<{ path: string; blob: string; regular: boolean }[]> {
    const files: { path: string; blob: string; regular: boolean }[] = [];
    for await (const field of this.fields(['ls-tree', '-z', commit])) {
      const match = /^(\d+) blob ([0-9a-f]+)\t([\s\S]*)$/.exec(field);
      if (match) files.push({ regular: match[1].startsWith('100'), blob: match[2], path: match[3] });
    }
    return files;
  }

  /**
   * Bytes of a blob; undefined when the repository lacks it (partial clones), its size when that is above `maxBytes`: those
   * are never held in memory. One long-lived process serves all.
   */
  async readBlob(blob: string, maxBytes: number): Promise<Buffer | TooLarge | undefined> {
    this.blobs ??= new BlobReader(this.start(['cat-file', '--batch']));
    return this.blobs.read(blob, maxBytes);
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
      // Pieces of a field are joined once, at its end: a message may have a hundred megabytes.
      let pieces: Buffer[] = [];
      for await (const data of child.stdout as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0, start)) {
          yield fieldText([...pieces, data.subarray(start, end)]);
          pieces = [];
          start = end + 1;
        }
        if (start < data.length) pieces.push(data.subarray(start));
      }
      if (pieces.length > 0) yield fieldText(pieces);
      const code = await ended;
      if (this.signal?.aborted)
        throw new InterruptedError(
          `reading ${this.path} was interrupted`,
          'run the same command again to resume',
        );
      if (failure)
        throw new UserError(`${this.program} cannot be started: ${failure.message}`, 'install git');
      if (code !== 0) throw new GitError(args, code, stderr);
      return undefined;
    } finally {
      child.kill();
      await ended;
    }
  }

  private start(args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    return spawn(this.program, [...SAFE_SETTINGS, '-C', this.path, ...args], {
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

/**
 * Even reading commands start the program that a repository names as its file system monitor. Files above 16 MiB are no text:
 * git would hold two versions in memory to count their lines.
 */
const SAFE_SETTINGS = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.bigFileThreshold=16m'],
  '--no-pager',
];

/** Longest part of a field that is read, in bytes; messages and paths that people write are far shorter. */
const LONGEST_FIELD = 2 ** 20;

function fieldText(pieces: readonly Buffer[]): string {
  return (pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)).toString('utf8', 0, LONGEST_FIELD);
}

function isoTime(seconds: string): string | null {
  const date = new Date(Number(seconds) * 1000);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}

/** For commands that say "none" with exit code 1. @throws other errors */
function noneFor(error: unknown): undefined {
  if (error instanceof GitError && error.exitCode === 1) return undefined;
  throw error;
}

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
      'is the repository whole? "git fsck" tells; a partial clone is completed by "git fetch --refetch --no-filter"',
    );
  }
}
