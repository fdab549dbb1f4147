/**
 * How weights stand in a file. `float16`: half the bytes. `int8`: matrices as whole numbers of -127 to 127 with one scale a
 * column (a row of tables that are looked up by row), the rest as halves; about a quarter. They are read back as float32.
 */
export const STORAGE_FORMS = ['float32', 'float16', 'int8'] as const;
/** One of {@link STORAGE_FORMS}. */
export type StorageForm = (typeof STORAGE_FORMS)[number];
