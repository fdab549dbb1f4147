import type { Manifest } from '../records/manifest';

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
