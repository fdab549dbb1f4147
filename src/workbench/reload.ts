import { dirname, join, sep } from 'node:path';
import { projectRoot } from '../core/paths';

/**
 * Forgets the library's compiled modules, so that the next import reads them from disk: after editing `src` (with
 * `tsc --watch` running) call `reload()` and run the import cell again. Values made before keep their old code.
 * @returns how many modules were forgotten
 */
export function reload(): number {
  const library = join(projectRoot(), 'dist', 'src') + sep;
  const kernel = join(dirname(__filename), 'kernel') + sep;
  const modules = Object.keys(require.cache).filter(
    (path) => path.startsWith(library) && !path.startsWith(kernel),
  );
  for (const path of modules) delete require.cache[path];
  return modules.length;
}

/**
 * Imports a package that only offers an ES module with top-level await, or only an `import` entry: in a cell `import()`
 * is compiled to `require`, here it is the real one.
 */
export async function importEsm<Module = unknown>(specifier: string): Promise<Module> {
  return (await import(specifier)) as Module;
}
