/**
 * How many elements two lists share at their start and, of the rest, at their end. What lies between is the smallest
 * stretch that turns one into the other; of equally small ones the rightmost.
 * @param same default: identity
 */
export function commonEnds<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  same: (a: T, b: T) => boolean = (x, y) => x === y,
): { start: number; end: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && same(a[start], b[start])) start += 1;
  let end = 0;
  while (end < most - start && same(a[a.length - 1 - end], b[b.length - 1 - end])) end += 1;
  return { start, end };
}
