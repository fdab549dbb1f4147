import { codesOf, FLOWS } from '../../records/token-features';
import type { DefUse } from './def-use';
import type { LineStructure } from './line-structure';

/** What the def-use chains say of the variables of functions, one entry a token; 0 for all other tokens. */
export interface NameFlow {
  /** Code in FLOWS. */
  flows: Uint8Array;
  /**
   * Tokens between a use and the nearest definition that reaches it, those before it first; between a definition and
   * its nearest use, those after it first.
   */
  distances: number[];
  /** Places that name the variable, in the whole function. */
  counts: number[];
}

const FLOW = codesOf(FLOWS);

/**
 * Flow of the variables that functions, lambdas and comprehensions own. Names of modules and classes have none: a
 * function read on its own then says the same as inside its file.
 */
export function nameFlow(facts: DefUse, lines: LineStructure): NameFlow {
  const { occurrences, occurrenceOf, variables, reaching } = facts;
  const count = occurrenceOf.length;
  const flow: NameFlow = {
    flows: new Uint8Array(count),
    distances: new Array<number>(count).fill(0),
    counts: new Array<number>(count).fill(0),
  };
  const uses = summarise(facts, lines);
  const unbound = new Set(facts.unbound);
  const maybeUnbound = new Set(facts.maybeUnbound);
  const unused = new Set(facts.unused);
  occurrences.forEach(({ token, role, variable, inString }, i) => {
    if (variable < 0 || inString || !isFunctions(variables[variable])) return;
    flow.counts[token] = uses.counts[variable];
    if (role === 'declare') return;
    const writes = role === 'def' || role === 'both';
    const { binding, inner, definitions } = variables[variable];
    // `unused` leaves out parameters and what lambdas and comprehensions bind.
    const blind =
      unused.has(i) || (uses.nearest[i] === 0 && (inner !== undefined || binding === 'parameter'));
    const dead = writes && blind;
    flow.distances[token] = role === 'def' ? uses.nearest[i] : nearest(token, reaching[i], occurrences);
    if (unbound.has(i)) flow.flows[token] = FLOW['read-unbound'];
    else if (maybeUnbound.has(i)) flow.flows[token] = FLOW['read-maybe-unbound'];
    else if (dead) flow.flows[token] = uses.reads[variable] > 0 ? FLOW.overwritten : FLOW.unread;
    else if (role === 'def') flow.flows[token] = definitions.length > 1 ? FLOW.defined : FLOW['defined-once'];
    else if (uses.own.has(ownKey(lines.starts[token], variable, variables.length)))
      flow.flows[token] = FLOW['read-own'];
    else flow.flows[token] = reaching[i].length > 1 ? FLOW['read-merged'] : FLOW.read;
  });
  return flow;
}

function isFunctions({ scope, inner }: DefUse['variables'][number]): boolean {
  return scope.kind === 'def' || inner !== undefined;
}

function ownKey(start: number, variable: number, variables: number): number {
  return start * variables + variable;
}

/** Signed closeness: what lies in the wanted direction comes before everything else. */
function closer(distance: number, than: number): boolean {
  if (than === 0) return true;
  return distance > 0 === than > 0 ? Math.abs(distance) < Math.abs(than) : distance > 0;
}

function nearest(token: number, definitions: readonly number[], occurrences: DefUse['occurrences']): number {
  let best = 0;
  for (const one of definitions) {
    const distance = token - occurrences[one].token;
    if (distance !== 0 && closer(distance, best)) best = distance;
  }
  return Math.abs(best);
}

/** Farther than any token. */
const FAR = 1 << 30;

interface Uses {
  /** Of each variable its occurrences, and those that read it (`x += 1` alone reads nothing for others). */
  counts: number[];
  reads: number[];
  /** Of each definition the distance to its nearest use, 0 without one. */
  nearest: number[];
  /** Statements and the variables that they define; see {@link ownKey}. */
  own: ReadonlySet<number>;
}

function summarise({ occurrences, variables, reaching }: DefUse, { starts }: LineStructure): Uses {
  const counts = new Array<number>(variables.length).fill(0);
  const reads = new Array<number>(variables.length).fill(0);
  const signed = new Array<number>(occurrences.length).fill(0);
  const own = new Set<number>();
  occurrences.forEach(({ token, role, variable }, i) => {
    if (variable < 0) return;
    counts[variable]++;
    if (role === 'use') reads[variable]++;
    // A comprehension's targets always stand beside their uses.
    if (role === 'def' && !variables[variable].inner)
      own.add(ownKey(starts[token], variable, variables.length));
    for (const one of reaching[i]) {
      // A use in the definition's own token (`x += 1` in a loop) counts as far as one gets.
      const distance = token - occurrences[one].token || FAR;
      if (closer(distance, signed[one])) signed[one] = distance;
    }
  });
  for (let i = 0; i < signed.length; i++) signed[i] = Math.abs(signed[i]);
  return { counts, reads, nearest: signed, own };
}
