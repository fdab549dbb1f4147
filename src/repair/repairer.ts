import { loadEngine, type EngineChoice, type EngineInfo } from '../core/engine';
import { throwIfAborted } from '../core/errors';
import { pythonPath } from '../core/paths';
import { Critic, type Judge, type Verdict } from '../python/critic/critic';
import { lex } from '../python/tokens/lexer';
import { lineMap, type LineMap } from '../python/tokens/positions';
import type { Finding, Fix, Note, Tier } from '../records/finding';
import { TIERS } from '../records/finding';
import { bugTypeByCode } from '../taxonomy/table';
import { precisionHere } from '../trm/kernels';
import type { InferenceChoice } from '../trm/precision';
import type { Calibration } from './calibration';
import { Diagnoser } from './evidence/diagnosis';
import { unifiedDiff } from './diff';
import { editText, originalSpan, startText, type EditedText } from './edited-text';
import { loadRepairModel, type RepairModel } from './model-folder';
import { createProposer, onlyWanted, type Proposer, type ProposerOptions, type WantsEdit } from './proposals';
import { lineRange, rangeOf } from './ranges';
import { repairInRounds, type AppliedEdit } from './rounds';
import { searchSyntax, type SearchStep, type SyntaxResult } from './syntax-search';
import { timeChecker, timeProposer, type Timings } from './timings';
import { createWindowPredictor } from './window-predictor';
import { tierOf, type Checker, type Judgement, type DropReason } from './evidence/verifier';

/** Settings of {@link loadRepairer}. */
export interface LoadRepairerOptions {
  /** Default `auto`: native, or WASM when the native engine is missing. */
  engine?: EngineChoice;
  /** Of the model's products, see `trm/kernels`. Default `float32`: the answers that were measured. */
  precision?: InferenceChoice;
  /** Decides what parses; it stays open. Default: processes of the repairer's own. */
  critic?: Judge;
  /** Python of those processes. Default {@link pythonPath}. */
  python?: string;
  /** How many of them. Default 1. */
  workers?: number;
}

/** Settings of {@link Repairer.repair}. */
export interface RepairOptions {
  /** Name in findings and diff. Default `<text>`. */
  file?: string;
  /** Rounds over the whole file. Default 8. */
  maxRounds?: number;
  /** Edits at or below this confidence are not reported, whoever vouches for them. Default: the model's calibrated threshold. */
  threshold?: number;
  /** True: `fixed` and `diff` hold plausible edits too. Default false: verified ones only. */
  unsafeFixes?: boolean;
  /** Proposals a window. Default 8; the search for syntax errors always uses 16. */
  topK?: number;
  /** Default: the supervision steps that the calibration was measured with. */
  supervisionSteps?: number;
  /**
   * UTF-16 offsets [start, end): only functions, and code between functions, that touch this range are looked at, as an
   * editor asks for after a change. Errors of syntax are looked for where the parser stops, wherever that is. Default:
   * the whole file.
   */
  within?: readonly [number, number];
  /** Says of each edit that the model proposes whether it may be made. Default: all of them. */
  wants?: WantsEdit;
  /** Aborted: the repair ends within a moment, whatever it is at. */
  signal?: AbortSignal;
}

/** A loaded model with its verifiers. Owns tensors and processes: close it. */
export interface Repairer {
  /** Folder the model was loaded from. */
  folder: string;
  calibration: Calibration;
  engine: EngineInfo;
  /**
   * Finds and fixes bugs in one file's text. The same text, model and settings give the same answer. What the model said
   * of the last few thousand windows is remembered: of an edited file only what changed is predicted again.
   * @throws InterruptedError when the signal is aborted
   */
  repair(source: string, options?: RepairOptions): Promise<Fix>;
  close(): Promise<void>;
}

/** Proposals a window while searching for a text that parses. */
export const SYNTAX_TOP_K = 16;

/**
 * Loads a model folder (a release), an engine and a critic.
 * @throws DataError when the folder is no model, EngineError when no engine loads
 */
export async function loadRepairer(folder: string, options: LoadRepairerOptions = {}): Promise<Repairer> {
  // Python starts while the engine and the weights are loaded.
  const judging = openCritic(options);
  judging.catch(() => undefined);
  const close = async (): Promise<void> => judging.then((opened) => opened.close());
  const { engine, parts } = await loadModel(folder, options).catch(async (error: unknown) => {
    await close().catch(() => undefined);
    throw error;
  });
  const { critic } = await judging.catch((error: unknown) => {
    parts.model.dispose();
    throw error;
  });
  const diagnoser = new Diagnoser({ version: critic.pythonVersion });
  const { calibration } = parts;
  const predictWindows = createWindowPredictor(parts);
  const tools: RepairTools = {
    createProposer: (settings) => createProposer(predictWindows, { calibration, ...settings }),
    maxTokens: parts.model.config.maxTokens,
    threshold: calibration.threshold,
    critic,
    diagnoser,
    python: critic.pythonVersion,
  };
  return {
    folder,
    calibration,
    engine,
    repair: (source, settings = {}) => repairSource(source, tools, settings),
    close: async () => {
      parts.model.dispose();
      await Promise.all([close(), diagnoser.close()]);
    },
  };
}

async function loadModel(
  folder: string,
  { engine: choice = 'auto', precision = 'float32' }: LoadRepairerOptions,
): Promise<{ engine: EngineInfo; parts: RepairModel }> {
  const engine = await loadEngine({ choice });
  return { engine, parts: await loadRepairModel(folder, precisionHere(precision)) };
}

/** The critic that was given, or one of the repairer's own, which ends with it. */
async function openCritic({
  critic,
  workers = 1,
  python = pythonPath(),
}: LoadRepairerOptions): Promise<{ critic: Judge; close: () => Promise<void> }> {
  if (critic) return { critic, close: () => Promise.resolve() };
  const own = await Critic.start({ workers, python });
  return { critic: own, close: () => own.close() };
}

/** What a repair works with. */
export interface RepairTools {
  /** The model, as {@link createProposer} lends it. */
  createProposer: (options: Omit<ProposerOptions, 'calibration'>) => Proposer;
  /** Most tokens of its windows, END included. */
  maxTokens: number;
  /** Default of {@link RepairOptions.threshold}. */
  threshold: number;
  critic: Checker;
  diagnoser: Pick<Diagnoser, 'diagnose'>;
  /** Version of the Python that judges. */
  python: string;
}

/** What was found, before it becomes a record. */
interface Repaired {
  notes: Note[];
  verified: readonly AppliedEdit[];
  plausible: readonly AppliedEdit[];
  speculative: readonly AppliedEdit[];
  /** The text with the verified edits, and with the plausible ones too. */
  safe: string;
  all: string;
  dropped: ReadonlyMap<string, DropReason>;
}

/** Repairs one text with tools that are loaded: what {@link Repairer.repair} does. */
export async function repairSource(
  source: string,
  tools: RepairTools,
  options: RepairOptions = {},
): Promise<Fix> {
  const { file = '<text>', unsafeFixes = false, signal } = options;
  const started = performance.now();
  const timings: Timings = { predict: 0, verify: 0, total: 0 };
  const critic = timeChecker(tools.critic, timings);
  throwIfAborted(signal, 'the repair');
  const [verdict] = await critic.check([source], signal);
  const note = verdict.valid ? null : await noteOnBroken(source, verdict, tools, signal);
  const done = note
    ? untouched(source, note)
    : await repairPython(source, verdict, { ...tools, critic }, options, timings);
  throwIfAborted(signal, 'the repair');

  const lines = lineMap(source);
  const describe = (edits: readonly AppliedEdit[], tier: Tier): Finding[] =>
    edits.map((edit) => toFinding({ source, lines, file }, edit, tier));
  const findings = TIERS.flatMap((tier) => describe(done[tier], tier)).sort(byTierAndConfidence);
  const fixed = unsafeFixes ? done.all : done.safe;
  const shown = findings.filter(({ tier }) => tier === 'verified' || (unsafeFixes && tier === 'plausible'));
  const diff = unifiedDiff(source, fixed, {
    file,
    heading: (first, last) => hunkHeading(shown, first, last),
  });
  const dropped = countReasons(done.dropped.values());
  timings.total = performance.now() - started;
  return { file, findings, notes: done.notes, fixed, diff, dropped, timings: { ...timings } };
}

/** Why nothing is to be searched in a text that the critic does not call valid; null when it is simply broken. */
async function noteOnBroken(
  source: string,
  verdict: Verdict,
  { diagnoser, python }: RepairTools,
  signal: AbortSignal | undefined,
): Promise<Note | null> {
  if (verdict.unknown)
    return {
      kind: 'not-judged',
      range: lineRange(source, 0),
      message: `could not be judged by CPython ${python}, so nothing was changed: ${verdict.error?.type}, ${verdict.error?.message}`,
    };
  return diagnoser.diagnose(source, lex(source), signal);
}

function untouched(source: string, note: Note): Repaired {
  const none = { verified: [], plausible: [], speculative: [], dropped: new Map<string, DropReason>() };
  return { ...none, notes: [note], safe: source, all: source };
}

/** Mends a text that is Python: first until it parses, then what names and the model tell. */
async function repairPython(
  source: string,
  verdict: Verdict,
  tools: RepairTools,
  options: RepairOptions,
  timings: Timings,
): Promise<Repaired> {
  const { critic, python, maxTokens } = tools;
  const { maxRounds = 8, topK = 8, supervisionSteps, within, signal, threshold = tools.threshold } = options;
  const timed = (propose: Proposer): Proposer => onlyWanted(timeProposer(propose, timings), options.wants);
  const syntax = await searchSyntax(source, {
    propose: timed(tools.createProposer({ topK: SYNTAX_TOP_K, supervisionSteps, signal })),
    ...{ critic, maxTokens, verdict, signal },
  });
  const mended = applySearch(source, syntax, verdict, threshold);
  const shared = {
    propose: timed(tools.createProposer({ topK, supervisionSteps, signal })),
    ...{ critic, maxTokens, threshold, maxRounds, within, signal, dropped: new Map<string, DropReason>() },
  };
  // A name is sure where the rest of the file is: in one that parses, or does so by edits that are sure.
  const sure =
    mended.tier === 'verified'
      ? await repairInRounds(mended.text, {
          ...shared,
          fileParses: true,
          accept: (judgement) => tierOf(judgement) === 'verified',
        })
      : { text: mended.text, applied: [] };
  // What follows rests on edits that nobody but the model vouches for: at most plausible.
  const parses = mended.tier !== 'speculative';
  const likely = await repairInRounds(sure.text, { ...shared, fileParses: parses, accept: () => true });
  const broken = mended.tier === 'verified' ? [] : [brokenNote(source, mended.verdict, python)];
  const tiers = {
    verified: sure.applied,
    plausible: likely.applied,
    speculative: [] as readonly AppliedEdit[],
  };
  return {
    ...tiers,
    [mended.tier]: [...mended.applied, ...tiers[mended.tier]],
    notes: broken,
    safe: mended.tier === 'verified' ? sure.text.current : source,
    all: likely.text.current,
    dropped: shared.dropped,
  };
}

/** What the search came to: the text to go on with, its edits, and how sure all of them together are. */
interface Mended {
  text: EditedText;
  applied: AppliedEdit[];
  tier: Tier;
  /** On the original text. */
  verdict: Verdict;
}

/**
 * The text after the search, and its edits: sure when each of them is, for a file parses by all of them together. Edits
 * at or below the threshold are none; then the text stays as it was, and the first guess is told.
 */
function applySearch(source: string, syntax: SyntaxResult, verdict: Verdict, threshold: number): Mended {
  const start = startText(source);
  const isShown = ({ candidate }: SearchStep): boolean => candidate.confidence > threshold;
  if (!syntax.parses || !syntax.steps.every(isShown)) {
    const guess = syntax.guess ?? syntax.steps[0];
    const told = guess && isShown(guess) ? [toApplied(start, guess, false)] : [];
    return { text: start, applied: told, tier: 'speculative', verdict };
  }
  const applied: AppliedEdit[] = [];
  const text = syntax.steps.reduce((state, step) => {
    applied.push(toApplied(state, step, true));
    return editText(state, step.change.start, step.change.end, step.change.text);
  }, start);
  return {
    text,
    applied,
    tier: syntax.steps.every(({ vouched }) => vouched) ? 'verified' : 'plausible',
    verdict,
  };
}

/** What the Python that judges says of a text that stays broken without edits that nobody vouches for. */
function brokenNote(source: string, { error }: Verdict, python: string): Note {
  const message = `does not parse with CPython ${python}: ${error?.message ?? 'no reason given'}`;
  return { kind: 'does-not-parse', range: lineRange(source, (error?.line ?? 1) - 1), message };
}

function toApplied(
  text: EditedText,
  { candidate, change, vouched }: SearchStep,
  parses: boolean,
): AppliedEdit {
  const judgement: Judgement = { candidate, change, checks: { parses, names: true }, mends: parses, vouched };
  return { judgement, ...originalSpan(text, change.start, change.end) };
}

function toFinding(
  { source, lines, file }: { source: string; lines: LineMap; file: string },
  { judgement, start, end }: AppliedEdit,
  tier: Tier,
): Finding {
  const { candidate, change, checks, mends, vouched } = judgement;
  return {
    file,
    bugType: bugTypeByCode(candidate.bugType)?.id ?? null,
    confidence: candidate.confidence,
    range: rangeOf(lines, [start, end]),
    span: [start, end],
    before: source.slice(start, end),
    after: change.text,
    tier,
    checks: { ...checks, mends, vouched },
    steps: candidate.steps,
  };
}

/** Surest first: by tier, then by confidence, then by place. */
function byTierAndConfidence(a: Finding, b: Finding): number {
  const rank = ({ tier }: Finding): number => TIERS.indexOf(tier);
  return rank(a) - rank(b) || b.confidence - a.confidence || a.span[0] - b.span[0];
}

/** `verified 0.97 missing-colon; plausible 0.41 missing-not` for the findings of a hunk's lines, counted from 1. */
function hunkHeading(findings: readonly Finding[], firstLine: number, lastLine: number): string {
  return findings
    .filter(({ range }) => range.start.line < lastLine && range.end.line >= firstLine - 1)
    .sort((a, b) => a.span[0] - b.span[0])
    .map(({ tier, confidence, bugType }) => `${tier} ${confidence.toFixed(2)}${bugType ? ` ${bugType}` : ''}`)
    .join('; ');
}

function countReasons(reasons: Iterable<DropReason>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
