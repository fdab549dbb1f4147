import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import {
  CALL_FITS,
  codesOf,
  FAMILIARITIES,
  MEMBERS,
  NEARNESSES,
  ROLES,
  type CallFit,
  type Member,
} from '../../records/token-features';
import { importedNames } from '../structure/imports';
import { statementEnd } from '../structure/logical-lines';
import { parameterList, parameterNames } from '../structure/parameters';
import { callArguments } from './call-arguments';
import { constructorSignatures, functionSignatures, methodSignatures, type Signatures } from './callee';
import { mentionsElsewhere, type FileView } from './file-index';
import { callOf, memberOf, resolvePath, type LibraryEntity } from '../library/library';
import { otherMember, ownMember } from './members';
import { nearnesses, type NameOfCode } from './near-names';
import { fitOf, parseSignature, takesKeyword, type CallArguments } from './signature';

/** Codes of one piece of code: a function, or all code of a file outside functions. 0 elsewhere. */
export interface FileFacts {
  /** In MEMBERS. */
  members: Uint8Array;
  /** In FAMILIARITIES. */
  familiarities: Uint8Array;
  /** In NEARNESSES. */
  nearNames: Uint8Array;
  /** In CALL_FITS. */
  callFits: Uint8Array;
}

/** What is known of the tokens without their file. */
export interface KnownTokens {
  tokens: readonly TokenText[];
  bindings: readonly Binding[];
  /** Codes in ROLES. */
  roles: Uint8Array;
  /** See `pairBrackets`. */
  partner: readonly number[];
  /** See `LineStructure`. */
  starts: readonly number[];
}

/** Tokens [from, to). */
export type Span = readonly [from: number, to: number];

const MEMBER = codesOf(MEMBERS);
const FAMILIARITY = codesOf(FAMILIARITIES);
const NEARNESS = codesOf(NEARNESSES);
const CALL_FIT = codesOf(CALL_FITS);
const ROLE = codesOf(ROLES);

/** Facts of no token yet. */
export function noFileFacts(count: number): FileFacts {
  return {
    members: new Uint8Array(count),
    familiarities: new Uint8Array(count),
    nearNames: new Uint8Array(count),
    callFits: new Uint8Array(count),
  };
}

/**
 * Writes what the file, and the library, know of the names of a piece of code. Of the code itself nothing is read but
 * these tokens: alone it has the facts that it has inside its file.
 * @param spans its tokens; those of a function start with its decorators
 * @param view the file around it; undefined for code without one, whose facts are all unknown
 */
export function writeFileFacts(
  known: KnownTokens,
  spans: readonly Span[],
  view: FileView | undefined,
  facts: FileFacts,
): void {
  new UnitReader(known, spans, view, facts).read();
}

/** What a name before a dot or a bracket stands for; `untold` for modules and classes that nothing is known of. */
type Known = LibraryEntity | 'untold';

/** Reads one piece of code. Keeps what its names stand for. */
class UnitReader {
  private readonly entities = new Map<number, Known>();
  private readonly ownImports = new Map<string, string>();
  private readonly ownAssigned = new Set<string>();
  private readonly names = new Map<string, NameOfCode>();
  /** Tokens that are names; soft keywords are none. */
  private readonly places: number[] = [];
  /** Name of the function; '' outside functions. */
  private ownName = '';
  /** First parameter of a method; null where there is none. */
  private receiver: string | null = null;
  private isClassMethod = false;

  constructor(
    private readonly known: KnownTokens,
    private readonly spans: readonly Span[],
    private readonly view: FileView | undefined,
    private readonly facts: FileFacts,
  ) {}

  read(): void {
    const { view } = this;
    const { tokens } = this.known;
    if (view?.hidden) this.readHeader();
    this.findNames();
    const near = view && nearnesses(view, this.names);
    const { familiarities, nearNames } = this.facts;
    for (const i of this.places) {
      const { text } = tokens[i];
      familiarities[i] = view ? familiarityCode(this.names.get(text)?.elsewhere ?? 0) : FAMILIARITY.unknown;
      nearNames[i] = near ? NEARNESS[near.get(text) ?? 'far'] : NEARNESS.unknown;
      this.readName(i, text);
    }
  }

  /** Counts names, and remembers what the code imports and assigns. */
  private findNames(): void {
    const { view } = this;
    const { tokens, roles, starts } = this.known;
    for (const [from, to] of this.spans)
      for (let i = from; i < to; i++) {
        const { kind, text } = tokens[i];
        if (kind !== 'name' || roles[i] === ROLE.none) continue;
        this.places.push(i);
        if (!view) continue;
        const known = this.names.get(text);
        if (known) known.count++;
        else this.names.set(text, { name: text, count: 1, elsewhere: mentionsElsewhere(view, text) });
        if (roles[i] === ROLE['attribute-written'] && this.isOwn(i)) this.ownAssigned.add(text);
        if (roles[i] === ROLE.import && view.hidden) this.readImport(starts[i]);
      }
  }

  /** The function's name and, of a method, its first parameter. */
  private readHeader(): void {
    const { tokens } = this.known;
    const [[from, to]] = this.spans;
    let def = from;
    while (def < to && !(tokens[def].kind === 'keyword' && tokens[def].text === 'def')) def++;
    if (tokens[def + 1]?.kind === 'name') this.ownName = tokens[def + 1].text;
    if (this.view?.enclosingClass === null || def === to) return;
    const decorated = (name: string): boolean =>
      tokens.slice(from, def).some(({ text }, i) => text === name && tokens[from + i - 1]?.text === '@');
    const [open, close] = parameterList(tokens, def, statementEnd(tokens, def));
    const [first] = decorated('staticmethod') ? [] : parameterNames(tokens, open, close);
    if (first === undefined) return;
    this.receiver = tokens[first].text;
    this.isClassMethod = decorated('classmethod');
  }

  /** Remembers what an import statement of the function itself binds; one of the module is in its context. */
  private readImport(start: number): void {
    const { tokens } = this.known;
    for (const { name, path } of importedNames(tokens, start, statementEnd(tokens, start)))
      if (!this.ownImports.has(name)) this.ownImports.set(name, path);
  }

  private isDot(index: number): boolean {
    const { tokens } = this.known;
    return tokens[index]?.kind === 'op' && tokens[index].text === '.';
  }

  /** True for the attribute at `index` of the method's first parameter. */
  private isOwn(index: number): boolean {
    const receiver = this.known.tokens[index - 2] as TokenText | undefined;
    return (
      this.receiver !== null &&
      this.isDot(index - 1) &&
      receiver?.kind === 'name' &&
      receiver.text === this.receiver &&
      !this.isDot(index - 3)
    );
  }

  private readName(index: number, text: string): void {
    const { tokens, roles, bindings, partner } = this.known;
    if (roles[index] === ROLE['module-path']) return;
    const next = tokens[index + 1] as TokenText | undefined;
    const follows = next?.kind === 'op' ? next.text : '';
    if (bindings[index] === 'attribute') this.facts.members[index] = MEMBER[this.memberAt(index, text)];
    else if (this.view && (follows === '.' || follows === '(')) {
      const entity = this.entityAt(index, text, this.view);
      if (entity) this.entities.set(index, entity);
    }
    if (follows !== '(' || roles[index] === ROLE.definition) return;
    if (partner[index + 1] < 0) this.facts.callFits[index] = CALL_FIT.unknown;
    else this.readCall(index, partner[index + 1]);
  }

  /** What an attribute is; remembers what it stands for. */
  private memberAt(index: number, text: string): Member {
    const { view } = this;
    if (!view) return 'unknown';
    if (this.isOwn(index)) return ownMember(view, text, { name: this.ownName, assigned: this.ownAssigned });
    const before = this.known.tokens[index - 2] as TokenText | undefined;
    const literal = before?.kind === 'string' ? typeOfString(before.text) : undefined;
    const base = literal ?? this.entities.get(index - 2);
    if (base === undefined) return otherMember(view, text);
    if (base === 'untold') {
      this.entities.set(index, 'untold');
      return 'unknown';
    }
    if (base.kind !== 'module' && base.kind !== 'class') return otherMember(view, text);
    const member = memberOf(base, text, literal ? 'object' : 'class');
    if (typeof member === 'object') this.entities.set(index, member);
    if (member === 'untold') return 'unknown';
    return member === 'missing' ? 'library-unknown' : 'library-member';
  }

  private entityAt(index: number, text: string, { index: { context } }: FileView): Known | undefined {
    const binding = this.known.bindings[index];
    // What the module both imports and defines counts as imported, whichever comes first.
    if (binding === 'import' || binding === 'global') {
      const outer = Object.hasOwn(context.imports, text) ? context.imports[text] : undefined;
      const path = (binding === 'import' ? this.ownImports.get(text) : undefined) ?? outer;
      return path === undefined ? undefined : (resolvePath(path) ?? 'untold');
    }
    if (binding !== 'builtin') return undefined;
    const builtin = memberOf(BUILTIN_MODULE, text);
    return typeof builtin === 'object' ? builtin : undefined;
  }

  private readCall(index: number, close: number): void {
    const { tokens, partner } = this.known;
    const { callFits } = this.facts;
    const call = callArguments(tokens, index + 1, close, partner);
    const forms = this.signaturesAt(index)?.map(parseSignature);
    const known = forms?.filter((form) => form !== undefined) ?? [];
    if (known.length === 0 || known.length !== forms?.length) {
      for (const i of [index, ...call.keywordTokens]) callFits[i] = CALL_FIT.unknown;
      return;
    }
    callFits[index] = CALL_FIT[bestFit(known, call)];
    for (const i of call.keywordTokens) {
      const taken = known.some((form) => takesKeyword(form, tokens[i].text));
      callFits[i] = taken ? CALL_FIT.fits : CALL_FIT['bad-keyword'];
    }
  }

  /** The forms that what is called at `index` takes. */
  private signaturesAt(index: number): Signatures {
    const { view, ownName } = this;
    if (!view) return undefined;
    const { tokens, bindings } = this.known;
    const { text } = tokens[index];
    const entity = this.entities.get(index);
    if (entity !== undefined) return entity === 'untold' ? undefined : callOf(entity);
    if (bindings[index] === 'attribute') {
      if (this.isOwn(index)) {
        const access = this.isClassMethod ? 'class' : 'object';
        return methodSignatures(view, ownName, [view.enclosingClass ?? '', text, access]);
      }
      const receiver = tokens[index - 2] as TokenText | undefined;
      if (bindings[index - 2] !== 'global' || !receiver || !view.index.classes.has(receiver.text))
        return undefined;
      return methodSignatures(view, ownName, [receiver.text, text, 'class']);
    }
    if (bindings[index] === 'global') return functionSignatures(view, ownName, text);
    const isClass = this.isClassMethod && text === this.receiver && bindings[index] === 'parameter';
    return isClass ? constructorSignatures(view, ownName, view.enclosingClass ?? '') : undefined;
  }
}

const BUILTIN_MODULE: LibraryEntity = { kind: 'module', path: 'builtins' };

/** How a call fits one of several forms: a form that it fits, else what the first one says. */
function bestFit(
  forms: readonly NonNullable<ReturnType<typeof parseSignature>>[],
  call: CallArguments,
): CallFit {
  const fits = forms.map((form) => fitOf(form, call));
  return fits.includes('fits') ? 'fits' : fits[0];
}

function typeOfString(text: string): LibraryEntity {
  return { kind: 'class', path: /^[a-z]*b/i.test(text) ? 'builtins.bytes' : 'builtins.str' };
}

function familiarityCode(mentions: number): number {
  if (mentions <= 2) return [FAMILIARITY.nowhere, FAMILIARITY.one, FAMILIARITY.two][mentions];
  return mentions <= 4 ? FAMILIARITY.few : FAMILIARITY.many;
}
