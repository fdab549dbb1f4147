import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, nearestName } from './errors';
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

/**
 * Validates a plain value against a schema, with messages for people.
 * @param label file or flag to name in messages
 * @throws ConfigError
 */
export function validateConfig<S extends z.ZodType>(value: unknown, schema: S, label: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map((issue) => describeIssue(issue, value, schema));
  throw new ConfigError(
    `${label}: ${messages.join('; ')}`,
    'correct the key or value; experiments/base.yaml lists every key with its default',
  );
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
  const document = parseDocument(readFileSync(path, 'utf8'), { version: '1.2', uniqueKeys: true });
  if (document.errors.length > 0) throw new ConfigError(`${path}: ${document.errors[0].message}`);
  const value: unknown = document.toJS() ?? {};
  if (!isTree(value))
    throw new ConfigError(`${path}: expected a map of keys at the top, got ${typeof value}`);
  return value;
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function mergeTrees(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    out[key] = isTree(below) && isTree(value) ? mergeTrees(below, value) : value;
  }
  return out;
}

function parseAssignment(assignment: string): { keys: string[]; parsed: unknown } {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new ConfigError(
      `--set: expected key=value, got "${assignment}"`,
      'for example --set train.maxSteps=100',
    );
  const document = parseDocument(assignment.slice(at + 1), { version: '1.2' });
  if (document.errors.length > 0) throw new ConfigError(`--set ${assignment}: ${document.errors[0].message}`);
  return { keys: splitKey(assignment.slice(0, at)), parsed: document.toJS() };
}

function splitKey(key: string): string[] {
  const keys = key.split('.');
  if (keys.some((part) => part === ''))
    throw new ConfigError(`expected a dotted key such as train.maxSteps, got "${key}"`);
  return keys;
}

function assignPath(tree: Tree, keys: readonly string[], value: unknown): void {
  let at = tree;
  for (const key of keys.slice(0, -1)) {
    if (!isTree(at[key])) at[key] = {};
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
        const full = [...at, key].join('.');
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
  return `${where}: ${issue.message}, got ${JSON.stringify(got) ?? 'nothing'}${quoted}${nearestChoice(issue, got)}`;
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
    node = properties[key] ?? (node.additionalProperties as Tree) ?? (node.items as Tree) ?? {};
  }
  return Object.keys(node.properties ?? {});
}
