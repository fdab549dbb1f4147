import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../core/paths';

/**
 * What the modules of Python's standard library hold, from typeshed's stubs (Apache-2.0 and MIT). The table is made by
 * `scripts/library-table.py`, which tells its words; it is read when it is first asked for, in about 20 ms.
 */
interface LibraryTable {
  /** Package and version that the stubs come from. */
  source: string;
  licence: string;
  modules: Record<string, Record<string, string>>;
  classes: Record<string, LibraryClass>;
}

interface LibraryClass {
  bases: string[];
  meta?: string;
  members: Record<string, string>;
}

/** What a dotted path of the library stands for. */
export type LibraryEntity =
  | { kind: 'module'; path: string }
  | { kind: 'class'; path: string }
  /** `signatures`: the forms in which it may be called, as they are given where it was found, see {@link memberOf}. */
  | { kind: 'function'; signatures: readonly string[] }
  | { kind: 'other' };

let loaded: LibraryTable | undefined;

function table(): LibraryTable {
  return (loaded ??= readTable());
}

/** The file is our own and has no border to check at. */
function readTable(): LibraryTable {
  const path = join(projectRoot(), 'src', 'python', 'library', 'typeshed.json.gz');
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as LibraryTable;
}

/** Own entry of a record: `toString` is no module. */
function entry<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** True for a public module of the standard library, by its full path: `os.path`. */
export function isModule(path: string): boolean {
  return entry(table().modules, path) !== undefined;
}

const memberNames = new Map<string, readonly string[]>();

/** Public names of a module, in the order of its stub, submodules last; none when it is no module of the library. */
export function membersOf(module: string): readonly string[] {
  const known = memberNames.get(module);
  if (known) return known;
  const members = entry(table().modules, module);
  if (!members) return [];
  const names = Object.keys(members).filter((name) => name !== '*');
  memberNames.set(module, names);
  return names;
}

/**
 * Public attributes and methods of a class, its own first, then those of its bases; none when it is no class of the
 * library.
 * @param type name of a builtin, or a path: `str`, `datetime.date`
 */
export function membersOfType(type: string): readonly string[] {
  const found = resolvePath(type.includes('.') ? type : `builtins.${type}`);
  if (found?.kind !== 'class') return [];
  const names = lineage(found.path).flatMap(({ members }) => Object.keys(members));
  return [...new Set(names)].filter((name) => !name.startsWith('_') && name !== '*');
}

/**
 * The forms in which a function or class of the library may be called: `(a,b=...,*,c=...)`, without `self` and `cls`
 * for classes and class methods. Undefined for what cannot be called, or is not told.
 * @param path `os.path.join`, `datetime.date`, `builtins.len`, `builtins.str.join`
 */
export function signatureOf(path: string): readonly string[] | undefined {
  const found = resolvePath(path);
  return found && callOf(found);
}

/** {@link signatureOf} of what was found already. */
export function callOf(entity: LibraryEntity): readonly string[] | undefined {
  if (entity.kind === 'function') return entity.signatures;
  return entity.kind === 'class' ? constructorOf(entity.path) : undefined;
}

const paths = new Map<string, LibraryEntity | null>();
/** Paths kept: those of imports come again and again. */
const MOST_PATHS = 20_000;

/** What a dotted path stands for; undefined when the library has no such thing, or does not tell. */
export function resolvePath(path: string): LibraryEntity | undefined {
  let found = paths.get(path);
  if (found === undefined) {
    if (paths.size >= MOST_PATHS) paths.clear();
    paths.set(path, (found = findPath(path) ?? null));
  }
  return found ?? undefined;
}

function findPath(path: string): LibraryEntity | undefined {
  const [root, ...rest] = path.split('.');
  let found: LibraryEntity | undefined = isModule(root) ? { kind: 'module', path: root } : undefined;
  for (const name of rest) {
    const next: LibraryEntity | Absence | undefined = found && memberOf(found, name);
    if (typeof next !== 'object') return undefined;
    found = next;
  }
  return found;
}

/** Why there is no member: there is none, or the table does not tell. */
export type Absence = 'missing' | 'untold';

/**
 * A member of a module or a class. Names with an underscore, members of functions and of other things are untold.
 * @param access how a class's member is reached: by the class (`self` is given in a call), or by one of its objects
 */
export function memberOf(
  entity: LibraryEntity,
  name: string,
  access: 'class' | 'object' = 'class',
): LibraryEntity | Absence {
  if (entity.kind === 'module') {
    const members = entry(table().modules, entity.path);
    // A module that is no part of the table: `sys.monitoring` is `sys._monitoring`.
    if (!members) return 'untold';
    const word = entry(members, name);
    if (word !== undefined) return entityOf(word, access);
    return name.startsWith('_') || '*' in members ? 'untold' : 'missing';
  }
  if (entity.kind !== 'class') return 'untold';
  for (const { members } of lineage(entity.path)) {
    const word = entry(members, name);
    if (word !== undefined && name !== '*') return entityOf(word, access);
    if ('*' in members) return 'untold';
  }
  const ofType = access === 'class' && name in table().classes['builtins.type'].members;
  return ofType || name.startsWith('_') || hasUnknownBases(entity.path) ? 'untold' : 'missing';
}

/** What words of the table mean, for classes and for their objects; each is read once. */
const entities = { class: new Map<string, LibraryEntity>(), object: new Map<string, LibraryEntity>() };

function entityOf(word: string, access: 'class' | 'object'): LibraryEntity {
  let entity = entities[access].get(word);
  if (!entity) entities[access].set(word, (entity = readWord(word, access)));
  return entity;
}

function readWord(word: string, access: 'class' | 'object'): LibraryEntity {
  if (word.startsWith('@')) return { kind: 'module', path: word.slice(1) };
  if (word.startsWith('=')) return { kind: 'class', path: word.slice(1) };
  if (word === '') return { kind: 'other' };
  const signatures = word.split('|').map((form) => {
    if (form.startsWith('s')) return form.slice(1);
    if (form.startsWith('k')) return withoutFirst(form.slice(1));
    return access === 'object' ? withoutFirst(form) : form;
  });
  return { kind: 'function', signatures };
}

/** A signature without `self`; one that starts with `*args` takes it in there. */
export function withoutFirst(signature: string): string {
  if (signature.startsWith('(*')) return signature;
  return signature.replace(/^\([^,)]*,?(\/,?)?/, '(');
}

const lineages = new Map<string, readonly LibraryClass[]>();

/** A class and its bases, nearest first, and `type` where its metaclass is another. */
function lineage(path: string): readonly LibraryClass[] {
  const known = lineages.get(path);
  if (known) return known;
  const { classes } = table();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name) || entry(classes, name) === undefined) return;
    seen.add(name);
    classes[name].bases.forEach(visit);
    if (classes[name].meta !== undefined) visit(classes[name].meta);
  };
  visit(path);
  const found = [...seen].map((name) => classes[name]);
  lineages.set(path, found);
  return found;
}

function hasUnknownBases(path: string): boolean {
  return lineage(path).some(({ bases }) => bases.includes('?'));
}

/** Classes that are called in ways of their own. */
const SPECIAL = new Set(['typing.NamedTuple', 'typing.TypedDict', '?']);

const constructors = new Map<string, readonly string[] | undefined>();

/** The nearest `__init__` or `__new__`; what only `object` takes is not told: stubs often leave it out. */
function constructorOf(path: string): readonly string[] | undefined {
  if (!constructors.has(path)) constructors.set(path, findConstructor(path));
  return constructors.get(path);
}

function findConstructor(path: string): readonly string[] | undefined {
  const ways = lineage(path);
  for (const { bases, meta, members } of ways) {
    if (meta !== undefined && meta !== 'abc.ABCMeta') return undefined;
    const word = entry(members, '__init__') ?? entry(members, '__new__');
    if (word !== undefined) return word === '' ? undefined : word.split('|').map(withoutFirst);
    if (bases.some((base) => SPECIAL.has(base))) return undefined;
  }
  return undefined;
}
