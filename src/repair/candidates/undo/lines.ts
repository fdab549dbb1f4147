/** Undoing of lines that are broken, empty or none. */
import { SLOTS } from '../../../records/example';
import { type TokenText } from '../../../records/sample';
import { indices, inserted, isLayout, removed, replaced, type Undo } from './place';

/** A line that goes on, or ends. */
export const lineBreaks: Undo = (place) => {
  const { tokens, first, end } = place;
  const out = [inserted(end, [{ kind: 'newline', text: '' }])];
  // With the break goes the layout that it brought.
  for (const from of [end, first - 1]) {
    let start = from;
    while (start > 0 && isLayout(tokens[start - 1])) start--;
    let last = from;
    while (last < tokens.length && isLayout(tokens[last])) last++;
    for (let i = start; i < last; i++) for (let j = i + 1; j <= last; j++) out.push(removed(i, j));
  }
  const part = (from: number, to: number): TokenText[] =>
    tokens.slice(from, to).map(({ kind, text }) => ({ kind, text }));
  for (const i of indices(place)) {
    out.push(inserted(i, [{ kind: 'newline', text: '' }]));
    // The ends of blocks behind the statement belong to the new break.
    for (let count = 1; tokens[end + count]?.kind === 'dedent'; count++)
      out.push(
        replaced(i, end + 1 + count, [
          ...part(end, end + 1 + count),
          ...part(i, end),
          { kind: 'newline', text: '' },
        ]),
      );
  }
  // What the next line is joined with keeps the layout behind it.
  let next = end;
  while (next < tokens.length && isLayout(tokens[next])) next++;
  const nextEnd = tokens.findIndex(({ kind }, i) => i > next && kind === 'newline');
  if (nextEnd > next)
    out.push(replaced(end, nextEnd + 1, [...part(next, nextEnd + 1), ...part(end + 1, next)]));
  return out;
};

/** A block that says nothing. */
export const emptyBlocks: Undo = (place) => {
  const { first, end, tokens } = place;
  const codes = [
    'pass',
    'continue',
    'break',
    'return',
    'raise',
    'return None',
    '...',
    'return False',
    'return True',
  ];
  const layout = (kind: TokenText['kind']): TokenText => ({ kind, text: '' });
  return codes.flatMap((code) => {
    const [{ replacement }] = [replaced(0, 0, code)];
    const at = [first, end, end + 1].filter((i) => i < tokens.length);
    return at.flatMap((i) => [
      inserted(i, [layout('indent'), ...replacement, layout('newline'), layout('dedent')]),
      inserted(i, [layout('newline'), layout('indent'), ...replacement, layout('newline'), layout('dedent')]),
      inserted(i, [...replacement, layout('newline')]),
      inserted(i, replacement),
      inserted(i, [layout('newline'), ...replacement]),
      inserted(i, [layout('newline'), layout('indent'), ...replacement]),
    ]);
  });
};

/** The whole line, or its first or last tokens, taken away: what is no Python at all. */
export const junk: Undo = (place) => {
  const { first, end } = place;
  const out = [];
  for (let length = 1; length <= SLOTS && first + length <= end + 1; length++) {
    out.push(removed(first, first + length));
    // A line is lost with the break before it.
    if (end + length < place.tokens.length) out.push(removed(end, end + length));
    if (end + 1 - length >= first)
      out.push(removed(end + 1 - length, end + 1), removed(Math.max(first, end - length), end));
  }
  return out;
};
