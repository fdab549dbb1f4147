/** How a command is wrapped so that it can do no harm: pure, nothing is run here. */
import type { SandboxLimits } from './limits';

/** The folder inside a sandbox that its program may write to; empty at the start, gone at the end. */
export const WORK_FOLDER = '/box';

/** What {@link wrapCommand} needs to know. */
export interface WrapRequest {
  command: readonly string[];
  limits: SandboxLimits;
  /** Host path -> path inside, read-only. */
  readOnly: ReadonlyMap<string, string>;
  /** Environment inside; nothing of the caller's. */
  env: Readonly<Record<string, string>>;
  /**
   * User id that the program gets; null where the caller is no root and keeps its own. Root is exempt from the limit on
   * processes, and the limit counts per user, so each sandbox of a root has an id of its own.
   */
  uid: number | null;
  /** Path of `bwrap`. */
  bwrap: string;
}

/** Folders of the system that programs need, and where they are links on some systems. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
const SYSTEM_FILES = ['/etc/ld.so.cache', '/etc/alternatives', '/etc/localtime'];

/**
 * The command line that runs a program with namespaces, a file tree and limits of its own. bwrap is started with an empty
 * environment: its own one can be read inside as `/proc/1/environ`, whatever is cleared for the program.
 *
 * A root mounts as root, for its interpreter may lie where nobody else may look, and only then gives up the id.
 */
export function wrapCommand(request: WrapRequest): string[] {
  const { command, limits, readOnly, env, uid, bwrap } = request;
  const binds = [...readOnly].flatMap(([from, to]) => [...openParents(to), '--ro-bind', from, to]);
  const system = [...SYSTEM_FOLDERS, ...SYSTEM_FILES].flatMap((path) => ['--ro-bind-try', path, path]);
  const variables = Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]);
  return [
    ...['env', '-i', 'PATH=/usr/bin:/bin', bwrap],
    ...['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(uid === null ? ['--unshare-user'] : []),
    ...['--die-with-parent', '--new-session', '--clearenv', ...variables],
    ...[...system, '--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--size', String(limits.diskBytes), '--tmpfs', '/tmp'],
    ...['--perms', '0777', '--size', String(limits.diskBytes), '--tmpfs', WORK_FOLDER],
    ...['--perms', '0777', '--size', String(limits.diskBytes), '--tmpfs', '/dev/shm'],
    ...[...binds, '--chdir', WORK_FOLDER, '--cap-drop', 'ALL'],
    ...(uid === null ? [] : ['--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID']),
    ...['--', ...dropRoot(uid), ...limited(limits), ...command],
  ];
}

/** Makes the folders above a path so that anybody may pass: else those below a root's home would keep its permissions. */
function openParents(path: string): string[] {
  const parents = path.split('/').slice(1, -1);
  return parents.flatMap((_, i) => ['--perms', '0755', '--dir', `/${parents.slice(0, i + 1).join('/')}`]);
}

function dropRoot(uid: number | null): string[] {
  if (uid === null) return [];
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
  ];
}

/** Set inside: a plain user's processes outside then do not count. */
function limited(limits: SandboxLimits): string[] {
  return [
    'prlimit',
    `--cpu=${limits.cpuSeconds}`,
    `--as=${limits.memoryBytes}`,
    `--nproc=${limits.processes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
  ];
}
