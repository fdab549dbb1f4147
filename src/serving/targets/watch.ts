import { extname, resolve } from 'node:path';
import { watch } from 'chokidar';
import { describeError, interrupted, UserError } from '../../core/errors';
import { SOURCE_ENDINGS } from '../python-files';
import { discoverFiles, type DiscoverOptions } from './discover';

/** Milliseconds without another change after which work begins: editors write a file in several steps. */
const QUIET_MS = 100;

/** Settings of {@link watchPaths}. */
export interface WatchOptions extends DiscoverOptions {
  signal: AbortSignal;
  /** Called once changes are seen. */
  onReady: () => void;
}

/**
 * Works on files again whenever they change, until the signal is aborted.
 * @param paths files, and folders whose files are found anew each time
 * @param work is given the files that changed, never two times at once
 * @throws InterruptedError at the end, and whatever `work` throws
 */
export async function watchPaths(
  paths: readonly string[],
  options: WatchOptions,
  work: (files: readonly string[]) => Promise<unknown>,
): Promise<never> {
  const { signal, onReady } = options;
  const changed = new Set<string>();
  let wake: () => void = () => undefined;
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: (path, info) =>
      /[\\/](\.git|node_modules|\.venv|__pycache__)$/.test(path) ||
      (info?.isFile() === true && !paths.includes(path) && !SOURCE_ENDINGS.has(extname(path).toLowerCase())),
  });
  const note = (path: string): void => {
    changed.add(resolve(path));
    wake();
  };
  let broken: unknown;
  watcher.on('add', note).on('change', note);
  watcher.on('error', (error) => {
    broken = error;
    wake();
  });
  signal.addEventListener('abort', () => wake());
  try {
    await new Promise<void>((done) => watcher.once('ready', done));
    onReady();
    for (;;) {
      if (signal.aborted) throw interrupted('the watch');
      if (broken !== undefined)
        throw new UserError(
          `cannot watch: ${describeError(broken)}`,
          'name fewer files, or raise fs.inotify.max_user_watches',
        );
      if (changed.size === 0) {
        await new Promise<void>((done) => (wake = done));
        await new Promise((done) => setTimeout(done, QUIET_MS));
        continue;
      }
      const now = new Set(changed);
      changed.clear();
      const { files } = await discoverFiles(paths, options);
      const again = files.filter((file) => now.has(resolve(file)));
      if (again.length > 0) await work(again);
    }
  } finally {
    await watcher.close();
  }
}
