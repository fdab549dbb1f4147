import type { Rng } from '../../core/rng';
import type { TokenText } from '../../records/sample';

/** Tokens that people take for one another. */
const CONFUSED = [
  ['==', '!=', '<', '>', '<=', '>=', 'is', 'in'],
  ['+', '-', '*', '/', '//', '%', '**'],
  ['&', '|', '^', '<<', '>>'],
  ['+=', '-=', '*=', '/='],
  ['and', 'or'],
  ['True', 'False', 'None'],
  ['break', 'continue'],
];
const OTHERS = new Map(CONFUSED.flatMap((all) => all.map((text) => [text, all.filter((it) => it !== text)])));

/** Numbers that stand for others where the code has none of its own. */
const NUMBERS = ['0', '1', '2', '10'];

/** Share of names that come from elsewhere in the file. */
const FILE_SHARE = 0.3;

/** What replacements are drawn from. */
export interface ReplacementSource {
  tokens: readonly TokenText[];
  /** Names of the file that stand in no token: members (attributes, methods) and others. */
  fileNames: { members: readonly string[]; others: readonly string[] };
  rng: Rng;
}

/**
 * Another token of the same kind that could stand at a place, by what stands around it: a member for a member, a name that
 * is called for one that is called, an operator for one that people take for it. Null where there is none.
 */
export function replacementFor(source: ReplacementSource, index: number): TokenText | null {
  const { tokens, rng } = source;
  const { kind, text } = tokens[index];
  const texts = kind === 'name' ? nameTexts(source, index) : literalTexts(tokens, index);
  const others = texts.filter((other) => other !== text);
  return others.length > 0 ? { kind, text: others[rng.int(others.length)] } : null;
}

function nameTexts({ tokens, fileNames, rng }: ReplacementSource, index: number): readonly string[] {
  const use = useOf(tokens, index);
  const file = use.member ? fileNames.members : fileNames.others;
  if (file.length > 0 && rng.next() < FILE_SHARE) return file;
  const named = tokens.flatMap(({ kind }, i) =>
    kind === 'name' ? [{ text: tokens[i].text, ...useOf(tokens, i) }] : [],
  );
  const alike = named.filter(({ member }) => member === use.member);
  const asUsed = alike.filter(({ called, text }) => called === use.called && text !== tokens[index].text);
  return (asUsed.length > 0 ? asUsed : alike).map(({ text }) => text);
}

function useOf(tokens: readonly TokenText[], index: number): { member: boolean; called: boolean } {
  return { member: tokens[index - 1]?.text === '.', called: tokens[index + 1]?.text === '(' };
}

function literalTexts(tokens: readonly TokenText[], index: number): readonly string[] {
  const { kind, text } = tokens[index];
  if (kind !== 'number' && kind !== 'string') return OTHERS.get(text) ?? [];
  const own = tokens.flatMap((token) => (token.kind === kind ? [token.text] : []));
  return kind === 'number' ? [...own, ...NUMBERS] : own;
}
