import type { CallFit } from '../../records/token-features';

/** A parameter list, as far as calls can fit it. */
export interface Signature {
  /** Names of the positional parameters in order; the first `positionalOnly` cannot be given by name. */
  positional: readonly string[];
  positionalOnly: number;
  /** So many of them, the first ones, have no default. */
  required: number;
  /** Parameters after `*` -> whether they must be given. */
  keywordOnly: ReadonlyMap<string, boolean>;
  /** `*args`, `**kwargs`. */
  rest: boolean;
  keywordRest: boolean;
}

/** The arguments of a call. */
export interface CallArguments {
  /** How many are given by place. */
  positional: number;
  keywords: readonly string[];
  /** `*x` or `**x` among them: how many there are is not known. */
  unpacked: boolean;
}

const parsed = new Map<string, Signature | null>();
/** Signatures kept parsed: those of some hundred files. */
const KEPT = 20_000;

/**
 * Reads a signature as `FunctionFacts` and the library's table have it; undefined for text that is none, as broken code
 * has.
 */
export function parseSignature(text: string): Signature | undefined {
  let signature = parsed.get(text);
  if (signature === undefined) {
    if (parsed.size >= KEPT) parsed.clear();
    parsed.set(text, (signature = readSignature(text) ?? null));
  }
  return signature ?? undefined;
}

function readSignature(text: string): Signature | undefined {
  const parts = splitParameters(text);
  if (!parts) return undefined;
  const positional: string[] = [];
  const keywordOnly = new Map<string, boolean>();
  const signature = { positionalOnly: 0, required: 0, rest: false, keywordRest: false };
  let afterStar = false;
  for (const part of parts) {
    const [name] = /^\*{0,2}[\p{L}_][\p{L}\p{N}_]*/u.exec(part) ?? [''];
    if (part === '/') signature.positionalOnly = positional.length;
    else if (part === '*') afterStar = true;
    else if (name === '') return undefined;
    else if (name.startsWith('**')) signature.keywordRest = true;
    else if (name.startsWith('*')) signature.rest = afterStar = true;
    else if (afterStar) keywordOnly.set(name, !hasDefault(part));
    else {
      positional.push(name);
      if (!hasDefault(part)) signature.required = positional.length;
    }
  }
  return { ...signature, positional, keywordOnly };
}

/** The parts between the commas of a parameter list; undefined when its bracket does not close. */
function splitParameters(text: string): string[] | undefined {
  if (!text.startsWith('(')) return undefined;
  const parts: string[] = [];
  let depth = 1;
  let from = 1;
  for (let i = 1; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"' || letter === "'") i = stringEnd(text, i);
    else if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    if (depth > 0 && !(depth === 1 && letter === ',')) continue;
    if (i > from) parts.push(text.slice(from, i));
    if (depth === 0) return parts;
    from = i + 1;
  }
  return undefined;
}

/** Index of the quote that ends the string at `start`; its last letter when there is none. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i;
  }
  return text.length - 1;
}

/** True for `a=1` and `a:int=1`; a `=` inside brackets or strings belongs to the annotation. */
function hasDefault(part: string): boolean {
  let depth = 0;
  for (let i = 0; i < part.length; i++) {
    if (part[i] === '"' || part[i] === "'") i = stringEnd(part, i);
    else if ('([{'.includes(part[i])) depth++;
    else if (')]}'.includes(part[i])) depth--;
    else if (part[i] === '=' && depth === 0) return true;
  }
  return false;
}

/** True when a call may give this name. */
export function takesKeyword(
  { positional, positionalOnly, keywordOnly, keywordRest }: Signature,
  name: string,
): boolean {
  return keywordRest || keywordOnly.has(name) || positional.indexOf(name, positionalOnly) >= 0;
}

/** How a call fits a signature: never `none` or `unknown`. */
export function fitOf(signature: Signature, call: CallArguments): CallFit {
  const { positional, positionalOnly, required, keywordOnly, rest } = signature;
  const { keywords } = call;
  if (keywords.some((name) => !takesKeyword(signature, name))) return 'bad-keyword';
  if (call.unpacked) return 'fits';
  const given = Math.min(call.positional, positional.length);
  if (call.positional > given && !rest) return 'too-many';
  if (keywords.length === 0 && keywordOnly.size === 0) return given < required ? 'too-few' : 'fits';
  for (let i = positionalOnly; i < given; i++) if (keywords.includes(positional[i])) return 'too-many';
  for (let i = given; i < required; i++) if (!keywords.includes(positional[i])) return 'too-few';
  for (const [name, needed] of keywordOnly) if (needed && !keywords.includes(name)) return 'too-few';
  return 'fits';
}
