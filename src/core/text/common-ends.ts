/**
 * How many elements two lists share at their start and, of the rest, at their end. What lies between is the smallest
 * stretch that turns one into the other; of equally small ones the rightmost, or with `endFirst` the leftmost.
 * @param same default: identity
 * @param endFirst take the common end first, and of the rest the start. Default false
 */
export function commonEnds<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  same: (a: T, b: T) => boolean = (x, y) => x === y,
  endFirst = false,
): { start: number; end: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  let end = 0;
  const takeStart = (): void => {
    while (start < most - end && same(a[start], b[start])) start += 1;
  };
  const takeEnd = (): void => {
    while (end < most - start && same(a[a.length - 1 - end], b[b.length - 1 - end])) end += 1;
  };
  if (endFirst) takeEnd();
  takeStart();
  takeEnd();
  return { start, end };
}
