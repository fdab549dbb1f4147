import { bracketDepth } from '../../python/tokens/indentation';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { classifyNames } from '../../python/names/bindings';
import { canonicalName } from '../../python/names/canonical-name';
import { defUse } from '../../python/names/def-use';
import { bindsAtRunTime } from '../../python/names/runtime-names';
import { findScopes, isBoundAround, type Scope, type ScopeMap } from '../../python/names/scopes';
import { sameTokens } from '../../python/edits/edits';
import { findDefinitions, type Definition } from '../../python/structure/definitions';
import type { Edit } from '../../records/sample';
import type { Change } from '../changes';
import { compareNames, namesOf, type NameVerdict, type UndefinedNames } from './names';
import { HEADER_TOKENS, unitAround, unitText, type Unit } from './units';

/** A program before it is asked about edits. */
export interface ReadProgram {
  source: string;
  tokens: readonly Token[];
  undefinedNames: UndefinedNames;
}

/** Uses at which a variable has no value yet: for sure, and on some way. */
interface Unbound {
  always: number;
  sometimes: number;
}

/** A unit read on its own. */
interface UnitReading {
  tokens: readonly Token[];
  scopes: ScopeMap;
  names: UndefinedNames;
}

/**
 * Says what edits do to the names of one program. It reads the function or the line around an edit, and the whole text
 * only where that is not enough: where names come and go that the rest of the file may use, or where layout moves.
 */
export class NameReader {
  private readonly units = new Map<string, UnitReading | null>();
  private knownScopes: ScopeMap | undefined;
  private knownFunctions: Definition[] | undefined;
  private knownUnbound: Unbound | undefined;

  constructor(private readonly program: ReadProgram) {}

  /** Scopes of the whole program. */
  get scopes(): ScopeMap {
    return (this.knownScopes ??= findScopes(this.program.tokens));
  }

  /** The part of the program that an edit stays inside of and that reads the same on its own; null without one. */
  unitOf({ tokenSpan }: Pick<Edit, 'tokenSpan'>, change: Pick<Change, 'start' | 'end'>): Unit | null {
    const { source, tokens } = this.program;
    this.knownFunctions ??= findDefinitions(tokens).filter(({ kind, nested }) => kind === 'def' && !nested);
    const unit = unitAround(source, tokens, this.knownFunctions, tokenSpan, change);
    return unit && this.before(unit) ? unit : null;
  }

  /** What an edit inside `unit` (null: anywhere) does to the program's undefined names. */
  compare(change: Change, unit: Unit | null): NameVerdict {
    const before = unit && this.before(unit);
    const after = before && this.after(change, unit);
    if (before && after && boundNames(before.scopes) === boundNames(after.scopes))
      return compareNames(before.names, after.names);
    return compareNames(this.program.undefinedNames, namesOf(lex(change.result)));
  }

  /** True when an edit makes no variable be read before it has a value, for sure or on some way. */
  keepsValues({ tokenSpan: [token] }: Pick<Edit, 'tokenSpan'>, change: Change, unit: Unit | null): boolean {
    const before = unit && this.before(unit);
    const after = before && this.after(change, unit);
    // What is outside of functions is read while the module runs: then every line before it counts.
    const inFunction =
      before && after && before.scopes.of[token - unit.firstToken + offset(unit)] !== before.scopes.module;
    if (inFunction) return isNoMore(unboundOf(after.tokens), unboundOf(before.tokens));
    this.knownUnbound ??= unboundOf(this.program.tokens);
    return isNoMore(unboundOf(lex(change.result)), this.knownUnbound);
  }

  /** The unit as it stands; null when on its own it has other tokens than in its file. */
  private before(unit: Unit): UnitReading | null {
    const key = `${unit.firstToken} ${unit.endToken}`;
    const known = this.units.get(key);
    if (known !== undefined) return known;
    const { source, tokens } = this.program;
    const read = lex(unitText(source, unit));
    const own = read.slice(offset(unit), offset(unit) + unit.endToken - unit.firstToken);
    const same = sameTokens(own, tokens.slice(unit.firstToken, unit.endToken));
    const reading = same ? this.read(read, unit) : null;
    this.units.set(key, reading);
    return reading;
  }

  /** The unit after an edit; null when what follows it in the file may be read otherwise, too. */
  private after(change: Change, unit: Unit): UnitReading | null {
    const tokens = lex(unitText(this.program.source, unit, change));
    return endsAlone(tokens) ? this.read(tokens, unit) : null;
  }

  private read(tokens: readonly Token[], unit: Unit): UnitReading {
    const scopes = findScopes(tokens);
    const span = [unit.firstToken, unit.endToken] as const;
    const outer = this.scopes.of[unit.firstToken];
    // What a unit binds belongs to the scope around it: a class's names are not seen in its methods.
    scopes.module.kind = outer.kind;
    // Below a function of its own, so that a class around it is not seen.
    const inside: Scope = {
      ...scopes.module,
      kind: 'def',
      parent: outer,
      names: new Map(),
      inner: new Map(),
    };
    const counts = new Map<string, number>();
    classifyNames(tokens, scopes).forEach((binding, i) => {
      if (binding !== 'unknown') return;
      const name = canonicalName(tokens[i].text);
      if (isBoundAround(name, span, scopes.of[i] === scopes.module ? outer : inside)) return;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
    const open = this.program.undefinedNames.open || bindsAtRunTime(tokens);
    return { tokens, scopes, names: { counts, open } };
  }
}

function offset({ indented }: Unit): number {
  return indented ? HEADER_TOKENS : 0;
}

/** Names that a unit gives to the scope around it, and those that it sends to the module. */
function boundNames({ module, of }: ScopeMap): string {
  const sent = [...new Set(of)].flatMap(({ globals }) => [...globals]);
  return JSON.stringify([[...module.names.keys()].sort(), sent.sort()]);
}

/** Nothing is left open at the end: no bracket, no string, no line. */
function endsAlone(tokens: readonly Token[]): boolean {
  const last = tokens.findLast(({ kind }) => kind === 'newline');
  return (
    last !== undefined &&
    last.end > last.start &&
    bracketDepth(tokens.slice(0, tokens.indexOf(last))) === 0 &&
    tokens.every(({ kind }) => kind !== 'error-string' && kind !== 'error-indent')
  );
}

function unboundOf(tokens: readonly Token[]): Unbound {
  const { unbound, maybeUnbound } = defUse(tokens);
  return { always: unbound.length, sometimes: maybeUnbound.length };
}

function isNoMore(now: Unbound, before: Unbound): boolean {
  return now.always <= before.always && now.sometimes <= before.sometimes;
}
