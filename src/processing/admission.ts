import { sha256 } from '../core/hash';
import type { Sample, TokenText } from '../records/sample';
import { tokenKey } from './closed-vocabulary';
import type { Split } from './split';

/** Why a sample may not join its split. */
export type AdmissionDrop = 'duplicate' | 'parent_in_other_split' | 'content_in_other_split';

/** What {@link Admission.admit} must know of a sample. */
export interface Candidate {
  sample: Pick<Sample, 'id' | 'parentId'>;
  /** {@link contentKey} of the tokens of `before` and `after`. */
  beforeKey: string;
  afterKey: string;
  split: Split;
}

/** Hash of a program's tokens: equal for code that differs in layout and comments only. */
export function contentKey(tokens: readonly TokenText[]): string {
  return sha256(tokens.map(tokenKey).join('\0')).slice(0, 32);
}

/**
 * Keeps splits apart beyond their groups. The first sample with some code owns it for its split; later ones with the
 * same code, buggy or mended, in another split are refused: packages copy from each other, and a function seen in
 * training must not be judged elsewhere. A mutant must stand in its parent's split. Exact copies are dropped.
 * Memory: about 300 bytes a sample.
 */
export class Admission {
  private readonly ids = new Set<string>();
  private readonly parents = new Map<string, Split>();
  private readonly owners = new Map<string, Split>();

  /** Takes the sample in, or says why not. */
  admit({ sample, beforeKey, afterKey, split }: Candidate): AdmissionDrop | null {
    if (this.ids.has(sample.id)) return 'duplicate';
    const parent = sample.parentId === null ? undefined : this.parents.get(sample.parentId);
    if (parent !== undefined && parent !== split) return 'parent_in_other_split';
    for (const key of [beforeKey, afterKey])
      if ((this.owners.get(key) ?? split) !== split) return 'content_in_other_split';
    this.ids.add(sample.id);
    if (sample.parentId === null) this.parents.set(sample.id, split);
    this.owners.set(beforeKey, split);
    this.owners.set(afterKey, split);
    return null;
  }

  /** Whether code with this key was taken in before. */
  knows(key: string): boolean {
    return this.owners.has(key);
  }
}
