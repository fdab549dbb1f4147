/** Names of a file that an edit may write though they stand nowhere in the window: what is known of each. */

/** Most names a window is given. */
export const MAX_FILE_NAMES = 256;

/**
 * What is known of a name of the file; a name has all that are true. Order is the model's code, bit i of a mask: append
 * only.
 */
export const NAME_TRAITS = [
  /** Stands in the same function, outside the window. */
  'function',
  /** Attribute that the class around the function binds or assigns in another method. */
  'own-attribute',
  /** Method of that class. */
  'own-method',
  /** Attribute or method of a class of the file that this class is made from. */
  'inherited',
  /** Attribute or method of another class of the file. */
  'member',
  /** Function of the module. */
  'module-function',
  'class',
  /** Name that the module binds otherwise. */
  'module-name',
  'import',
  /** Other code of the file uses it as a variable. */
  'variable',
  /** ... calls it: `x(`. */
  'called',
  /** ... reads it as an attribute. */
  'attribute',
  /** ... calls it as a method. */
  'method',
  /** ... gives it as a keyword: `x=`. */
  'keyword',
  /** Several functions of the file speak of it. */
  'common',
  /** Member of a library's module or of a builtin type. */
  'library',
] as const;
/** One of {@link NAME_TRAITS}. */
export type NameTrait = (typeof NAME_TRAITS)[number];
