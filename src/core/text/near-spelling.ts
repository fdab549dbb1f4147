import { editDistance } from './edit-distance';

/**
 * Slips of the hand between two words, null when they are more than a word of this length has: one from three letters
 * on, two from six on.
 */
export function nearness(wrong: string, right: string): number | null {
  const length = Math.min(wrong.length, right.length);
  const most = length < 3 ? 0 : length < 6 ? 1 : 2;
  if (Math.abs(wrong.length - right.length) > most || isOtherNumber(wrong, right)) return null;
  const distance = editDistance(wrong, right);
  return distance > 0 && distance <= most ? distance : null;
}

/** Do they differ in digits, or in the `s` of a plural? */
function isOtherNumber(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const digits = (name: string): string => name.replace(/\D/g, '');
  return `${short}s` === long || digits(a) !== digits(b);
}
