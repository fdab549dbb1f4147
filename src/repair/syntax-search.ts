import { breathe } from '../core/processes/breathe';
import type { Verdict } from '../python/critic/critic';
import { offsetOfError, tokenOfError } from '../python/tokens/positions';
import { changeOf, type Change } from './changes';
import { analyse, type Program } from './program';
import { editSize, type Candidate, type Proposer } from './proposals';
import { editText, holdsWritten, startText, type EditedText } from './edited-text';
import type { Checker } from './evidence/verifier';
import { isVouchedSyntax } from './evidence/vouched';

/** Settings of {@link searchSyntax}. */
export interface SyntaxSearchOptions {
  propose: Proposer;
  /** Most tokens of a window, END included, of the model that proposes. */
  maxTokens: number;
  critic: Checker;
  /** What the critic says of the text, where it has been asked. Default: it is asked. */
  verdict?: Verdict;
  /** Most edits tried for one error. Default 3. */
  depth?: number;
  /** Texts kept from one depth to the next. Default 4. */
  beam?: number;
  /** Most errors mended one after the other. Default 16. */
  maxErrors?: number;
  signal?: AbortSignal;
}

/** One edit on the way to a file that parses. */
export interface SearchStep {
  candidate: Candidate;
  change: Change;
  /** Nothing is invented, nothing lost, and the place is sure, see `isVouchedSyntax`. */
  vouched: boolean;
}

/** What {@link searchSyntax} found. */
export interface SyntaxResult {
  /** Edits in order, each in the coordinates of the text that the ones before it made. */
  steps: SearchStep[];
  /** The text after all steps. */
  text: string;
  /** True when it parses. */
  parses: boolean;
  /** What the critic says of the text; without a verdict nothing is searched. */
  verdict: Verdict;
  /** What the model would do at the place where the search gave up; null when it did not. */
  guess: SearchStep | null;
}

/** A text of the search with the edits that made it. */
interface Node {
  program: Program;
  verdict: Verdict;
  steps: SearchStep[];
  /** What the steps wrote: it is not edited again, so that each edit is what it says of the text before. */
  edited: EditedText;
  /** Product of the edits' probabilities. */
  probability: number;
  /** Edited tokens in all. */
  size: number;
}

/** A node before the critic and the lexer have read its text. */
type Draft = Pick<Node, 'steps' | 'probability' | 'size'>;

/**
 * Edits a file until it parses: error by error from the top, and for each error with the fewest edited tokens, the
 * most probable first. An error counts as mended when the file parses or the parser comes past the windows that
 * the edits were made in. Deterministic.
 */
export async function searchSyntax(source: string, options: SyntaxSearchOptions): Promise<SyntaxResult> {
  const { critic, maxErrors = 16, signal } = options;
  let text = source;
  const steps: SearchStep[] = [];
  for (let error = 0; ; error++) {
    const [verdict] = error === 0 && options.verdict ? [options.verdict] : await critic.check([text], signal);
    if (verdict.valid || verdict.unknown) return { steps, text, parses: verdict.valid, verdict, guess: null };
    const start: Node = {
      program: analyse(text, options),
      verdict,
      steps: [],
      edited: startText(text),
      probability: 1,
      size: 0,
    };
    const { mended, guess } =
      error < maxErrors ? await mendError(start, options) : { mended: null, guess: null };
    if (!mended) return { steps, text, parses: false, verdict, guess };
    steps.push(...mended.steps);
    text = mended.program.source;
  }
}

interface MendResult {
  mended: Node | null;
  guess: SearchStep | null;
}

/** Mends the first error of a text, or says what the model would have tried first. */
async function mendError(start: Node, options: SyntaxSearchOptions): Promise<MendResult> {
  const { critic, depth = 3, beam = 4, signal } = options;
  const tail = start.program.source.length - scopeEnd(start);
  const seen = new Set([start.program.source]);
  let guess: SearchStep | null = null;
  let nodes = [start];
  for (let level = 0; level < depth && nodes.length > 0; level++) {
    const texts: Draft[] = [];
    for (const node of nodes)
      for (const next of await expand(node, options)) {
        guess ??= next.steps[0];
        const { result } = next.steps[next.steps.length - 1].change;
        if (!seen.has(result)) texts.push(next);
        seen.add(result);
      }
    const results = texts.map(({ steps }) => steps[steps.length - 1].change.result);
    const verdicts = await critic.check(results, signal);
    // Errors behind the windows that were edited, counted from the end of the text: what is there did not move.
    const isMended = (i: number): boolean =>
      verdicts[i].valid || results[i].length - (offsetOfError(results[i], verdicts[i].error) ?? 0) <= tail;
    const order = texts.map((_, i) => i).sort((a, b) => compareTexts(texts[a], texts[b]));
    const best = order
      .filter(isMended)
      .sort((a, b) => Number(verdicts[b].valid) - Number(verdicts[a].valid))[0];
    const node = (i: number): Node => ({
      ...texts[i],
      edited: texts[i].steps.reduce(applyStep, startText(start.program.source)),
      verdict: verdicts[i],
      program: analyse(results[i], options),
    });
    if (best !== undefined) return { mended: node(best), guess };
    nodes = order
      .sort((a, b) => texts[b].probability - texts[a].probability || a - b)
      .slice(0, beam)
      .map(node);
  }
  return { mended: null, guess };
}

function applyStep(text: EditedText, { change }: SearchStep): EditedText {
  return editText(text, change.start, change.end, change.text);
}

/** Fewest edited tokens first, then the most probable. */
function compareTexts(a: Pick<Node, 'size' | 'probability'>, b: Pick<Node, 'size' | 'probability'>): number {
  return a.size - b.size || b.probability - a.probability;
}

async function expand(node: Node, { propose, signal }: SyntaxSearchOptions): Promise<Draft[]> {
  const { program } = node;
  const stoppedAt = tokenOfError(program.source, program.tokens, node.verdict.error);
  const stop = { token: stoppedAt ?? undefined, message: node.verdict.error?.message ?? '' };
  const windows = windowsNear(program, stoppedAt ?? 0);
  const candidates = await propose({ program, windows, stoppedAt });
  const texts: Draft[] = [];
  for (const candidate of candidates) {
    // Each writes the whole file anew, which takes a while for a long one.
    await breathe(signal, 'the repair');
    if (holdsWritten(node.edited, ...candidate.edit.charSpan)) continue;
    const change = changeOf(program, candidate);
    if (!change) continue;
    texts.push({
      steps: [...node.steps, { candidate, change, vouched: isVouchedSyntax(program, candidate, stop) }],
      probability: node.probability * candidate.probability,
      size: node.size + editSize(candidate.edit),
    });
  }
  return texts;
}

/**
 * Windows in which the cause of an error may lie: those around the token where the parser stopped, and the one
 * before, because the parser often sees a fault only at the next statement.
 */
export function windowsNear({ windows }: Program, stoppedAt: number): number[] {
  const around = windows.flatMap(({ firstToken, endToken }, i) =>
    firstToken <= stoppedAt && stoppedAt < endToken ? [i] : [],
  );
  // Behind the last window (the file's END): that one.
  const first = around[0] ?? windows.length - 1;
  return [...new Set([first - 1, first, ...around])].filter((i) => i >= 0);
}

/** Offset of the first character behind the windows where the search starts. */
function scopeEnd({ program, verdict }: Node): number {
  const { source, tokens, windows } = program;
  const near = windowsNear(program, tokenOfError(source, tokens, verdict.error) ?? 0);
  const last = Math.max(0, ...near.map((i) => windows[i].endToken));
  return tokens[last]?.start ?? source.length;
}
