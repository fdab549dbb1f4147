import { z } from 'zod';
import { BUG_TYPES } from '../../taxonomy/table';
import { BUG_KINDS } from './kinds';

const bugTypeIds = new Set(BUG_TYPES.map(({ id }) => id));

/** How a frozen benchmark was made: `recipe.yaml` beside it. Together with the package index it gives the same rows again. */
export const recipeSchema = z.strictObject({
  /** Name of the benchmark, as in `--on <name>`. */
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** Raised when the rows change. */
  version: z.int().positive(),
  description: z.string().min(1),
  /** Seed of the mutants and of the choice among them. */
  seed: z.int(),
  /** Where the functions come from: packages in exact versions, `name==version`, whose code is never run, or folders. */
  packages: z.array(z.string().min(1)).min(1),
  /** Code that training may read, `python:stdlib` or as above: functions that stand there too are left out. */
  training: z.array(z.string().min(1)),
  /** Program tokens of a function, END included: least and most, in the buggy and in the clean form. */
  tokens: z.tuple([z.int().positive(), z.int().positive()]),
  /** Mutants of each kind; as many clean functions as mutants in all. */
  perKind: z.int().positive(),
  /** Most rows of one package, as a share. */
  mostOfPackage: z.number().gt(0).max(1),
  /** Most mutants of a kind whose fix writes (or else removes) one and the same token; kinds of one token have no such limit. */
  mostOfToken: z.number().gt(0).max(1),
  /** Mutants drawn from each function before the choice. */
  drawn: z.int().positive(),
  /** Bug types that each kind is drawn from. */
  kinds: z.record(
    z.enum(BUG_KINDS),
    z.array(z.string().refine((id) => bugTypeIds.has(id), 'expected a bug type of the taxonomy')).min(1),
  ),
});
/** A value of {@link recipeSchema}. */
export type Recipe = z.output<typeof recipeSchema>;
