import { commonEnds } from '../../core/text/common-ends';
import type { ModuleContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { sameToken, sameTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { everyOutcome } from './every-outcome';
import type { MutationSite, Mutator } from './mutator';
import { MUTATORS } from '../mutators';
import { createTarget, type MutationTarget } from './target';
import { applyTextEdit, type TextEdit } from './text-edit';

/** A bug type that explains a real bug. */
export interface Recognition {
  bugType: string;
  /** Places of the fixed function where bugs of this type could be planted; the fewer, the more the type explains. */
  sites: number;
}

/** Ways of one mutator at one site that are tried: all, and those of a site whose first ways are elsewhere. */
const MOST_OUTCOMES = 400;
const MOST_ELSEWHERE = 4;

/**
 * Which bug types a real bug is an instance of: those whose mutator turns the fixed function into the buggy one, token
 * for token. The most specific type (with the fewest sites) comes first; none when no mutator makes this bug. Each is
 * sought when it is asked for: who wants the first one alone does not pay for the others.
 *
 * This is generation run backwards, so that what is counted in real fixes is exactly what would be planted.
 */
export function* recogniseBug(
  { before, after, context }: Pick<Sample, 'before' | 'after'> & { context: ModuleContext },
  mutators: readonly Mutator[] = MUTATORS,
): Generator<Recognition> {
  const target = createTarget(after, context);
  const tokens = lex(before);
  const changed = changedSpan(tokens, target);
  if (!changed) return;
  const wanted: Wanted = { tokens, changed, tried: new Map() };
  const places = mutators
    .map((mutator) => ({ mutator, sites: mutator.sites(target) }))
    .sort((a, b) => a.sites.length - b.sites.length);
  for (const { mutator, sites } of places)
    if (sites.some((site) => canPlant(target, mutator, site, wanted)))
      yield { bugType: mutator.bugType, sites: sites.length };
}

interface Wanted {
  tokens: readonly Token[];
  /** Characters of the clean source whose tokens differ. */
  changed: readonly [start: number, end: number];
  /** Whether an edit makes the bug, by its place and text: many ways lead to the same one. */
  tried: Map<string, boolean>;
}

function canPlant(target: MutationTarget, mutator: Mutator, site: MutationSite, wanted: Wanted): boolean {
  let elsewhere = 0;
  for (const edit of everyOutcome((rng) => mutator.apply(target, site, rng), MOST_OUTCOMES)) {
    if (!edit || !touches(edit, wanted.changed)) {
      elsewhere += 1;
      if (elsewhere === MOST_ELSEWHERE) return false;
    } else if (makes(target, edit, wanted)) return true;
  }
  return false;
}

/** Whether an edit of the clean source gives the tokens that are wanted. */
function makes({ source }: MutationTarget, edit: TextEdit, { tokens, tried }: Wanted): boolean {
  const key = `${edit.start} ${edit.end} ${edit.text}`;
  let same = tried.get(key);
  if (same === undefined) {
    same = sameTokens(lex(applyTextEdit(source, edit)), tokens);
    tried.set(key, same);
  }
  return same;
}

function touches({ start, end }: TextEdit, [from, to]: readonly [number, number]): boolean {
  return start <= to && end >= from;
}

/** The differing tokens of the clean source with one neighbour on each side, in characters; null when none differ. */
function changedSpan(wanted: readonly Token[], { tokens }: MutationTarget): [number, number] | null {
  if (sameTokens(wanted, tokens)) return null;
  const { start, end } = commonEnds(wanted, tokens, sameToken);
  const last = Math.min(tokens.length - 1, tokens.length - end);
  // Indentation tokens stand right before the next word; comments, which a bug may lay bare, stand before them.
  let first = Math.max(0, start - 1);
  while (first > 0 && tokens[first].start === tokens[first].end) first -= 1;
  return [tokens[first].start, tokens[last].end];
}
