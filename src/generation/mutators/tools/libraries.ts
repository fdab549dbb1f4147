import { qualifiedName, usesModule } from '../../mutation/structure';
import { type MutationTarget, textAt } from '../../mutation/target';

/** What files of a Django project import. */
export const DJANGO = ['django', 'rest_framework', 'wagtail'];
/** What files of a Flask application import. */
export const FLASK = ['flask', 'werkzeug', 'quart', 'flask_restful', 'flask_restx'];
/** What files of a FastAPI or Starlette application import. */
export const STARLETTE = ['fastapi', 'starlette'];
/** What code that answers HTTP requests imports. */
export const SERVERS = [...DJANGO, ...FLASK, ...STARLETTE, 'tornado', 'aiohttp', 'bottle', 'falcon'];

/** True when the file imports from any of the modules. */
export function usesAny(target: MutationTarget, modules: readonly string[]): boolean {
  return modules.some((module) => usesModule(target, module));
}

const SQLALCHEMY = ['sqlalchemy', 'flask_sqlalchemy', 'sqlmodel'];
const WRAPS_SQLALCHEMY = new WeakMap<object, boolean>();

/** True when the file imports SQLAlchemy, perhaps through a module of its own: `from compat.sqlalchemy import select`. */
export function usesSqlalchemy(target: MutationTarget): boolean {
  const { imports } = target.context;
  let wraps = WRAPS_SQLALCHEMY.get(imports);
  if (wraps === undefined) {
    wraps = Object.values(imports).some((path) => path.split('.').includes('sqlalchemy'));
    WRAPS_SQLALCHEMY.set(imports, wraps);
  }
  return wraps || usesAny(target, SQLALCHEMY);
}

const ARRAY_MODULES = ['numpy', 'cupy', 'dask.array', 'jax.numpy', 'autograd.numpy'];
const FRAME_MODULES = ['pandas', 'dask.dataframe', 'geopandas', 'modin', 'cudf'];
const FUNCTION = /^(numpy|cupy|dask\.array|jax\.numpy|autograd\.numpy)\.(.+\.)?(\w+)$/;

/** True for files that work with arrays: NumPy, or a library with its functions. */
export function usesArrays(target: MutationTarget): boolean {
  return ARRAY_MODULES.some((module) => usesModule(target, module));
}

/** True for files that work with data frames: pandas, or a library with its methods. */
export function usesFrames(target: MutationTarget): boolean {
  return FRAME_MODULES.some((module) => usesModule(target, module));
}

/**
 * The array function that the name at token `index` stands for, without its module: `zeros` of `np.zeros`. Besides
 * imports, `xp` counts, the name that the array API standard gives to the module in use.
 */
export function arrayFunction(target: MutationTarget, index: number): string | undefined {
  if (textAt(target, index - 1) === '.' && textAt(target, index - 2) === 'xp')
    return textAt(target, index - 3) === '.' ? undefined : textAt(target, index);
  const path = qualifiedName(target, index);
  return path === undefined ? undefined : FUNCTION.exec(path)?.[3];
}
