/** Corruptions of the installed standard library: for the tests of this folder and `scripts/fuzz-lexer.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonPath } from '../core/paths';
import { seedStream, type Rng } from '../core/rng';
import { runProcess } from '../core/processes/subprocess';
import { decodeSource } from './tokens/codec';
import { applyEdit, diffTokens, sameTokens } from './edits/edits';
import { findFunctions } from './structure/functions';
import { lex } from './tokens/lexer';
import type { Token } from './tokens/token';
import { windowsOf } from './structure/windows';

/** Python files of the installed standard library, sorted. */
export async function libraryFiles(): Promise<string[]> {
  const script = 'import sysconfig; print(sysconfig.get_path("stdlib"))';
  const root = (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim();
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py') && !name.includes('site-packages'))
    .sort()
    .map((name) => join(root, name));
}

/** What is wrong with tokens that should lie in order within a text, show what they cover, and end at its end. */
export function coverFault(text: string, tokens: readonly Token[]): string | undefined {
  let at = 0;
  for (const { kind, start, end, text: shown } of tokens) {
    if (start < at || end < start || (shown !== '' && text.slice(start, end) !== shown))
      return `${kind} at ${start}`;
    at = end;
  }
  return tokens.at(-1)?.kind === 'end' && at === text.length ? undefined : `tokens end at ${at}`;
}

/** One small damage to a text: characters deleted, inserted, swapped or cut off. */
export function damage(text: string, rng: Rng): string {
  const at = rng.int(text.length + 1);
  const length = 1 + rng.int(8);
  const junk = [
    '(',
    ')',
    '"',
    "'''",
    ':',
    '\n',
    '\t',
    '    ',
    '\\',
    '\0',
    '$',
    '{',
    'f"{',
    '<<<<<<< HEAD\n',
    '"""d"""\n',
    '\r',
    '\ud800',
  ];
  switch (rng.int(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + rng.pick(junk) + text.slice(at);
    case 2:
      return text.slice(0, at) + rng.pick(junk) + text.slice(at + length);
    default:
      return text.slice(0, at);
  }
}

/** Settings of {@link fuzzLibrary}. */
export interface FuzzOptions {
  /** Corruptions of each file. */
  perFile: number;
  /** For so many of them the way back is found and applied, too. */
  editsPerFile: number;
  seed: number;
  /** Which files, by their index; default all. */
  takes?: (index: number) => boolean;
}

/** What {@link fuzzLibrary} did and found. */
export interface FuzzResult {
  files: number;
  corruptions: number;
  edits: number;
  /** Files of edits whose result has other tokens than the whole file. */
  missed: string[];
  failures: string[];
}

/** Corrupts every file in seeded ways and checks tokens, windows and, for some, the edit that mends it. */
export async function fuzzLibrary(options: FuzzOptions): Promise<FuzzResult> {
  const { perFile, editsPerFile, seed, takes = () => true } = options;
  const result: FuzzResult = { files: 0, corruptions: 0, edits: 0, missed: [], failures: [] };
  const files = await libraryFiles();
  files.forEach((file, index) => {
    if (!takes(index)) return;
    result.files++;
    const rng = seedStream(seed, `fuzz/${index}`);
    const { text } = decodeSource(readFileSync(file));
    const whole = lex(text);
    for (let round = 0; round < perFile; round++) {
      result.corruptions++;
      const broken = damage(text, rng);
      const tokens = lex(broken);
      const fault = coverFault(broken, tokens) ?? windowFault(tokens);
      if (fault !== undefined) result.failures.push(`${file}, corruption ${round}: ${fault}`);
      if (round === 0) findFunctions(broken, tokens);
      if (round < editsPerFile) mend(result, { file, broken, tokens, whole });
    }
  });
  return result;
}

function windowFault(tokens: readonly Token[]): string | undefined {
  let next = 0;
  for (const { firstToken, endToken } of windowsOf(tokens, { maxTokens: 127 })) {
    if (firstToken > next || endToken <= firstToken) return `window at ${firstToken}`;
    next = Math.max(next, endToken);
  }
  return next === tokens.length - 1 ? undefined : `windows end at ${next}`;
}

/** Finds the edit from a broken text to the whole tokens, applies it, and checks that nothing else changed. */
function mend(
  result: FuzzResult,
  { file, broken, tokens, whole }: { file: string; broken: string; tokens: Token[]; whole: Token[] },
): void {
  const edit = diffTokens(tokens, whole);
  // A text cut in the middle would be written anew by one edit of thousands of tokens: that shows nothing.
  if (!edit || edit.replacement.length > 400) return;
  result.edits++;
  const fixed = applyEdit(broken, tokens, edit);
  if (!sameTokens(lex(fixed), whole)) result.missed.push(file);
  const [first, last] = edit.tokenSpan;
  const before = tokens.findLastIndex(({ kind }, i) => i < first && !kind.endsWith('dent'));
  const after = Math.min(last + (last - first) + edit.replacement.length + 1, tokens.length - 1);
  if (!fixed.startsWith(broken.slice(0, tokens[before]?.end ?? 0)))
    result.failures.push(`${file}: what is before changed`);
  if (!fixed.endsWith(broken.slice(tokens[after].start)))
    result.failures.push(`${file}: what is after changed`);
}
