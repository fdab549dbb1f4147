import { loadEngine, type EngineChoice, type EngineInfo } from '../core/engine';
import { throwIfAborted } from '../core/errors';
import { pythonPath } from '../core/paths';
import { Critic } from '../python/critic';
import { lineMap } from '../python/positions';
import type { Finding, Fix, Tier } from '../records/finding';
import { TIERS } from '../records/finding';
import { bugTypeByCode } from '../taxonomy/table';
import type { Calibration } from './calibration';
import { unifiedDiff } from './diff';
import { editText, originalSpan, startText, type EditedText } from './edited-text';
import { loadRepairModel, type RepairModel } from './model-folder';
import { createProposer, type Proposer } from './proposals';
import { repairInRounds, type AppliedEdit, type RoundsOptions } from './rounds';
import { searchSyntax, type SearchStep, type SyntaxResult } from './syntax-search';
import { tierOf, type Checker, type Judgement, type Objection } from './verifier';

/** Settings of {@link loadRepairer}. */
export interface LoadRepairerOptions {
  /** Default `auto`: native, or WASM when the native engine is missing. */
  engine?: EngineChoice;
  /** Python whose compiler decides what parses. Default {@link pythonPath}. */
  python?: string;
  /** Processes that compile. Default 1. */
  workers?: number;
}

/** Settings of {@link Repairer.repair}. */
export interface RepairOptions {
  /** Name in findings and diff. Default `<text>`. */
  file?: string;
  /** Rounds over the whole file. Default 8. */
  maxRounds?: number;
  /** Edits at or below this confidence are not reported. Default: the model's calibrated threshold. */
  threshold?: number;
  /** True: `fixed` and `diff` hold plausible edits too. Default false: verified ones only. */
  includePlausible?: boolean;
  /** Proposals a window. Default 8; the search for syntax errors always uses 16. */
  topK?: number;
  /** Default: the supervision steps that the calibration was measured with. */
  supervisionSteps?: number;
  signal?: AbortSignal;
}

/** A loaded model with its verifiers. Owns tensors and processes: close it. */
export interface Repairer {
  /** Folder the model was loaded from. */
  folder: string;
  calibration: Calibration;
  engine: EngineInfo;
  /** Finds and fixes bugs in one file's text. The same text, model and settings give the same answer. */
  repair(source: string, options?: RepairOptions): Promise<Fix>;
  close(): Promise<void>;
}

/** Proposals a window while searching for a text that parses. */
const SYNTAX_TOP_K = 16;

/**
 * Loads a model folder (a release), an engine and a critic.
 * @throws DataError when the folder is no model, EngineError when no engine loads
 */
export async function loadRepairer(folder: string, options: LoadRepairerOptions = {}): Promise<Repairer> {
  const engine = await loadEngine({ choice: options.engine ?? 'auto' });
  const parts = await loadRepairModel(folder);
  const { workers = 1, python = pythonPath() } = options;
  const critic = await Critic.start({ workers, python }).catch((error: unknown) => {
    parts.model.dispose();
    throw error;
  });
  return {
    folder,
    calibration: parts.calibration,
    engine,
    repair: (source, settings = {}) => repairSource(source, parts, critic, settings),
    close: async () => {
      parts.model.dispose();
      await critic.close();
    },
  };
}

/** Milliseconds by step, summed over all rounds. */
interface Timings {
  predict: number;
  verify: number;
  total: number;
}

async function repairSource(
  source: string,
  parts: RepairModel,
  critic: Checker,
  options: RepairOptions,
): Promise<Fix> {
  const {
    file = '<text>',
    maxRounds = 8,
    topK = 8,
    includePlausible = false,
    supervisionSteps,
    signal,
  } = options;
  const { threshold = parts.calibration.threshold } = options;
  const started = performance.now();
  const timings: Timings = { predict: 0, verify: 0, total: 0 };
  const timedCritic = timeChecker(critic, timings);
  const timed = (propose: Proposer): Proposer => timeProposer(propose, timings);
  const propose = timed(createProposer(parts, { topK, supervisionSteps }));
  const refused = new Map<string, Objection>();

  throwIfAborted(signal, 'the repair');
  const syntax = await searchSyntax(source, {
    propose: timed(createProposer(parts, { topK: SYNTAX_TOP_K, supervisionSteps })),
    critic: timedCritic,
  });
  const mended = applySearch(source, syntax);
  const rounds = (text: EditedText, accept: RoundsOptions['accept']): ReturnType<typeof repairInRounds> =>
    repairInRounds(text, {
      propose,
      critic: timedCritic,
      threshold,
      maxRounds,
      fileParses: syntax.parses,
      accept,
      refused,
      signal,
    });
  const sure = await rounds(mended.text, (judgement) => tierOf(judgement) === 'verified');
  // What follows rests on edits that nobody but the model vouches for: at most plausible.
  const likely = await rounds(sure.text, () => true);

  const describe = (edits: readonly AppliedEdit[], tier: Tier): Finding[] =>
    edits.map((edit) => toFinding(source, file, edit, tier));
  const findings = [
    ...describe(mended.applied, syntax.parses ? 'verified' : 'speculative'),
    ...describe(sure.applied, 'verified'),
    ...describe(likely.applied, 'plausible'),
  ].sort(byTierAndConfidence);
  const fixed = (includePlausible ? likely : sure).text.current;
  const shown = findings.filter(
    ({ tier }) => tier === 'verified' || (includePlausible && tier === 'plausible'),
  );
  const diff = unifiedDiff(source, fixed, {
    file,
    heading: (first, last) => hunkHeading(shown, first, last),
  });
  timings.total = performance.now() - started;
  return { file, findings, fixed, diff, dropped: countReasons(refused.values()), timings: { ...timings } };
}

/** The text after the search, and its edits; a search that failed changes nothing but tells its first guess. */
function applySearch(source: string, syntax: SyntaxResult): { text: EditedText; applied: AppliedEdit[] } {
  const start = startText(source);
  if (!syntax.parses) {
    const guess = syntax.guess ?? syntax.steps[0];
    return { text: start, applied: guess ? [toApplied(start, guess, false)] : [] };
  }
  const applied: AppliedEdit[] = [];
  const text = syntax.steps.reduce((state, step) => {
    applied.push(toApplied(state, step, true));
    return editText(state, step.change.start, step.change.end, step.change.text);
  }, start);
  return { text, applied };
}

function toApplied(text: EditedText, { candidate, change }: SearchStep, parses: boolean): AppliedEdit {
  const judgement: Judgement = { candidate, change, checks: { parses, names: true }, mends: parses };
  return { judgement, ...originalSpan(text, change.start, change.end) };
}

function toFinding(
  source: string,
  file: string,
  { judgement, start, end }: AppliedEdit,
  tier: Tier,
): Finding {
  const { candidate, change, checks, mends } = judgement;
  const lines = lineMap(source);
  const position = (offset: number): Finding['start'] => ({ ...lines.at(offset), offset });
  return {
    file,
    bugType: bugTypeByCode(candidate.bugType)?.id ?? null,
    confidence: candidate.confidence,
    start: position(start),
    end: position(end),
    before: source.slice(start, end),
    after: change.text,
    tier,
    checks: { ...checks, mends },
    steps: candidate.steps,
  };
}

/** Surest first: by tier, then by confidence, then by place. */
function byTierAndConfidence(a: Finding, b: Finding): number {
  const rank = ({ tier }: Finding): number => TIERS.indexOf(tier);
  return rank(a) - rank(b) || b.confidence - a.confidence || a.start.offset - b.start.offset;
}

/** `verified 0.97 missing-colon; plausible 0.41 missing-not` for the findings of a hunk's lines. */
function hunkHeading(findings: readonly Finding[], firstLine: number, lastLine: number): string {
  return findings
    .filter(({ start, end }) => start.line <= lastLine && end.line >= firstLine)
    .sort((a, b) => a.start.offset - b.start.offset)
    .map(({ tier, confidence, bugType }) => `${tier} ${confidence.toFixed(2)}${bugType ? ` ${bugType}` : ''}`)
    .join('; ');
}

function timeProposer(propose: Proposer, timings: Timings): Proposer {
  return async (request) => {
    const from = performance.now();
    const candidates = await propose(request);
    timings.predict += performance.now() - from;
    return candidates;
  };
}

function timeChecker(critic: Checker, timings: Timings): Checker {
  return {
    check: async (sources) => {
      const from = performance.now();
      const verdicts = await critic.check(sources);
      timings.verify += performance.now() - from;
      return verdicts;
    },
  };
}

function countReasons(reasons: Iterable<Objection>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
