/**
 * Words for what the operating system refuses. A raw `fs` error names a code and a system call; a person needs to know
 * what was tried, with which file, and what to do.
 */

/** What a failed system call says to a person. */
export interface SystemFailure {
  /** The system's code, for example `EACCES`. */
  code: string;
  /** What was tried, with which path, and why it failed; one sentence. */
  message: string;
  /** How to mend it; one sentence. */
  hint: string;
  /** `input`: another path or other permissions mend it; `room`: the disk is full; `machine`: neither the input nor the disk. */
  kind: 'input' | 'room' | 'machine';
}

type Words = readonly [what: string, hint: string, kind: SystemFailure['kind']];

const WORDS: Readonly<Partial<Record<string, Words>>> = {
  ENOENT: ['there is no such file or folder', 'check the path', 'input'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'check the path', 'input'],
  EISDIR: ['it is a folder, not a file', 'name a file', 'input'],
  EEXIST: ['it is there already', 'choose another name, or move it away', 'input'],
  ENOTEMPTY: ['the folder is not empty', 'choose another one, or empty it', 'input'],
  EACCES: ['permission denied', 'change its permissions, or run this as its owner', 'input'],
  EPERM: ['operation not permitted', 'look at its owner and attributes (ls -l, lsattr)', 'input'],
  EROFS: ['the file system is read-only', 'choose a place that can be written to', 'input'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter name', 'input'],
  ELOOP: ['its symbolic links go in a circle', 'mend the links', 'input'],
  EINVAL: ['the system takes no such path or operation', 'check the path', 'input'],
  EXDEV: ['it would move to another file system', 'choose a place on the same one', 'input'],
  ETXTBSY: ['a program runs from it', 'stop that program first', 'input'],
  EBUSY: ['something else uses it', 'try again later', 'input'],
  ENXIO: ['nothing is at the other end of it', 'name an ordinary file', 'input'],
  ENODEV: ['there is no such device', 'name an ordinary file', 'input'],
  ENOTSUP: ['the file system cannot do that', 'choose another place', 'input'],
  EPIPE: ['the reader has gone', 'keep the reading program alive', 'input'],
  ENOSPC: ['the disk is full', 'free some disk space and run the same command again', 'room'],
  EDQUOT: ['the disk quota is used up', 'free some disk space and run the same command again', 'room'],
  EFBIG: ['the file would be too large', 'raise the limit (ulimit -f) or write elsewhere', 'room'],
  EMFILE: ['this process has too many files open', 'raise the limit (ulimit -n)', 'machine'],
  ENFILE: ['the machine has too many files open', 'stop other programs', 'machine'],
  ENOMEM: ['there is not enough memory', 'stop other programs, or use a larger machine', 'machine'],
  EAGAIN: ['the system has too little of something just now', 'try again later', 'machine'],
  EIO: ['the device failed', 'look at the disk (dmesg)', 'machine'],
  ESTALE: ['the network file system lost it', 'mount it again', 'machine'],
  ECONNREFUSED: ['nobody answers there', 'start the server, or check its address', 'input'],
  ECONNRESET: ['the other side hung up', 'try again', 'machine'],
  ETIMEDOUT: ['there was no answer in time', 'try again, or check the address', 'machine'],
  ENOTFOUND: ['there is no such host', 'check the address', 'input'],
};

/** What the system calls of Node's errors do, in words. */
const VERBS: Readonly<Partial<Record<string, string>>> = {
  open: 'open',
  read: 'read',
  write: 'write',
  close: 'write',
  ftruncate: 'write',
  fsync: 'write',
  copyfile: 'copy',
  mkdir: 'make the folder',
  mkdtemp: 'make the folder',
  rmdir: 'remove the folder',
  rm: 'remove',
  unlink: 'remove',
  rename: 'rename',
  symlink: 'link',
  link: 'link',
  scandir: 'list the folder',
  opendir: 'list the folder',
  lstat: 'look at',
  stat: 'look at',
  realpath: 'follow',
  readlink: 'follow',
  access: 'use',
  chmod: 'change the permissions of',
  fchmod: 'change the permissions of',
  chown: 'change the owner of',
  fchown: 'change the owner of',
  spawn: 'start',
  connect: 'connect to',
  getaddrinfo: 'find the host',
};

/** True for an error that Node made of a failed system call. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && typeof syscall === 'string';
}

/**
 * A failed system call in words; undefined for every other error.
 * @param tried what was tried, as in `cannot <tried> <path>`; default: what the system call does
 * @param path default: the path that the error names
 */
export function systemFailure(error: unknown, tried?: string, path?: string): SystemFailure | undefined {
  if (!isSystemError(error)) return undefined;
  const code = error.code ?? '';
  const call = (error.syscall ?? '').split(' ')[0];
  const verb = tried ?? VERBS[call] ?? `do "${call}" on`;
  const named = path ?? error.path;
  const [what, hint, kind] = WORDS[code] ?? ['the system refused', 'look the code up (man errno)', 'machine'];
  const where = named === undefined ? '' : ` ${named === '' ? '"" (an empty name)' : named}`;
  return { code, message: `cannot ${verb}${where}: ${what} (${code})`, hint, kind };
}
