/**
 * What was left out, in words: `too_short 90, excluded_path 5`, most first.
 * @param counts by reason, as in a manifest's `counts.dropped`
 */
export function dropsInWords(counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return rows.map(([reason, count]) => `${reason} ${count}`).join(', ') || 'nothing';
}
