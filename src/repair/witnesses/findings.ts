import type { WitnessFinding, WitnessName, WitnessSeverity } from '../../records/witness';
import type { Place } from './places';
import { isReported, meaningOf } from './rules';

/** What a tool says of one place. */
export interface Told {
  rule: string;
  severity: WitnessSeverity;
  /** All of it; the first paragraph becomes the finding's message. */
  message: string;
  place: Place;
  /** The tool's own CWE; default: that of the rule. */
  cwe?: string | null;
  /** What it thinks was meant; default: what its message says. */
  suggestion?: string;
}

/** Findings of what a tool told of one text, sorted by place; rules that are never reported are left out. */
export function findingsOf(witness: WitnessName, told: readonly Told[]): WitnessFinding[] {
  return told
    .filter(({ rule }) => isReported(witness, rule))
    .map((one) => findingOf(witness, one))
    .sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1] || a.rule.localeCompare(b.rule, 'en'));
}

function findingOf(witness: WitnessName, { rule, severity, message, place, ...own }: Told): WitnessFinding {
  const suggestion = own.suggestion ?? suggestionIn(message);
  const meaning = meaningOf(witness, rule, message);
  return {
    witness,
    rule,
    severity,
    message: message.split(/\n\s*\n/)[0].trim(),
    ...place,
    bugType: meaning.bugType,
    cwe: own.cwe ?? meaning.cwe,
    ...(suggestion && { suggestion }),
  };
}

/** "did you mean `x`?" and "maybe 'x'?", as type checkers and linters say it. */
const MEANT = /\b(?:did you mean|perhaps you meant|maybe you meant|maybe)[ :]+["'`]([^"'`\s]+)["'`]/i;

/** The text that a message says was meant; undefined where it says none. */
export function suggestionIn(message: string): string | undefined {
  return MEANT.exec(message)?.[1];
}
