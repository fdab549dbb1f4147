import { sha256 } from '../../core/hash';
import type { ReportedFinding } from './reported-finding';

/** What a fingerprint is made from. */
export type Fingerprinted = Pick<ReportedFinding, 'witness' | 'rule' | 'lines'>;

/** Hexadecimal digits of a fingerprint. */
const DIGITS = 16;

/**
 * Names a finding by who saw what on which lines. Line numbers, indentation and the file's name are left out: it stays
 * the same when code above it changes, when its block is indented, and when the file is renamed. Two findings of one rule
 * on equal lines share it.
 */
export function fingerprint({ witness, rule, lines }: Fingerprinted): string {
  return sha256(JSON.stringify([witness, rule, lines.map((line) => line.trim())])).slice(0, DIGITS);
}
