import { z } from 'zod';
import { sha256 } from '../core/hash';

/**
 * Names that some code speaks of, by how: each once a list, in order of first coming. What other lists of its record say
 * already is left out.
 */
const mentionsSchema = z.strictObject({
  /** Variables, parameters, functions, classes and modules whose value is taken or given. */
  variables: z.array(z.string()),
  /** The same where they are called: `x(`. */
  calls: z.array(z.string()),
  /** `.x` */
  attributes: z.array(z.string()),
  /** `.x(` */
  methods: z.array(z.string()),
  /** `x=` in a call. */
  keywords: z.array(z.string()),
});
/** A value of {@link mentionsSchema}. */
export type Mentions = z.infer<typeof mentionsSchema>;

/** Code that mentions nothing. */
export const NO_MENTIONS: Mentions = Object.freeze({
  variables: [],
  calls: [],
  attributes: [],
  methods: [],
  keywords: [],
});

/** A class of a file that stands in no function. */
const classFactsSchema = z.strictObject({
  /** Qualified by the classes around it: `Outer.Inner`. */
  name: z.string(),
  /** Texts between the header's brackets, keywords included: `Base`, `Generic[T]`, `metaclass=ABCMeta`. */
  bases: z.array(z.string()),
  /** Names bound by the class body itself; methods and inner classes have entries of their own. */
  attributes: z.array(z.string()),
});
/** A value of {@link classFactsSchema}. */
export type ClassFacts = z.infer<typeof classFactsSchema>;

/** A function or method of a file that stands in no other function; what is nested in it counts as its own. */
const functionFactsSchema = z.strictObject({
  /** Qualified by the classes around it: `Decoder.decode`. */
  name: z.string(),
  /**
   * Parameters and result as in a stub: `(self,key:str,default=None,*rest,limit=...)->int`. Defaults of more than one
   * short token are `...`.
   */
  signature: z.string(),
  /** Dotted names of the decorators, without their arguments: `property`, `functools.wraps`. */
  decorators: z.array(z.string()),
  /** Attributes of the first parameter that a method assigns to, each once; empty for functions of the module. */
  assigned: z.array(z.string()),
  /** Those that it reads, calls or deletes. */
  read: z.array(z.string()),
  /** What else it speaks of: not those attributes, and not the names that `def` and `class` give. */
  mentions: mentionsSchema,
});
/** A value of {@link functionFactsSchema}. */
export type FunctionFacts = z.infer<typeof functionFactsSchema>;

/**
 * What a reader of a file knows of it, stored once a file. Every fact that a function's own text states (name, signature,
 * attributes) stands in that function's entry, so that {@link contextAround} can leave it out.
 */
export const fileContextSchema = z.strictObject({
  /** Names bound by imports at module level, in order -> the dotted path they stand for: `np` -> `numpy`. */
  imports: z.record(z.string(), z.string()),
  /** Names that the module binds otherwise than by an import, `def` or `class`. */
  names: z.array(z.string()),
  /** In order of appearance. */
  classes: z.array(classFactsSchema),
  /** In order of appearance. */
  functions: z.array(functionFactsSchema),
  /** What the code of the module and of its classes speaks of, outside functions. */
  mentions: mentionsSchema,
});
/** A value of {@link fileContextSchema}. */
export type FileContext = z.infer<typeof fileContextSchema>;

/** What the module around a function binds. */
export interface ModuleContext {
  /** As in {@link FileContext}. */
  imports: Record<string, string>;
  /** All other names of the module: functions, classes, assigned names, loop and `with` targets. */
  names: string[];
  /**
   * Names that the class around a method binds, as far as the method's header may name them; absent for functions of the
   * module. Neither they nor the method's own name are seen inside it.
   */
  classNames?: readonly string[];
}

/** What a reader of a file knows when one of its functions is hidden. */
export interface Surroundings extends ModuleContext {
  /** Qualified name of the class that the hidden function is a method of; null for functions of the module. */
  enclosingClass: string | null;
  classes: readonly ClassFacts[];
  /** All but the hidden one. */
  functions: readonly FunctionFacts[];
  /** How many of `functions` come before the hidden one; all of them where none is hidden. */
  before: number;
  /** Of the code outside functions. */
  mentions: Mentions;
}

/** What is known of a function that comes without a file. */
export const NO_SURROUNDINGS: Surroundings = Object.freeze({
  imports: {},
  names: [],
  enclosingClass: null,
  classes: [],
  functions: [],
  before: 0,
  mentions: NO_MENTIONS,
});

/**
 * What the file says around one of its functions. **Nothing of it was read from the function's own text**: neither its
 * name, its signature, nor the attributes that it alone assigns or reads; those must come from the function itself. So
 * the surroundings of a buggy function and of its fix are the same as long as the rest of the file is, they cannot tell
 * the two apart, and a repair that is given a buggy file knows exactly what training was shown.
 *
 * Only a bug that tears the function itself apart (a `def` that is none, a line that falls out of the block) shows in
 * what stands around it, since the file then has another function there.
 *
 * - A mutant has the context of the clean file it was planted in.
 * - A mined fix has that of the file *before* the commit: imports, attributes and functions that came with the fix are
 *   in no buggy file. A clean sample made of its `after` needs the context of the file after the commit.
 * @param index the function in `context.functions`; null hides none
 */
export function contextAround(context: FileContext, index: number | null): Surroundings {
  const functions = context.functions.filter((_, i) => i !== index);
  const own = index === null ? undefined : context.functions[index];
  const defined = [...functions, ...context.classes].map(({ name }) => name);
  const names = new Set([...context.names, ...defined.filter((name) => name !== '' && !name.includes('.'))]);
  for (const name of Object.keys(context.imports)) names.delete(name);
  const surroundings: Surroundings = {
    imports: context.imports,
    names: [...names],
    enclosingClass: own?.name.includes('.') ? own.name.slice(0, own.name.lastIndexOf('.')) : null,
    classes: context.classes,
    functions,
    before: index ?? functions.length,
    mentions: context.mentions,
  };
  FILES.set(surroundings, { context, hidden: index });
  return surroundings;
}

/** A file and which of its functions is hidden, as {@link contextAround} takes them. */
export interface HiddenFunction {
  context: FileContext;
  /** Index in `context.functions`; null for the code outside functions. */
  hidden: number | null;
}

const FILES = new WeakMap<Surroundings, HiddenFunction>();

/**
 * The file that surroundings were taken from, so that what is counted once a file serves all its functions. What the
 * hidden function says in it is to be taken off again.
 * @returns undefined for {@link NO_SURROUNDINGS}
 * @throws Error for other surroundings that do not come from {@link contextAround}: copies know of no file
 */
export function fileAround(surroundings: Surroundings): HiddenFunction | undefined {
  const file = FILES.get(surroundings);
  if (file === undefined && surroundings !== NO_SURROUNDINGS)
    throw new Error(
      'expected surroundings as contextAround gives them, got a copy: give the ones it returned',
    );
  return file;
}

/** A context with its identity. */
export interface StoredContext {
  id: string;
  context: FileContext;
}

/** Gives a context its identity: the SHA-256 of its JSON text, so that equal ones are stored once. */
export function storedContext(context: FileContext): StoredContext {
  return { id: sha256(JSON.stringify(context)), context };
}
