import { readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProcess } from '../../core/processes/subprocess';
import { Critic } from './critic';

/** A Python interpreter of this machine. */
export interface PythonInstallation {
  /** Path of the executable as found on PATH. */
  path: string;
  /** For example `3.11.7`. */
  version: string;
}

const OLDEST = [3, 8];

/**
 * Python interpreters on a search path (default: PATH), oldest version first, one of each version: `python3` and
 * `python3.<minor>` that start and are 3.8 or newer.
 */
export async function findPythons(searchPath = process.env.PATH ?? ''): Promise<PythonInstallation[]> {
  const found = new Map<string, PythonInstallation>();
  const paths = executables(searchPath);
  const versions = await Promise.all(paths.map(versionOf));
  for (const [i, path] of paths.entries()) {
    const version = versions[i];
    const [major, minor] = (version ?? '0.0').split('.').map(Number);
    if (version && major === OLDEST[0] && minor >= OLDEST[1] && !found.has(version))
      found.set(version, { path, version });
  }
  return [...found.values()].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

/** Paths named like an interpreter, each file once. */
function executables(searchPath: string): string[] {
  const seen = new Set<string>();
  const paths: string[] = [];
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      continue; // PATH may name folders that do not exist.
    }
    for (const name of names.filter((one) => /^python3(\.\d+)?$/.test(one)).sort()) {
      const path = join(folder, name);
      let real: string;
      try {
        real = realpathSync(path);
      } catch {
        continue; // A link to nowhere.
      }
      if (seen.has(real)) continue;
      seen.add(real);
      paths.push(path);
    }
  }
  return paths;
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await runProcess(
      path,
      ['-I', '-S', '-c', 'import platform; print(platform.python_version())'],
      { timeoutMs: 10_000 },
    );
    return /^\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch {
    return undefined; // Named like an interpreter, and none.
  }
}

/**
 * One critic for each of several Python versions: tells in which of them a source is valid.
 *
 * @example
 * const critics = await VersionCritics.start(await findPythons());
 * await critics.validIn(['match x:\n    case 1: pass\n']);   // [['3.10.13', '3.11.7']]
 * await critics.close();
 */
export class VersionCritics {
  private constructor(private readonly critics: readonly Critic[]) {}

  /**
   * Starts the pools, `workers` processes each.
   * @throws TrmError when an interpreter cannot be started; the others are closed then
   */
  static async start(pythons: readonly PythonInstallation[], workers = 1): Promise<VersionCritics> {
    const started = await Promise.allSettled(
      pythons.map(({ path }) => Critic.start({ python: path, workers })),
    );
    const critics = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed) {
      await Promise.all(critics.map((critic) => critic.close()));
      throw failed.reason;
    }
    return new VersionCritics(critics);
  }

  /** Versions of the interpreters, in the order of `start`. */
  get versions(): string[] {
    return this.critics.map(({ pythonVersion }) => pythonVersion);
  }

  /** For each source the versions in which it compiles. @throws InterruptedError when the signal is aborted */
  async validIn(sources: readonly string[], signal?: AbortSignal): Promise<string[][]> {
    const { versions } = this;
    const verdicts = await Promise.all(this.critics.map((critic) => critic.check(sources, signal)));
    return sources.map((_, i) => versions.filter((_version, k) => verdicts[k][i].valid));
  }

  /** Ends the processes. Safe to call twice. */
  async close(): Promise<void> {
    await Promise.all(this.critics.map((critic) => critic.close()));
  }
}
