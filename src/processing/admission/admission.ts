import { KeyColumn } from '../../core/keys/key-column';
import { KeySet } from '../../core/keys/key-set';
import type { ClassCounts } from './balance';
import { NEAR_DROPS, type NearVerdicts } from '../near/near-duplicates';
import type { ContentKeys } from './content-keys';
import { SPLITS, type Split } from './split';

/**
 * Why a valid sample may not join its split:
 * - `duplicate`: the same fix or clean function stands in the split already;
 * - `bug_is_clean_code`: its buggy code stands somewhere as clean or mended code, so one label of the two is wrong;
 * - `parent_in_other_split`: the clean function that it was made from belongs to another split;
 * - `content_in_other_split`: its code, buggy or mended, stands in a split that comes before its own;
 * - `twin_in_train`: but for names, numbers and strings, its code stands in train;
 * - `near_...`: its function is nearly another one, or its code stands in a held-out set; see `NEAR_DROPS`.
 */
export const ADMISSION_DROPS = [
  'duplicate',
  'bug_is_clean_code',
  'parent_in_other_split',
  'content_in_other_split',
  'twin_in_train',
  ...NEAR_DROPS,
] as const;
/** One of {@link ADMISSION_DROPS}. */
export type AdmissionDrop = (typeof ADMISSION_DROPS)[number];

const NOTHING_NEAR: NearVerdicts = { dropOf: () => null, isHeldOut: () => false };

/** What {@link Admission} must know of a sample. */
export interface Candidate {
  /** Hashes in hex. */
  id: string;
  parentId: string | null;
  /** Keys of `before`, and of `after`. */
  before: ContentKeys;
  after: ContentKeys;
  split: Split;
  /** Hash in hex that tells copies with the same id apart, so that the same one stays whatever comes first. */
  provenance: string;
  /** The function that it is, breaks or mends: a key of {@link NearVerdicts}. */
  function: string;
}

/** What became of the candidates of a split, by their number in it. */
export interface Admitted {
  /** Why a candidate is dropped; null when it is taken in. */
  dropOf: (index: number) => AdmissionDrop | null;
  /** Those taken in. */
  rows: ClassCounts;
  /** Dropped ones by reason. */
  dropped: Partial<Record<AdmissionDrop, number>>;
}

/**
 * Keeps labels free of contradictions and splits apart beyond their groups: packages copy from each other, and a
 * function seen in training must not be judged elsewhere. All candidates are gathered first, then judged by what all of
 * them hold, dropped ones included: so the order in which they come changes nothing. Where code stands in several
 * splits, it belongs to the first of train, val, test.
 *
 * Memory: 64 bytes a candidate, and 11 to 21 for each different id, program and shape: 210 MiB for 1.2 million.
 */
export class Admission {
  private readonly splits: Record<Split, SplitRows> = {
    train: new SplitRows(),
    val: new SplitRows(),
    test: new SplitRows(),
  };
  /** Programs that are clean or mended, of all splits. */
  private readonly clean = new KeySet();
  /** Programs of train with other names and literals. */
  private readonly trainShapes = new KeySet();

  /** Takes note of a candidate; those of a split are numbered from 0 as they come. */
  add({ split, ...candidate }: Candidate): void {
    const rows = this.splits[split];
    const { before, after } = candidate;
    rows.add(candidate);
    this.clean.add(after.content);
    if (split !== 'train') return;
    this.trainShapes.add(before.shape);
    this.trainShapes.add(after.shape);
  }

  /**
   * Judges all candidates of all splits.
   * @param near what stands near another function; default nothing does
   */
  settle(near: NearVerdicts = NOTHING_NEAR): Record<Split, Admitted> {
    const [train, val, test] = SPLITS.map((split) => this.judge(split, near));
    return { train, val, test };
  }

  private judge(split: Split, near: NearVerdicts): Admitted {
    const rows = this.splits[split];
    const copies = rows.copies();
    const reasons = new Uint8Array(rows.size);
    const dropped: Admitted['dropped'] = {};
    const taken = { clean: 0, buggy: 0 };
    for (let index = 0; index < rows.size; index++) {
      const reason = copies.has(index) ? 'duplicate' : this.reasonFor(split, index, near);
      if (reason === null) {
        taken[rows.before.at(index) === rows.after.at(index) ? 'clean' : 'buggy'] += 1;
        continue;
      }
      reasons[index] = 1 + ADMISSION_DROPS.indexOf(reason);
      dropped[reason] = (dropped[reason] ?? 0) + 1;
    }
    const dropOf = (index: number): AdmissionDrop | null => ADMISSION_DROPS[reasons[index] - 1] ?? null;
    return { dropOf, rows: taken, dropped };
  }

  private reasonFor(split: Split, index: number, near: NearVerdicts): AdmissionDrop | null {
    const rows = this.splits[split];
    const before = rows.before.at(index);
    const after = rows.after.at(index);
    if (before !== after && this.clean.has(before)) return 'bug_is_clean_code';
    const parent = rows.parents.at(index);
    const others = SPLITS.filter((other) => other !== split);
    if (!rows.ids.has(parent) && others.some((other) => this.splits[other].ids.has(parent)))
      return 'parent_in_other_split';
    for (const other of SPLITS.slice(0, SPLITS.indexOf(split)))
      if ([before, after].some((key) => this.splits[other].contents.has(key)))
        return 'content_in_other_split';
    const shapes = [rows.beforeShapes, rows.afterShapes].map((column) => column.at(index));
    if (split !== 'train' && shapes.some((key) => this.trainShapes.has(key))) return 'twin_in_train';
    if (near.isHeldOut(before) || near.isHeldOut(after)) return 'near_benchmark';
    return near.dropOf(rows.functions.at(index));
  }
}

/** The candidates of a split, as columns of keys. */
class SplitRows {
  readonly ids = new KeySet();
  /** Programs, buggy and mended. */
  readonly contents = new KeySet();
  readonly parents = new KeyColumn();
  readonly before = new KeyColumn();
  readonly after = new KeyColumn();
  readonly beforeShapes = new KeyColumn();
  readonly afterShapes = new KeyColumn();
  readonly functions = new KeyColumn();
  private readonly own = new KeyColumn();
  private readonly provenances = new KeyColumn();
  /** Ids that came more than once. */
  private readonly repeated = new KeySet();

  get size(): number {
    return this.own.size;
  }

  add({ id, parentId, provenance, before, after, function: of }: Omit<Candidate, 'split'>): void {
    if (!this.ids.add(id)) this.repeated.add(id);
    this.own.push(id);
    this.provenances.push(provenance);
    this.parents.push(parentId ?? id);
    this.before.push(before.content);
    this.after.push(after.content);
    this.beforeShapes.push(before.shape);
    this.afterShapes.push(after.shape);
    this.functions.push(of);
    this.contents.add(before.content);
    this.contents.add(after.content);
  }

  /** Numbers of the candidates that repeat another one: of each id the one of lowest provenance stays. */
  copies(): Set<number> {
    const best = new Map<string, number>();
    const copies = new Set<number>();
    for (let index = 0; index < this.size; index++) {
      const id = this.own.at(index);
      if (!this.repeated.has(id)) continue;
      const other = best.get(id);
      const wins = other === undefined || this.provenances.at(index) < this.provenances.at(other);
      if (wins) best.set(id, index);
      if (other !== undefined) copies.add(wins ? other : index);
    }
    return copies;
  }
}
