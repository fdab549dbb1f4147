import { qualifiedName, usesModule } from '../structure';
import { textAt, type MutationTarget } from '../target';

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

/** The first token of `np.zeros` when its last stands at `index`: where a call of it starts. */
export function pathStart(target: MutationTarget, index: number): number {
  let first = index;
  while (textAt(target, first - 1) === '.' && target.tokens[first - 2]?.kind === 'name') first -= 2;
  return first;
}
