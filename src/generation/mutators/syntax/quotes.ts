import type { Rng } from '../../../core/rng';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, lineAt, textAt } from '../../mutation/target';
import type { TextEdit } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

/** True for a literal between single quotes of either kind. */
function isQuoted(text: string): boolean {
  return !/^[A-Za-z]*('''|""")/.test(text);
}

/** Deletes the closing quote of a string. */
export const unterminatedString: Mutator = {
  bugType: 'unterminated-string',
  why: 'A quoted string ends on its line.',
  sites: (target) =>
    tokenSites(target, ({ kind, text, end }) => {
      if (kind !== 'string' || !isQuoted(text)) return false;
      const rest = restOfLine(target, end);
      return !rest.includes(text[text.length - 1]) && !rest.endsWith('\\');
    }),
  apply({ tokens }, { token }, rng) {
    const { end, text } = tokens[token];
    // With the quote the blanks before it may go: at a line's end no one sees them.
    const blanks = /[ \t]*.$/.exec(text)?.[0].length ?? 1;
    return { start: end - rng.pick([1, blanks]), end, text: '' };
  },
};

function restOfLine({ source }: MutationTarget, from: number): string {
  const end = source.indexOf('\n', from);
  return source.slice(from, end < 0 ? undefined : end);
}

/** Writes a quote too many, leaves out the opening one, or takes one that the text has inside. */
export const misplacedQuote: Mutator = {
  bugType: 'misplaced-quote',
  why: 'Another string begins where the statement should go on, and it has no end.',
  sites: (target) => [...stringForms(target), ...bracketForms(target)].sort((a, b) => a.token - b.token),
  apply(target, { token, form }, rng) {
    const { start, end, text } = target.tokens[token];
    const quote = text[text.length - 1];
    switch (form) {
      case 'extra':
        return { start: end, end, text: quote };
      case 'opening':
        return { start, end: start + text.indexOf(quote) + 1, text: text.slice(0, text.indexOf(quote)) };
      case 'kind':
        return { start: end - 1, end, text: other(quote) };
      case 'inside':
        return swapQuotes(target, token);
      case 'escape':
        return {
          start: start + text.indexOf(`\\${quote}`),
          end: start + text.indexOf(`\\${quote}`) + 1,
          text: '',
        };
      default:
        return besideBracket(target, token, rng);
    }
  },
};

/** A quote before or behind a closing bracket. */
function besideBracket({ tokens }: MutationTarget, index: number, rng: Rng): TextEdit {
  const at = rng.pick([tokens[index].start, tokens[index].end]);
  return { start: at, end: at, text: rng.pick(["'", '"']) };
}

function other(quote: string): string {
  return quote === "'" ? '"' : "'";
}

function stringForms(target: MutationTarget): MutationSite[] {
  return tokenSites(target, ({ kind, text }) => kind === 'string' && isQuoted(text)).flatMap(({ token }) => {
    const { text, end } = target.tokens[token];
    const quote = text[text.length - 1];
    const inner = text.slice(text.indexOf(quote) + 1, -1);
    const rest = restOfLine(target, end);
    const forms: string[] = [];
    // A quote in the rest of the line would close what the slip opens.
    if (!rest.includes(quote)) {
      forms.push('extra');
      if (/^[A-Za-z0-9_ ,.-]+$/.test(inner) && inner.split(' ').length <= 3) forms.push('opening');
      if (inner.includes(`\\${quote}`)) forms.push('escape');
    }
    if (!rest.includes(quote) && !rest.includes(other(quote))) forms.push('kind');
    if (inner.includes(other(quote)) && !inner.includes('\\')) forms.push('inside');
    return forms.map((form) => ({ token, form }));
  });
}

/** A string between the quotes that it has inside: `"don't"` becomes `'don't'`. */
function swapQuotes({ tokens }: MutationTarget, index: number): TextEdit {
  const { start, end, text } = tokens[index];
  const quote = text[text.length - 1];
  const open = text.indexOf(quote);
  return { start, end, text: text.slice(0, open) + other(quote) + text.slice(open + 1, -1) + other(quote) };
}

/** Closing brackets at a line's end, behind a string: where a quote is typed once more. */
function bracketForms(target: MutationTarget): MutationSite[] {
  return target.lines.flatMap(({ first, end }): MutationSite[] => {
    const last = textAt(target, end - 1);
    const hasString = target.tokens.slice(first, end).some(({ kind }) => kind === 'string');
    return [')', ']', '}'].includes(last) && hasString ? [{ token: end - 1, form: 'bracket' }] : [];
  });
}

/** Breaks a replacement field of an f-string. */
export const brokenFString: Mutator = {
  bugType: 'broken-f-string',
  why: 'A field needs both braces and an expression; before Python 3.12 it may not hold the quotes around it either.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }) => kind === 'string' && /^[rR]?[fF]/.test(text) && fields(text).length > 0,
    ).filter(({ token }) => lineAt(target, token).end > token),
  apply({ tokens }, { token }, rng) {
    const { start, text } = tokens[token];
    const forms = fields(text).flatMap(([open, close]) => brokenField(text, open, close));
    const broken = rng.pick(forms);
    return { start: start + broken.start, end: start + broken.end, text: broken.text };
  },
};

/** Offsets [brace, brace] of the simple fields of an f-string: those that hold no brace themselves. */
function fields(text: string): [open: number, close: number][] {
  return [...text.matchAll(/(?<!\{)\{[^{}\n]+\}(?!\})/g)].map(({ 0: field, index }) => [
    index,
    index + field.length - 1,
  ]);
}

function brokenField(text: string, open: number, close: number): TextEdit[] {
  const quote = text[text.length - 1];
  const inner = text.slice(open + 1, close);
  const out = [
    { start: close, end: close + 1, text: '' },
    { start: open, end: open + 1, text: '' },
    { start: open + 1, end: close, text: '' },
  ];
  if (isQuoted(text) && inner.includes(other(quote)))
    out.push({ start: open + 1, end: close, text: inner.replaceAll(other(quote), quote) });
  return out;
}
