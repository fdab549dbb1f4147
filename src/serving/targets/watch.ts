import { extname } from 'node:path';
import { watch } from 'chokidar';
import { interrupted, UserError } from '../../core/errors';
import { SOURCE_ENDINGS } from '../python-files';
import { discoverFiles, type DiscoverOptions } from './discover';

/** Milliseconds without another change after which work begins: editors write a file in several steps. */
const QUIET_MS = 100;

/**
 * Works on files again whenever they change, until the signal is aborted.
 * @param paths files, and folders whose files are found anew each time
 * @param work is given the files that changed, never two times at once
 * @throws InterruptedError at the end, and whatever `work` throws
 */
export async function watchPaths(
  paths: readonly string[],
  options: DiscoverOptions & { signal: AbortSignal },
  work: (files: readonly string[]) => Promise<unknown>,
): Promise<never> {
  const { signal } = options;
  const changed = new Set<string>();
  let wake: () => void = () => undefined;
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: (path, info) =>
      /[\\/](\.git|node_modules|\.venv|__pycache__)$/.test(path) ||
      (info?.isFile() === true && !paths.includes(path) && !SOURCE_ENDINGS.has(extname(path).toLowerCase())),
  });
  const note = (path: string): void => {
    changed.add(path);
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
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    console.error('watching; Ctrl-C ends it');
    for (;;) {
      if (signal.aborted) throw interrupted('the watch');
      if (broken !== undefined)
        throw new UserError(
          `cannot watch: ${String(broken)}`,
          'name fewer files, or raise fs.inotify.max_user_watches',
        );
      if (changed.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
        continue;
      }
      const now = new Set(changed);
      changed.clear();
      const { files } = await discoverFiles(paths, options);
      const again = files.filter((file) => now.has(file));
      if (again.length > 0) await work(again);
    }
  } finally {
    await watcher.close();
  }
}
