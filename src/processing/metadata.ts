import { z } from 'zod';
import { parseJson } from '../core/files';
import { projectOf } from '../core/keys/groups';
import type { Example } from '../records/example';
import { ROW_ORIGINS } from '../records/mined-fix';
import type { Sample } from '../records/sample';
import type { ObjectStore } from '../storage/object-store';

/** Version of `metadata.json`. */
export const METADATA_VERSION = 3;

/** Key of the dataset's description beside its shards. */
export const METADATA_KEY = 'metadata.json';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const histogram = z.record(z.string(), z.int().nonnegative());

const splitSchema = z.strictObject({
  /** Rows of the shards, repeated ones included. */
  rows: z.int().nonnegative(),
  clean: z.int().nonnegative(),
  buggy: z.int().nonnegative(),
  /** Rows that repeat an earlier clean row of this split. */
  repeated: z.int().nonnegative(),
  /** Distinct groups, and projects that they belong to. */
  groups: z.int().nonnegative(),
  projects: z.int().nonnegative(),
  /** Rows by family and by bug type; clean ones are `clean`, bugs without one `unclassified`. */
  byFamily: histogram,
  byBugType: histogram,
  bySource: histogram,
  /** Rows by `ROW_ORIGINS`: planted bugs, mined fixes and their mended forms by tier, other clean code. */
  byOrigin: histogram,
  /** Rows by SPDX expression. */
  byLicence: histogram,
  /** Percentiles of the windows' tokens, END included (nearest rank). */
  lengths: z.strictObject({ p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() }),
});
/** What one split holds. */
export type SplitMetadata = z.infer<typeof splitSchema>;

/** `metadata.json` of a processed dataset: versions, vocabularies and counts by split. */
export const metadataSchema = z.strictObject({
  version: z.literal(METADATA_VERSION),
  /** Versions of records and code that shaped the data. */
  versions: z.strictObject({
    process: z.int(),
    sample: z.int(),
    example: z.int(),
    lexer: z.int(),
    tokenizer: z.int(),
    closedVocabulary: z.int(),
  }),
  hashes: z.strictObject({ tokenizer: hex, vocabulary: hex, taxonomy: hex }),
  /** Ids of the tokenizer and entries of the closed vocabulary. */
  sizes: z.strictObject({ tokenizer: z.int(), vocabulary: z.int() }),
  /** Most tokens of a window. */
  maxTokens: z.int(),
  splits: z.strictObject({ train: splitSchema, val: splitSchema, test: splitSchema }),
  /** Dropped samples by reason. */
  dropped: histogram,
});
/** `metadata.json` of a processed dataset. */
export type DatasetMetadata = z.infer<typeof metadataSchema>;

/** Reads a processed dataset's description. @throws DataError when it is missing, damaged or of another version */
export async function readMetadata(store: ObjectStore): Promise<DatasetMetadata> {
  const text = Buffer.from(await store.get(METADATA_KEY)).toString('utf8');
  return parseJson(text, metadataSchema, `${store.location}/${METADATA_KEY}`);
}

/** Gathers {@link SplitMetadata} row by row. */
export class SplitCounter {
  /** See `projectOf`. */
  readonly projects = new Set<string>();
  private readonly groups = new Set<string>();
  /** Rows by window length. */
  private readonly lengths: number[] = [];
  private readonly counts = { rows: 0, clean: 0, buggy: 0, repeated: 0 };
  private readonly byFamily: Record<string, number> = {};
  private readonly byBugType: Record<string, number> = {};
  private readonly bySource: Record<string, number> = {};
  private readonly byOrigin: Record<string, number> = {};
  private readonly byLicence: Record<string, number> = {};

  /** @param copy 0 for the first row of a sample, 1 and up for repeated ones */
  add(sample: Sample, example: Example, copy: number): void {
    const clean = example.target.location === 0;
    this.counts.rows++;
    this.counts[clean ? 'clean' : 'buggy']++;
    if (copy > 0) this.counts.repeated++;
    this.groups.add(sample.group);
    this.projects.add(projectOf(sample));
    this.lengths[example.length] = (this.lengths[example.length] ?? 0) + 1;
    const nameless = clean ? 'clean' : 'unclassified';
    increment(this.byFamily, sample.family ?? nameless);
    increment(this.byBugType, sample.bugType ?? nameless);
    increment(this.bySource, sample.source);
    increment(this.byOrigin, ROW_ORIGINS[example.origin]);
    increment(this.byLicence, sample.licence);
  }

  summary(): SplitMetadata {
    const at = (percent: number): number => lengthAt(this.lengths, (percent / 100) * this.counts.rows);
    return {
      ...this.counts,
      groups: this.groups.size,
      projects: this.projects.size,
      byFamily: sorted(this.byFamily),
      byBugType: sorted(this.byBugType),
      bySource: sorted(this.bySource),
      byOrigin: sorted(this.byOrigin),
      byLicence: sorted(this.byLicence),
      lengths: { p50: at(50), p90: at(90), p99: at(99), max: at(100) },
    };
  }
}

/** The smallest length that at least `rows` rows do not exceed; 0 when there are none. */
function lengthAt(lengths: readonly number[], rows: number): number {
  let below = 0;
  const found = lengths.findIndex((count) => (below += count ?? 0) >= rows && below > 0);
  return Math.max(0, found);
}

/** Counts by name, in the order of the names: so the file does not tell in which order rows came. */
export function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
