import { join } from 'node:path';
import { sha256 } from '../../core/hash';
import { KeyColumn } from '../../core/keys/key-column';
import { KeySet } from '../../core/keys/key-set';
import type { TokenText } from '../../records/sample';
import { SPLITS, type Split } from '../admission/split';
import type { HeldOutItem } from './held-out';
import { BANDS, bandKeys } from './min-hash';
import { NearIndex } from './near-index';
import { ShingleFile } from './shingle-file';
import { shinglesOf } from './shingles';

/**
 * Why a function may not join its split:
 * - `near_benchmark`: it is a function of a held-out set, or nearly one;
 * - `near_other_split`: it is nearly a function of a split before its own, in the order train, val, test;
 * - `near_duplicate`: it is nearly another function of its split.
 */
export const NEAR_DROPS = ['near_benchmark', 'near_other_split', 'near_duplicate'] as const;
/** One of {@link NEAR_DROPS}. */
export type NearDrop = (typeof NEAR_DROPS)[number];

/** A function of a dataset: a clean one, or what a bug is mended to. */
export interface NearCandidate {
  /** Content key of its program, see `contentKey`. */
  content: string;
  /** Hash in hex of project, file name and function: the versions of one function share it. */
  home: string;
  split: Split;
  /** It mends a bug that somebody made: such functions stay where others could. */
  isFix: boolean;
}

/** Settings of {@link NearDuplicates}. */
export interface NearOptions {
  /** Least Jaccard index of functions that are near each other, 0.7..1. */
  threshold: number;
  /** Shorter functions, in program tokens, are near nothing: they share their idiom with hundreds. */
  minTokens: number;
  /** Folder for the shingles while functions are gathered. */
  folder: string;
}

/** What {@link NearDuplicates.settle} found. */
export interface NearVerdicts {
  /** Why a function may not join its split, by the key that `add` gave; null when it may. */
  dropOf: (key: string) => NearDrop | null;
  /** Whether a program stands in a held-out set, token by token; `content` as in {@link NearCandidate}. */
  isHeldOut: (content: string) => boolean;
}

/** Owner of a set of shingles that no split may come near. */
const HELD_OUT: number = SPLITS.length;

/**
 * Finds functions that are nearly the same but for names, numbers and strings: within a split, in another one, in a
 * held-out set. Functions are judged, not samples: a mutant goes where its clean function goes, a mined bug where its
 * mended form does. Versions of one function (the same project, file name and function) are no duplicates of each
 * other. All functions are gathered first and then judged in an order of their own (train, val, test; mined fixes first;
 * then by hash), each against those that were kept before it: whatever order they came in, the same ones stay.
 *
 * Memory: about 130 bytes a function and home while they are gathered, up to 330 while they are judged. Owns a file: `close` it.
 */
export class NearDuplicates {
  private readonly sets: ShingleFile;
  private readonly contents = new KeyColumn();
  private readonly homes = new KeyColumn();
  private readonly functions = new KeyColumn();
  private owners: number[] = [];
  private keys = new Uint32Array(BANDS * 1024);
  private readonly known = new KeySet();
  private readonly fixes = new KeySet();
  private readonly heldOut = new KeySet();

  constructor(private readonly options: NearOptions) {
    this.sets = new ShingleFile(join(options.folder, 'shingles.bin'));
  }

  /** Takes note of a held-out function. */
  hold({ contents, shingles }: HeldOutItem): void {
    for (const content of contents) this.heldOut.add(content);
    if (shingles.length === 0) return;
    const [content] = contents;
    this.push(shingles, { content, home: content, key: content, owner: HELD_OUT });
  }

  /**
   * Takes note of a function.
   * @param tokens its program
   * @returns the key by which {@link settle} names it
   */
  add({ content, home, split, isFix }: NearCandidate, tokens: readonly TokenText[]): string {
    const key = sha256(`${split}/${content}/${home}`);
    if (isFix) this.fixes.add(content);
    if (tokens.length >= this.options.minTokens && this.known.add(key))
      this.push(shinglesOf(tokens), { content, home, key, owner: SPLITS.indexOf(split) });
    return key;
  }

  /** Judges all functions. */
  settle(): NearVerdicts {
    const drops: Record<NearDrop, KeySet> = {
      near_benchmark: new KeySet(),
      near_other_split: new KeySet(),
      near_duplicate: new KeySet(),
    };
    const index = new NearIndex(this.keys, this.sets, this.options.threshold);
    /** Programs that are in the index, of the split at hand. */
    let kept = new KeySet();
    let owner = HELD_OUT;
    for (const item of this.order()) {
      if (this.owners[item] !== owner) [owner, kept] = [this.owners[item], new KeySet()];
      const content = this.contents.at(item);
      if (owner === HELD_OUT) {
        index.insert(item);
        continue;
      }
      const reason = this.reasonFor(item, index);
      if (reason !== null) drops[reason].add(this.functions.at(item));
      else if (kept.add(content)) index.insert(item);
    }
    return {
      dropOf: (key) => NEAR_DROPS.find((reason) => drops[reason].has(key)) ?? null,
      isHeldOut: (content) => this.heldOut.has(content),
    };
  }

  /** Closes the file of shingles. */
  close(): void {
    this.sets.close();
  }

  private push(
    shingles: Uint32Array,
    { content, home, key, owner }: { content: string; home: string; key: string; owner: number },
  ): void {
    const item = this.sets.size;
    if (this.keys.length === BANDS * item) {
      const larger = new Uint32Array(2 * this.keys.length);
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys.set(bandKeys(shingles), BANDS * item);
    this.sets.push(shingles);
    this.contents.push(content);
    this.homes.push(home);
    this.functions.push(key);
    this.owners.push(owner);
  }

  /** Held-out functions, then those of train, val and test; mined fixes first, the rest by its hashes. */
  private order(): Int32Array {
    const ranks = Int8Array.from(this.owners, (owner, item) =>
      owner === HELD_OUT ? 0 : 2 * owner + (this.fixes.has(this.contents.at(item)) ? 1 : 2),
    );
    return Int32Array.from(ranks.keys()).sort(
      (a, b) => ranks[a] - ranks[b] || this.contents.compare(a, b) || this.homes.compare(a, b),
    );
  }

  private reasonFor(item: number, index: NearIndex): NearDrop | null {
    const { owners } = this;
    const counts: Record<NearDrop, (other: number) => boolean> = {
      near_benchmark: (other) => owners[other] === HELD_OUT,
      near_other_split: (other) => owners[other] < owners[item],
      near_duplicate: (other) => owners[other] === owners[item] && this.isAnother(item, other),
    };
    const own = this.sets.read(item);
    return NEAR_DROPS.find((reason) => index.findNear(item, own, counts[reason]) !== undefined) ?? null;
  }

  /** Whether two items are different functions. */
  private isAnother(item: number, other: number): boolean {
    return this.contents.compare(item, other) !== 0 && this.homes.compare(item, other) !== 0;
  }
}
