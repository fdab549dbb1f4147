import { UserError, nearestName } from '../../core/errors';
import { FAMILIES } from '../../records/sample';
import { BUG_TYPES } from '../../taxonomy/table';
import { UNTYPED_RULE, type ReportedFinding } from './reported-finding';

/** What a term of `--select` is compared with. */
export type Selectable = Pick<ReportedFinding, 'witness' | 'rule' | 'bugType'>;

/** Who can see a fault: the model, CPython's parser, the project's own readers, tools. */
export const WITNESS_NAMES = [
  'model',
  'parser',
  'names',
  'ruff',
  'ty',
  'bandit',
  'mypy',
  'pylint',
  'trm',
] as const;

/** Which findings are wanted. */
export interface Selection {
  /** Terms of which one must match. Default: everything. */
  select?: readonly string[];
  /** Terms of which none may match; they win. */
  ignore?: readonly string[];
}

const familyOf = new Map(BUG_TYPES.map(({ id, family }) => [id, family as string]));

/**
 * Says whether a finding is wanted. A term is a bug type (`missing-colon`), a family (`syntax`), a witness (`ruff`) or
 * a witness with its rule (`ruff:F821`).
 * @throws UserError for a term that names nothing, with the nearest name
 */
export function createSelection({ select = [], ignore = [] }: Selection): (finding: Selectable) => boolean {
  for (const term of [...select, ...ignore]) requireTerm(term);
  return (finding) => {
    const matches = (term: string): boolean => matchesTerm(finding, term);
    return (select.length === 0 || select.some(matches)) && !ignore.some(matches);
  };
}

/** Whether a term, see {@link createSelection}, names this finding. */
export function matchesTerm({ witness, rule, bugType }: Selectable, term: string): boolean {
  return (
    term === bugType ||
    term === witness ||
    term === `${witness}:${rule}` ||
    (bugType === null ? term === rule && rule === UNTYPED_RULE : term === familyOf.get(bugType))
  );
}

/** The nearest known name when a term names nothing; null when it is known. */
export function problemOfTerm(term: string): string | null {
  const known = [...familyOf.keys(), ...FAMILIES, ...WITNESS_NAMES, UNTYPED_RULE];
  const [witness, rule] = term.split(':', 2);
  if (known.includes(term)) return null;
  if (rule && WITNESS_NAMES.some((name) => name === witness)) return null;
  const near = nearestName(term, known);
  return `no bug type, family or witness is named "${term}"${near ? `, did you mean "${near}"?` : ''}`;
}

function requireTerm(term: string): void {
  const problem = problemOfTerm(term);
  if (problem !== null) throw new UserError(problem, 'list the types and families with `trm taxonomy`');
}
