import { sha256 } from '../../core/hash';
import { applyEdit, diffTokens, normalText, sampleIdOf, sameTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { fitsModel } from '../../records/example';
import type { Surroundings } from '../../records/file-context';
import type { Edit } from '../../records/sample';
import type { MutationDrop } from '../mutation/mutant';
import { recogniseBug } from '../mutation/recognise';
import type { MutationTarget } from '../mutation/target';
import { deadLines, isInDeadCode } from './dead-code';

/** A clean function that a breaker is to break. */
export interface BreakRequest {
  source: string;
  /** What its file says around it. */
  surroundings: Surroundings;
  /** Seed of the function's own random stream. */
  seed: number;
}

/** A model that proposes bugs as people make them. The stage is handed one: nothing here knows what it is made of. */
export interface Breaker {
  /** Digest of all that decides what it proposes, beside its settings. */
  revision: string;
  /**
   * Buggy versions of a clean function, as texts; equal ones may come, and ones that are no bug.
   * @throws InterruptedError when the signal is aborted
   */
  propose(request: BreakRequest, signal: AbortSignal): Promise<string[]>;
}

/** A bug that a breaker proposed, on its way to the critic. */
export interface LearnedBug {
  /** The type whose mutator makes exactly this bug; null where none does. */
  bugType: string | null;
  /** Source with the bug. */
  before: string;
  /** Turns `before` into the clean source, token for token. */
  edit: Edit;
  /** Id of the sample it would become. */
  id: string;
  /** Hash of the buggy program without layout. */
  key: string;
}

/** What became of a breaker's proposals for one function. */
export interface LearnedBugs {
  bugs: LearnedBug[];
  dropped: { reason: Exclude<MutationDrop, 'no_mutation'> | 'dead_code'; before: string }[];
}

/** Settles what needs no CPython of buggy versions of a clean function: the edit that mends each, and its type. Pure. */
export function settleLearned(target: MutationTarget, proposed: readonly string[]): LearnedBugs {
  const settled: LearnedBugs = { bugs: [], dropped: [] };
  const dead = deadLines(target);
  for (const before of proposed) {
    const result = learnedBug(target, before, dead);
    if (typeof result === 'string') settled.dropped.push({ reason: result, before });
    else settled.bugs.push(result);
  }
  return settled;
}

function learnedBug(
  target: MutationTarget,
  before: string,
  dead: ReadonlySet<number>,
): LearnedBug | LearnedBugs['dropped'][number]['reason'] {
  const tokens = lex(before);
  const edit = diffTokens(tokens, target.tokens);
  if (!edit) return 'same_tokens';
  if (!fitsModel(edit)) return 'edit_too_long';
  if (!sameTokens(lex(applyEdit(before, tokens, edit)), target.tokens)) return 'fix_not_exact';
  if (isInDeadCode(target, dead, { tokens, fix: edit })) return 'dead_code';
  const { source: after, context } = target;
  const [recognised] = recogniseBug({ before, after, context });
  const [normal, clean] = [normalText(tokens), normalText(target.tokens)];
  return {
    bugType: recognised?.bugType ?? null,
    before,
    edit,
    id: sampleIdOf(normal, clean),
    key: sha256(normal),
  };
}
