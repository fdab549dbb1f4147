import { defUse } from '../../python/names/def-use';
import type { ModuleContext } from '../../records/file-context';
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
] as const;

/**
 * What a compiler knows of each token of a file or a function, `[tokens.length]` each. `occurrences` is known of the
 * variables of functions only and 0 elsewhere: the encoder counts other names in the window.
 */
export type TokenFacts = Pick<TokenFeatureArrays, (typeof FACT_NAMES)[number] | 'occurrences'>;

const BINDING = codesOf(BINDINGS);

/**
 * Facts of all tokens of a file or a function, from which windows are cut: a window of a long function thus tells of
 * definitions and uses outside it. A function on its own has the facts that it has inside its file, given its module's
 * `context`: names of modules and classes have no flow. Never throws: broken code has facts, too.
 */
export function tokenFacts(tokens: readonly TokenText[], context?: ModuleContext): TokenFacts {
  const chains = defUse(tokens, context);
  const lines = lineStructure(tokens);
  const { flows, distances, counts } = nameFlow(chains, lines);
  const count = tokens.length;
  return {
    bindings: mapCodes(count, (i) => BINDING[chains.bindings[i]]),
    roles: nameRoles(tokens, chains, lines),
    flows,
    defUses: mapCodes(count, (i) => distanceBucket(distances[i])),
    occurrences: mapCodes(count, (i) => occurrenceBucket(counts[i])),
    brackets: bracketBuckets(tokens, lines.partner),
    enclosures: lines.enclosures,
    places: mapCodes(count, (i) => distanceBucket(lines.places[i])),
    statements: lines.statements,
  };
}

function bracketBuckets(tokens: readonly TokenText[], partner: readonly number[]): Uint8Array {
  return mapCodes(tokens.length, (i) => {
    const { kind, text } = tokens[i];
    if (kind !== 'op' || text.length !== 1 || !'()[]{}'.includes(text)) return 0;
    return partner[i] < 0 ? DISTANCE_BUCKETS : distanceBucket(Math.abs(partner[i] - i));
  });
}
