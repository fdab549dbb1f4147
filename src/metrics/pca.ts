/** What {@link principalComponents} returns. */
export interface PrincipalComponents {
  /** `[rows][k]` coordinates of each row. */
  coordinates: number[][];
  /** Share of the variance that each of the k directions explains, falling. */
  explained: number[];
}

/** Iterations after which a direction counts as found: pictures need no more. */
const ITERATIONS = 300;

/**
 * Projects rows on their k directions of largest variance (principal component analysis by power iteration with
 * deflation). Deterministic; a direction's sign is such that its largest weight is positive.
 * @param rows `[rows][D]`
 * @param k at most D
 * @throws RangeError without rows, for rows of unequal length or k above D
 */
export function principalComponents(rows: readonly ArrayLike<number>[], k: number): PrincipalComponents {
  const width = rows.at(0)?.length ?? 0;
  if (rows.length === 0 || rows.some((row) => row.length !== width) || k > width)
    throw new RangeError(
      `principalComponents: expected rows of one length of at least ${k}, got ${rows.length} rows, the first of ${width}`,
    );
  const mean = Float64Array.from({ length: width }, (_, j) => sum(rows.map((row) => row[j])) / rows.length);
  const rest = rows.map((row) => Float64Array.from(row, (value, j) => value - mean[j]));
  const total = sum(rest.map((row) => dot(row, row)));
  const coordinates = rows.map((): number[] => []);
  const explained: number[] = [];
  for (let i = 0; i < k; i++) {
    const direction = strongestDirection(rest, width);
    let variance = 0;
    rest.forEach((row, r) => {
      const at = dot(row, direction);
      coordinates[r].push(at);
      variance += at * at;
      row.forEach((_, j) => (row[j] -= at * direction[j]));
    });
    explained.push(total > 0 ? variance / total : 0);
  }
  return { coordinates, explained };
}

function strongestDirection(rows: readonly Float64Array[], width: number): Float64Array {
  // Starts at the longest row: never orthogonal to what is sought.
  const longest = rows.reduce((a, b) => (dot(b, b) > dot(a, a) ? b : a));
  let direction = unit(longest);
  for (let i = 0; i < ITERATIONS; i++) {
    const next = new Float64Array(width);
    for (const row of rows) {
      const share = dot(row, direction);
      for (let j = 0; j < width; j++) next[j] += share * row[j];
    }
    direction = unit(next);
  }
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function dot(a: Float64Array, b: Float64Array): number {
  let out = 0;
  for (let j = 0; j < a.length; j++) out += a[j] * b[j];
  return out;
}

/** A vector of length 1 in the same direction; zero stays zero. */
function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector.slice();
}
