import { defUse, type DefUse } from '../../python/names/def-use';
import { canonicalName } from '../../python/names/canonical-name';
import { bindsAtRunTime, HOST_NAMES } from '../../python/names/runtime-names';
import { findScopes, type ScopeMap } from '../../python/names/scopes';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import type { WitnessFinding } from '../../records/witness';
import { breathe } from '../../core/processes/breathe';
import { onlyNearName } from '../evidence/near-names';
import { findingsOf, type Told } from './findings';
import { Places } from './places';
import type { Witness } from './witness';

/** Raised when it says something else of the same text. */
const NAMES_VERSION = '1';

/**
 * The project's own reader of names: undefined ones, variables that are read before they have a value, and definitions
 * that nothing reads. It reads broken files too, and starts no process.
 */
export function namesWitness(): Witness {
  return {
    name: 'names',
    version: NAMES_VERSION,
    async find(files, signal) {
      const findings: WitnessFinding[][] = [];
      for (const { source } of files) {
        await breathe(signal, 'the check of names');
        findings.push(findNames(source));
      }
      return findings;
    },
    close: () => Promise.resolve(),
  };
}

function findNames(source: string): WitnessFinding[] {
  const tokens = lex(source);
  const flow = defUse(tokens);
  const places = new Places(source, 'utf-16');
  const told = (kind: Omit<Told, 'message' | 'place'>, what: string, occurrence: number): Told => {
    const { start, end, text } = tokens[flow.occurrences[occurrence].token];
    return { ...kind, message: `\`${text}\` ${what}`, place: places.place(start, end) };
  };
  const unbound = { rule: 'unbound-name', severity: 'error' } as const;
  const maybe = { rule: 'possibly-unbound-name', severity: 'warning' } as const;
  const unused = { rule: 'unused-name', severity: 'info' } as const;
  return findingsOf('names', [
    ...undefinedOf(tokens, flow).map(({ occurrence, suggestion }) => {
      const kind = { rule: 'undefined-name', severity: 'error', ...(suggestion && { suggestion }) } as const;
      return told(kind, 'is bound nowhere', occurrence);
    }),
    ...flow.unbound.map((one) => told(unbound, 'is read before it has a value', one)),
    ...flow.maybeUnbound.map((one) => told(maybe, 'is read where it may have no value', one)),
    ...flow.unused.map((one) => told(unused, 'is never read', one)),
  ]);
}

/** Undefined names with the only name near each that can be read there; none where names are made at run time. */
function undefinedOf(
  tokens: readonly Token[],
  { undefinedNames, occurrences }: DefUse,
): { occurrence: number; suggestion: string | undefined }[] {
  if (undefinedNames.length === 0 || bindsAtRunTime(tokens)) return [];
  const scopes: ScopeMap = findScopes(tokens);
  return undefinedNames
    .map((occurrence) => ({ occurrence, name: canonicalName(occurrences[occurrence].name) }))
    .filter(({ name }) => !HOST_NAMES.has(name))
    .map(({ occurrence, name }) => ({
      occurrence,
      suggestion: onlyNearName(scopes, occurrences[occurrence].token, name),
    }));
}
