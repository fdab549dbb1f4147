import type { DropReason } from '../dropped';
import type { Commit, CommitChanges } from './repository';

/** What a commit message says about the commit. */
export interface MessageReading {
  /** It speaks of a fix: worth a look. */
  fix: boolean;
  /** It takes an earlier commit back. */
  reverts: boolean;
  /** It clearly says that a bug was mended, and speaks of nothing else. */
  strong: boolean;
}

const FIX =
  /\b(?:fix(?:e[sd]|ing)?|hotfix(?:e[sd])?|bug(?:s|fix(?:es)?)?|repairs?|repaired|resolve[sd]?|correct(?:s|ed|ly)?|incorrect(?:ly)?|wrong(?:ly)?|mistakes?|broken|breaks?|crash(?:e[sd]|ing)?|regressions?|faults?|off[- ]by[- ]one|fail(?:s|ed|ing|ures?)?)\b/i;
const STRONG =
  /\b(?:fix(?:e[sd]|ing)?|hotfix(?:e[sd])?|repairs?|repaired|resolve[sd]?|corrects?|corrected)\b|\bbug(?:s|fix(?:es)?)?\b/i;
const NOISE =
  /\b(?:typos?|spelling|grammar|docs?|docstrings?|documentation|readme|comments?|style|lint(?:er|ing)?|flake8|pep ?8|pylint|mypy|typing|annotations?|white ?space|indentation|format(?:ting)?|tests?|ci|build|changelog|release|version|bump|merge[sd]?|refactor(?:s|ing|ed)?|warnings?|deprecat\w*)\b/i;
const REVERT = /^(?:revert\b|reapply\b)|\bthis reverts commit\b/i;

/** Reads a commit message. Only the subject decides what is noise: bodies mention tests and releases in passing. */
export function readMessage(message: string): MessageReading {
  const subject = message.split('\n', 1)[0];
  const fix = FIX.test(message);
  return {
    fix,
    reverts: REVERT.test(message),
    strong: fix && STRONG.test(subject) && !NOISE.test(subject),
  };
}

/** Why a fix commit is left out before its files are read; undefined when it is not. */
export function dropCommit(
  commit: Commit,
  changes: CommitChanges,
  limits: { maxFiles: number; maxLines: number },
): { reason: DropReason; detail: string | null } | undefined {
  if (readMessage(commit.message).reverts) return { reason: 'reverts', detail: null };
  if (changes.files.length > limits.maxFiles)
    return { reason: 'too_many_files', detail: `${changes.files.length} files` };
  if (changes.lines > limits.maxLines) return { reason: 'too_many_lines', detail: `${changes.lines} lines` };
  return undefined;
}
