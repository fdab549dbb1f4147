import type { FileContext, FunctionFacts, HiddenFunction, Mentions } from '../../records/file-context';

/** The names that one piece of code mentions: a function, or all code outside functions. */
export interface UnitNames {
  all: ReadonlySet<string>;
  /** Those that it mentions after a dot, or that it makes attributes of. */
  attributes: ReadonlySet<string>;
}

/** A class of a file, all definitions of its name together. */
export interface ClassIndex {
  name: string;
  /** Texts between the brackets of its header. */
  bases: readonly string[];
  /** Names that its body binds, inner classes among them. */
  attributes: ReadonlySet<string>;
  methods: ReadonlyMap<string, readonly FunctionFacts[]>;
  /** Attribute of `self` -> how many methods give it a value, and how many read it. */
  assigned: ReadonlyMap<string, number>;
  read: ReadonlyMap<string, number>;
}

/** How often a file speaks of a name: in so many functions, the code outside them counted as one. */
export interface NameCounts {
  mentions: number;
  /** Where it is an attribute. */
  asAttribute: number;
}

/** What is counted of a file once, for all its functions. */
export interface FileIndex {
  context: FileContext;
  names: ReadonlyMap<string, NameCounts>;
  classes: ReadonlyMap<string, ClassIndex>;
  /** Functions of the module and of classes by qualified name. */
  functions: ReadonlyMap<string, readonly FunctionFacts[]>;
}

/** A file as one of its functions sees it: what the function itself says there is left out. */
export interface FileView {
  index: FileIndex;
  /** Null for the code outside functions. */
  hidden: FunctionFacts | null;
  /** What it mentions in the file that was indexed: to be taken off the counts. */
  own: UnitNames;
  enclosingClass: string | null;
}

const indexes = new WeakMap<FileContext, FileIndex>();
/** Names of functions that were hidden once: their mutants come next. */
const hiddenNames = new WeakMap<FunctionFacts, UnitNames>();

/** The view of a file that one of its functions has. Counts of the file are made once and kept with the context. */
export function viewOf({ context, hidden }: HiddenFunction): FileView {
  const index = indexes.get(context) ?? indexFile(context);
  indexes.set(context, index);
  const own = hidden === null ? null : context.functions[hidden];
  const names = own === null ? namesOutside(context) : (hiddenNames.get(own) ?? namesOfFunction(own));
  if (own) hiddenNames.set(own, names);
  return {
    index,
    hidden: own,
    own: names,
    enclosingClass: own?.name.includes('.') ? own.name.slice(0, own.name.lastIndexOf('.')) : null,
  };
}

/** In how many other functions of the file a name is mentioned, the code outside functions counted as one. */
export function mentionsElsewhere({ index, own }: FileView, name: string): number {
  const counts = index.names.get(name);
  return counts === undefined ? 0 : counts.mentions - (own.all.has(name) ? 1 : 0);
}

/** True when other code of the file has an attribute of this name. */
export function isAttributeElsewhere({ index, own }: FileView, name: string): boolean {
  const counts = index.names.get(name);
  return counts !== undefined && counts.asAttribute > (own.attributes.has(name) ? 1 : 0);
}

/** True for what the body of the enclosing class binds, the hidden method aside. */
export function isNameOfClass({ index, hidden, enclosingClass }: FileView, name: string): boolean {
  const facts = index.classes.get(enclosingClass ?? '');
  return facts !== undefined && (facts.attributes.has(name) || isOtherMethod(facts, name, hidden));
}

/** True when a class has a method of this name beside the hidden one. */
export function isOtherMethod({ methods }: ClassIndex, name: string, hidden: FunctionFacts | null): boolean {
  return methods.get(name)?.some((one) => one !== hidden) ?? false;
}

/** Part of a qualified name after the last dot. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function indexFile(context: FileContext): FileIndex {
  const names = new Map<string, NameCounts>();
  const add = ({ all, attributes }: UnitNames): void => {
    for (const name of all) {
      let counts = names.get(name);
      if (!counts) names.set(name, (counts = { mentions: 0, asAttribute: 0 }));
      counts.mentions++;
      if (attributes.has(name)) counts.asAttribute++;
    }
  };
  const functions = new Map<string, FunctionFacts[]>();
  for (const facts of context.functions) {
    add(namesOfFunction(facts));
    push(functions, facts.name, facts);
  }
  add(namesOutside(context));
  return { context, names, classes: indexClasses(context), functions };
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function namesOfFunction({ name, assigned, read, mentions }: FunctionFacts): UnitNames {
  const attributes = new Set([...assigned, ...read, ...mentions.attributes, ...mentions.methods]);
  if (name.includes('.')) attributes.add(lastPart(name));
  return { all: new Set([...attributes, ...plainNames(mentions), lastPart(name)]), attributes };
}

function namesOutside({ classes, mentions, imports }: FileContext): UnitNames {
  const attributes = new Set([...mentions.attributes, ...mentions.methods]);
  for (const { name, attributes: own } of classes) {
    for (const one of own) attributes.add(one);
    if (name.includes('.')) attributes.add(lastPart(name));
  }
  const names = [
    ...plainNames(mentions),
    ...Object.keys(imports),
    ...classes.map(({ name }) => lastPart(name)),
  ];
  return { all: new Set([...attributes, ...names]), attributes };
}

function plainNames({ variables, calls, keywords }: Mentions): string[] {
  return [...variables, ...calls, ...keywords];
}

function indexClasses({ classes, functions }: FileContext): Map<string, ClassIndex> {
  const found = new Map<string, OpenClass>();
  for (const { name, bases, attributes } of classes) {
    const one = openClass(found, name);
    one.bases.push(...bases);
    for (const attribute of attributes) one.attributes.add(attribute);
    if (name.includes('.')) found.get(name.slice(0, name.lastIndexOf('.')))?.attributes.add(lastPart(name));
  }
  for (const facts of functions) {
    if (!facts.name.includes('.')) continue;
    const one = openClass(found, facts.name.slice(0, facts.name.lastIndexOf('.')));
    push(one.methods, lastPart(facts.name), facts);
    for (const name of facts.assigned) one.assigned.set(name, (one.assigned.get(name) ?? 0) + 1);
    for (const name of facts.read) one.read.set(name, (one.read.get(name) ?? 0) + 1);
  }
  return found;
}

interface OpenClass extends ClassIndex {
  bases: string[];
  attributes: Set<string>;
  methods: Map<string, FunctionFacts[]>;
  assigned: Map<string, number>;
  read: Map<string, number>;
}

function openClass(found: Map<string, OpenClass>, name: string): OpenClass {
  const known = found.get(name);
  if (known) return known;
  const made: OpenClass = {
    name,
    bases: [],
    attributes: new Set(),
    methods: new Map(),
    assigned: new Map(),
    read: new Map(),
  };
  found.set(name, made);
  return made;
}
