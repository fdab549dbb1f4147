import type { MutationSite, Mutator } from '../../mutation/mutator';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, endsOperand, lineAt, textAt } from '../../mutation/target';
import type { TextEdit } from '../../mutation/text-edit';
import { indentOf } from '../tools/lines';
import { tokenSites } from '../tools/sites';

/** A statement or a string that goes on in the next line unasked, or two statements that share a line. */
export const wrongLineBreak: Mutator = {
  bugType: 'wrong-line-break',
  why: 'A line break ends the statement or the string, and two statements need one between them.',
  sites: (target) =>
    [...breakSites(target), ...joinSites(target), ...stringSites(target)].sort((a, b) => a.token - b.token),
  apply(target, { token, form }, rng) {
    if (form === 'join') return joinLines(target, target.lineOf[token]);
    if (form === 'string') return breakString(target, token, rng.int(4));
    return breakBefore(target, token, rng.pick(['    ', '        ']));
  },
};

/** Operators after which people break a line; before the words among them they do as well. */
const BREAKABLE = new Set(['and', 'or', '+', '-', '%', '.', '==', '!=', '<', '>', '=', ',', 'if', 'else']);
const HEADERS = new Set(['if', 'elif', 'while', 'return', 'assert', 'with', 'raise', 'from', 'import']);

/** Tokens outside brackets before which the line may be broken: around an operator, or where a backslash stands. */
function breakSites(target: MutationTarget): MutationSite[] {
  return tokenSites(target, (token, i) => {
    const line = target.lines[target.lineOf[i]] as LogicalLine | undefined;
    if (!line || target.enclosing[i] >= 0 || i <= line.first + 1 || i >= line.end) return false;
    if (target.tokens[i].text === ':' || target.partner[i] >= 0) return false;
    if (between(target, i).includes('\\')) return true;
    if (/\n/.test(between(target, i))) return false;
    // Short statements are not broken.
    if (target.tokens[line.end].start - target.tokens[line.first].start < 40) return false;
    const word = textAt(target, line.first);
    const before = textAt(target, i - 1);
    // Chains are broken between calls.
    if (before === '.') return textAt(target, i - 2) === ')';
    if (token.text === '.') return before === ')';
    if (before === '=' || before === ',') return HEADERS.has(word) || before === '=';
    return BREAKABLE.has(before) || (BREAKABLE.has(token.text) && !',='.includes(token.text));
  }).map((site) => ({ ...site, form: 'break' }));
}

/** What stands between a token and the one before it. */
function between({ source, tokens }: MutationTarget, index: number): string {
  return source.slice(tokens[index - 1].end, tokens[index].start);
}

function breakBefore(target: MutationTarget, index: number, deeper: string): TextEdit {
  const { tokens } = target;
  const space = between(target, index);
  const edit = { start: tokens[index - 1].end, end: tokens[index].start };
  if (space.includes('\\')) return { ...edit, text: space.replace(/[ \t]*\\/, '') };
  return { ...edit, text: `\n${indentOf(target, target.lines[target.lineOf[index]])}${deeper}` };
}

/** Lines whose break can be lost: both are simple statements, nothing but white space between them. */
function joinSites(target: MutationTarget): MutationSite[] {
  const { lines, tokens, source } = target;
  return lines.flatMap((line, i): MutationSite[] => {
    const next = lines[i + 1];
    if (!next || next.level > line.level || next.level === 0) return [];
    const last = tokens[line.end - 1];
    if (!endsOperand(target, line.end - 1) || last.text === ':' || opensBlock(target, line)) return [];
    if (tokens[next.first].kind !== 'name' && !JOINABLE.has(textAt(target, next.first))) return [];
    if (!/^\s*$/.test(source.slice(last.end, tokens[next.first].start))) return [];
    return [{ token: line.first, form: 'join' }];
  });
}

const JOINABLE = new Set([
  'return',
  'raise',
  'del',
  'assert',
  'import',
  'from',
  'while',
  'with',
  'pass',
  'break',
]);

function opensBlock(target: MutationTarget, line: LogicalLine): boolean {
  return textAt(target, line.end - 1) === ':' || textAt(target, line.first) === '@';
}

function joinLines({ tokens, lines }: MutationTarget, index: number): TextEdit {
  return { start: tokens[lines[index].end - 1].end, end: tokens[lines[index + 1].first].start, text: ' ' };
}

/** Quoted strings of several words, the last of which can go to the next line. */
function stringSites(target: MutationTarget): MutationSite[] {
  return tokenSites(
    target,
    ({ kind, text }) => kind === 'string' && /^[uU]?['"](?:[^\s'"\\]+ ){3,}[^\s'"\\]+['"]$/.test(text),
  ).map((site) => ({ ...site, form: 'string' }));
}

function breakString(target: MutationTarget, index: number, words: number): TextEdit | null {
  const { start, text } = target.tokens[index];
  let at = text.lastIndexOf(' ');
  for (let word = 0; word < words; word++) at = text.lastIndexOf(' ', at - 1);
  if (at < 0) return null;
  const indent = `${indentOf(target, lineAt(target, index))}    `;
  return { start: start + at + 1, end: start + at + 1, text: `\n${indent}` };
}
