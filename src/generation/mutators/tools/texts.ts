import { type MutationTarget, matchesAt, textAt } from '../../mutation/target';

/** Source text of tokens [first, last]. */
export function textOf({ source, tokens }: MutationTarget, first: number, last: number): string {
  return source.slice(tokens[first].start, tokens[last].end);
}

/** True when two runs of tokens have the same texts. */
export function sameText(target: MutationTarget, first: number, other: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (textAt(target, first + k) !== textAt(target, other + k)) return false;
  return true;
}

/** Texts of tokens [first, last]. */
export function textsOf({ tokens }: MutationTarget, first: number, last: number): string[] {
  return tokens.slice(first, last + 1).map(({ text }) => text);
}

/** Texts of tokens [first, last] with a space between: equal for equal tokens, however they are laid out. */
export function spanText(target: MutationTarget, first: number, last: number): string {
  return textsOf(target, first, last).join(' ');
}

/** True when an earlier token of the function starts the same tokens as [first, last], followed by `next`. */
export function occursBefore(
  target: MutationTarget,
  first: number,
  last: number,
  next: (index: number) => boolean,
): boolean {
  const texts = textsOf(target, first, last);
  for (let i = 0; i < first; i++)
    if (textAt(target, i - 1) !== '.' && matchesAt(target, i, ...texts) && next(i + texts.length))
      return true;
  return false;
}

/** Alternatives of a regular expression from words between blanks: `a b` -> `a|b`. */
export function anyOf(...words: string[]): string {
  return words.join(' ').replaceAll(' ', '|');
}
