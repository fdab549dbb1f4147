import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, fromSystemError, nearestName } from './errors';
import { hashJson } from './hash';

/** A loaded configuration. */
export interface LoadedConfig<T> {
  /** File name without `.yaml`. */
  name: string;
  /** Validated, all defaults filled in. */
  config: T;
  /** Files read, the base first. */
  files: string[];
  /** SHA-256 of the resolved config. */
  hash: string;
}

/** Settings of {@link loadConfig}. */
export interface LoadOptions {
  /** `a.b=c` assignments; the value is read as YAML, so `0.1`, `[1, 2]`, `true` have their types. */
  set?: readonly string[];
  /** Values by dotted key, already typed (papermill parameters); applied after `set`. */
  overrides?: Readonly<Record<string, unknown>>;
}

/**
 * Reads one YAML experiment: a single `extends: other.yaml` chain (later files win, maps merge, lists replace),
 * then `set` and `overrides`, then validation. Unknown keys and choices fail with the nearest known name.
 * @throws ConfigError naming file, key, what was expected and what came
 */
export function loadConfig<S extends z.ZodType>(
  path: string,
  schema: S,
  { set = [], overrides = {} }: LoadOptions = {},
): LoadedConfig<z.output<S>> {
  const { value, files } = readChain(path, []);
  for (const assignment of set) {
    const { keys, parsed } = parseAssignment(assignment);
    assignPath(value, keys, parsed);
  }
  for (const [key, member] of Object.entries(overrides)) assignPath(value, splitKey(key), member);
  const config = validateConfig(value, schema, path);
  return { name: basename(path).replace(/\.ya?ml$/, ''), config, files, hash: hashJson(config) };
}

/** Nested maps and lists of a value, and parts of a dotted key, at most; no config of ours is deeper than 6. */
const MAX_DEPTH = 32;

/** Names that every JavaScript object has: as keys they would reach the program's own objects. */
const FOREIGN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Validates a plain value against a schema, with messages for people.
 * @param label file or flag to name in messages
 * @param hint where all keys are listed. Default: the experiments' base
 * @throws ConfigError
 */
export function validateConfig<S extends z.ZodType>(
  value: unknown,
  schema: S,
  label: string,
  hint = 'correct the key or value; experiments/base.yaml lists every key with its default',
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map((issue) => describeIssue(issue, value, schema));
  throw new ConfigError(`${label}: ${messages.join('; ')}`, hint);
}

type Tree = Record<string, unknown>;

function readChain(path: string, seen: readonly string[]): { value: Tree; files: string[] } {
  if (seen.includes(path))
    throw new ConfigError(`${path}: "extends" goes in a circle: ${[...seen, path].join(' -> ')}`);
  const own = readYaml(path);
  const parent = own.extends;
  delete own.extends;
  if (parent === undefined) return { value: own, files: [path] };
  if (typeof parent !== 'string')
    throw new ConfigError(`${path}: "extends" must be one file name, got ${JSON.stringify(parent)}`);
  const base = readChain(isAbsolute(parent) ? parent : join(dirname(path), parent), [...seen, path]);
  return { value: mergeTrees(base.value, own), files: [...base.files, path] };
}

function readYaml(path: string): Tree {
  if (!existsSync(path)) throw new ConfigError(`expected a configuration file at ${path}, found none`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fromSystemError(error, 'read', path);
  }
  const value = parseYaml(text, path) ?? {};
  if (!isTree(value))
    throw new ConfigError(`${path}: expected a map of keys at the top, got ${typeof value}`);
  return value;
}

/**
 * The plain value of a YAML 1.2 text, with nothing in it that a config cannot hold.
 * @throws ConfigError for text that is not YAML, unknown tags, aliases that unfold to masses, keys of {@link FOREIGN_KEYS},
 *   nesting beyond {@link MAX_DEPTH}
 */
function parseYaml(text: string, label: string): unknown {
  let value: unknown;
  try {
    const document = parseDocument(text, { version: '1.2', uniqueKeys: true, logLevel: 'error' });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw new ConfigError(`${label}: ${problem.message}`);
    value = document.toJS();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The parser recurses: absurd nesting is a RangeError, masses of aliases are a ReferenceError.
    throw new ConfigError(
      `${label}: expected a YAML value, got one that cannot be unfolded: ${(error as Error).message}`,
      'write it with less nesting and fewer aliases',
      { cause: error },
    );
  }
  checkKeys(value, label, 0);
  return value;
}

function checkKeys(value: unknown, label: string, depth: number): void {
  if (value === null || typeof value !== 'object') return;
  if (depth >= MAX_DEPTH)
    throw new ConfigError(`${label}: expected at most ${MAX_DEPTH} levels of nesting, got more`);
  for (const [key, member] of Object.entries(value)) {
    refuseForeignKey(key, label);
    checkKeys(member, label, depth + 1);
  }
}

function refuseForeignKey(key: string, label: string): void {
  if (FOREIGN_KEYS.has(key))
    throw new ConfigError(`${label}: "${key}" cannot be a key`, 'experiments/base.yaml lists every key');
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function mergeTrees(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(out, key) ? out[key] : undefined;
    out[key] = isTree(below) && isTree(value) ? mergeTrees(below, value) : value;
  }
  return out;
}

function parseAssignment(assignment: string): { keys: string[]; parsed: unknown } {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new ConfigError(
      `--set: expected key=value, got "${shorten(assignment)}"`,
      'for example --set train.maxSteps=100',
    );
  return {
    keys: splitKey(assignment.slice(0, at)),
    parsed: parseYaml(assignment.slice(at + 1), `--set ${shorten(assignment, 80)}`),
  };
}

/** The start of a text that a message quotes. */
function shorten(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}

function splitKey(key: string): string[] {
  const keys = key.split('.');
  if (keys.some((part) => part === ''))
    throw new ConfigError(`expected a dotted key such as train.maxSteps, got "${shorten(key)}"`);
  if (keys.length > MAX_DEPTH)
    throw new ConfigError(`expected a key of at most ${MAX_DEPTH} parts, got one of ${keys.length}`);
  for (const part of keys) refuseForeignKey(part, `key "${shorten(key)}"`);
  return keys;
}

function assignPath(tree: Tree, keys: readonly string[], value: unknown): void {
  let at = tree;
  for (const [i, key] of keys.slice(0, -1).entries()) {
    const below = Object.hasOwn(at, key) ? at[key] : undefined;
    if (Array.isArray(below))
      throw new ConfigError(
        `${keys.join('.')}: ${keys.slice(0, i + 1).join('.')} is a list, whose parts cannot be set one by one`,
        `give the whole list: ${keys.slice(0, i + 1).join('.')}=[...]`,
      );
    if (!isTree(below)) at[key] = {};
    at = at[key] as Tree;
  }
  at[keys[keys.length - 1]] = value;
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown, schema: z.ZodType): string {
  const at = issue.path.map(String);
  const where = at.join('.') || '(top level)';
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, at);
    return issue.keys
      .map((key) => {
        const near = nearestName(key, known);
        const full = shorten([...at, key].join('.'));
        return `unknown key "${full}"${near ? `, did you mean "${[...at, near].join('.')}"?` : `; known keys here: ${known.join(', ')}`}`;
      })
      .join('; ');
  }
  const got = at.reduce<unknown>(
    (value, key) => (isTree(value) || Array.isArray(value) ? (value as Tree)[key] : undefined),
    root,
  );
  // YAML 1.2 reads `no` and '5' as text; say so, it is the commonest surprise.
  const quoted = typeof got === 'string' && issue.code === 'invalid_type' ? ' (YAML read it as text)' : '';
  return `${where}: ${issue.message}, got ${shorten(JSON.stringify(got) ?? 'nothing')}${quoted}${nearestChoice(issue, got)}`;
}

/** `, did you mean "x"?` for a word that is none of a key's choices, '' where no choice is near. */
function nearestChoice(issue: z.core.$ZodIssue, got: unknown): string {
  if (issue.code !== 'invalid_value' || typeof got !== 'string') return '';
  const near = nearestName(got, issue.values.map(String));
  return near === undefined ? '' : `, did you mean "${near}"?`;
}

/** Keys a schema knows at a path, through defaults, optionals and effects. */
function knownKeys(schema: z.ZodType, path: readonly string[]): string[] {
  let node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Tree;
  for (const key of path) {
    const properties = (node.properties ?? {}) as Record<string, Tree>;
    node =
      (Object.hasOwn(properties, key) ? properties[key] : undefined) ??
      (node.additionalProperties as Tree) ??
      (node.items as Tree) ??
      {};
  }
  return Object.keys(node.properties ?? {});
}
