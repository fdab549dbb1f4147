import { defUse } from '../../python/names/def-use';
import { fileContext } from '../../python/names/file-context';
import { isNameOfClass, viewOf, type FileView } from '../../python/file-facts/file-index';
import { noFileFacts, writeFileFacts, type KnownTokens } from '../../python/file-facts/file-facts';
import { findDefinitions } from '../../python/structure/definitions';
import { statementEnd } from '../../python/structure/logical-lines';
import {
  fileAround,
  NO_SURROUNDINGS,
  type ModuleContext,
  type Surroundings,
} from '../../records/file-context';
import { lineStructure } from '../../python/names/line-structure';
import { nameFlow } from '../../python/names/name-flow';
import { nameRoles } from '../../python/names/name-roles';
import { BINDINGS, DISTANCE_BUCKETS } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { codesOf, type TokenFeatureArrays } from '../../records/token-features';
import { distanceBucket, mapCodes, occurrenceBucket } from './features';

/** Features that are known of a token wherever a window is cut. */
export const FACT_NAMES = [
  'bindings',
  'roles',
  'flows',
  'defUses',
  'brackets',
  'enclosures',
  'places',
  'statements',
  'members',
  'familiarities',
  'nearNames',
  'callFits',
] as const;

/**
 * What a compiler knows of each token of a file or a function, `[tokens.length]` each. `occurrences` is known of the
 * variables of functions only and 0 elsewhere: the encoder counts other names in the window.
 */
export type TokenFacts = Pick<TokenFeatureArrays, (typeof FACT_NAMES)[number] | 'occurrences'>;

const BINDING = codesOf(BINDINGS);

/**
 * Facts of all tokens of a function, or of code that comes without a file, from which windows are cut: a window of a long
 * function thus tells of definitions and uses outside it. A function has the facts that {@link fileTokenFacts} gives it
 * inside its file: names of modules and classes have no flow. Never throws: broken code has facts, too.
 * @param surroundings the file around the function; without it what only files tell is unknown
 */
export function tokenFacts(
  tokens: readonly TokenText[],
  surroundings: Surroundings = NO_SURROUNDINGS,
): TokenFacts {
  const file = fileAround(surroundings);
  const view = file && viewOf(file);
  const { imports, names, enclosingClass } = surroundings;
  const isMethod = view !== undefined && enclosingClass !== null;
  const context = isMethod ? { imports, names, classNames: namesOfHeader(tokens, view) } : surroundings;
  const { facts, known } = plainFacts(tokens, context);
  writeFileFacts(known, [[0, tokens.length]], view, facts);
  return facts;
}

/** Names in a method's decorators, defaults and annotations that its class binds. */
function namesOfHeader(tokens: readonly TokenText[], view: FileView): string[] {
  const def = tokens.findIndex(({ kind, text }) => kind === 'keyword' && text === 'def');
  const header = tokens.slice(0, def < 0 ? 0 : statementEnd(tokens, def));
  return header.flatMap(({ kind, text }) => (kind === 'name' && isNameOfClass(view, text) ? [text] : []));
}

/** Facts of all tokens of a file: each function, and all that stands outside them, sees the rest of the file. */
export function fileTokenFacts(tokens: readonly TokenText[]): TokenFacts {
  const { facts, known } = plainFacts(tokens);
  const context = fileContext(tokens);
  const functions = findDefinitions(tokens).filter(({ kind, nested }) => kind === 'def' && !nested);
  const outside: (readonly [number, number])[] = [];
  let at = 0;
  functions.forEach(({ firstToken, endToken }, hidden) => {
    writeFileFacts(known, [[firstToken, endToken]], viewOf({ context, hidden }), facts);
    outside.push([at, firstToken]);
    at = endToken;
  });
  writeFileFacts(known, [...outside, [at, tokens.length]], viewOf({ context, hidden: null }), facts);
  return facts;
}

/** Facts that need no file; those that do are 0 yet. */
function plainFacts(
  tokens: readonly TokenText[],
  context?: ModuleContext,
): { facts: TokenFacts; known: KnownTokens } {
  const chains = defUse(tokens, context);
  const lines = lineStructure(tokens);
  const { flows, distances, counts } = nameFlow(chains, lines);
  const count = tokens.length;
  const roles = nameRoles(tokens, chains, lines);
  const facts = {
    bindings: mapCodes(count, (i) => BINDING[chains.bindings[i]]),
    roles,
    flows,
    defUses: mapCodes(count, (i) => distanceBucket(distances[i])),
    occurrences: mapCodes(count, (i) => occurrenceBucket(counts[i])),
    brackets: bracketBuckets(tokens, lines.partner),
    enclosures: lines.enclosures,
    places: mapCodes(count, (i) => distanceBucket(lines.places[i])),
    statements: lines.statements,
    ...noFileFacts(count),
  };
  return {
    facts,
    known: { tokens, bindings: chains.bindings, roles, partner: lines.partner, starts: lines.starts },
  };
}

function bracketBuckets(tokens: readonly TokenText[], partner: readonly number[]): Uint8Array {
  return mapCodes(tokens.length, (i) => {
    const { kind, text } = tokens[i];
    if (kind !== 'op' || text.length !== 1 || !'()[]{}'.includes(text)) return 0;
    return partner[i] < 0 ? DISTANCE_BUCKETS : distanceBucket(Math.abs(partner[i] - i));
  });
}
