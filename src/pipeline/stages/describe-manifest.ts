import { z } from 'zod';
import type { Manifest } from '../../records/manifest';
import { realFrequency } from '../../taxonomy/frequency';
import { bugType } from '../../taxonomy/table';

/** One line of what a stage made. */
export interface FlowRow {
  /** `in`, `out`, or the reason of a drop. */
  records: string;
  count: number;
  /** Share of what came in, 0..1; null when nothing did. */
  share: number | null;
}

/** What went into a stage, what came out, and what was dropped for which reason, most frequent first. */
export function recordFlow(manifest: Manifest): FlowRow[] {
  const { counts } = manifest['trm:lineage'];
  const row = (records: string, count: number): FlowRow => ({
    records,
    count,
    share: counts.in > 0 ? count / counts.in : null,
  });
  const dropped = Object.entries(counts.dropped).sort(([, a], [, b]) => b - a);
  return [
    row('in', counts.in),
    row('out', counts.out),
    ...dropped.map(([reason, n]) => row(`dropped: ${reason}`, n)),
  ];
}

/** Files of a stage's output by kind, with bytes and rows. */
export function outputFiles(manifest: Manifest): { path: string; rows: number | null; bytes: number }[] {
  return manifest.resources.map((resource) => ({
    path: resource.path,
    rows: resource['trm:rows'] ?? null,
    bytes: resource.bytes,
  }));
}

/** How planting one bug type went. */
export interface BugTypeRow {
  bugType: string;
  family: string;
  title: string;
  /** Mutants tried, and those that were written. */
  drawn: number;
  kept: number;
  /** Share of the tried ones that were written, and that meant the same as the clean function, 0..1. */
  yield: number;
  equivalent: number;
  /** Real fixes of a thousand that mend this type. */
  realPerThousand: number;
}

/** Shares of a family among all mutants, 0..1. */
export interface FamilyShareRow {
  family: string;
  /** What the config aims at, and the nearest that the functions can give. */
  aimed: number;
  reachable: number;
  /** Of the mutants written. */
  drawn: number;
}

const shareCounts = z.record(
  z.string(),
  z.object({ aimed: z.number(), reachable: z.number(), share: z.number() }),
);

/**
 * The shares of families that a generate stage aimed at beside those it drew, most aimed at first.
 * @throws ZodError for the manifest of another stage
 */
export function plantedFamilies(manifest: Manifest): FamilyShareRow[] {
  return Object.entries(shareCounts.parse(manifest['trm:metrics']?.families))
    .map(([family, { share, ...rest }]) => ({ family, ...rest, drawn: share }))
    .sort((a, b) => b.aimed - a.aimed);
}

const typeCounts = z.record(
  z.string(),
  z.object({ drawn: z.number(), kept: z.number(), equivalent: z.number() }),
);

/**
 * What a generate stage planted, by bug type, most frequent first.
 * @throws ZodError for the manifest of another stage
 */
export function plantedTypes(manifest: Manifest): BugTypeRow[] {
  const types = typeCounts.parse(manifest['trm:metrics']?.types);
  return Object.entries(types)
    .filter(([, { drawn }]) => drawn > 0)
    .map(([id, { drawn, kept, equivalent }]) => {
      const type = bugType(id);
      const { family, title } = type;
      const rates = { yield: kept / Math.max(1, drawn), equivalent: equivalent / Math.max(1, drawn) };
      return {
        bugType: id,
        family,
        title,
        drawn,
        kept,
        ...rates,
        realPerThousand: realFrequency(type).perThousand,
      };
    })
    .sort((a, b) => b.kept - a.kept);
}
