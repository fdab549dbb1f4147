import { commonEnds } from '../core/text/common-ends';
import type { BugType } from './bug-type';
import { REAL_FIXES, REAL_SYNTAX_FIXES, type FixCounts } from './frequencies';
import { realFrequency } from './frequency';
import { FAMILIES, type Family } from '../records/sample';
import { BUG_TYPES } from './table';

/** The whole taxonomy as a Markdown page: a table of each family, then every type with its example. */
export function renderTaxonomy(types: readonly BugType[] = BUG_TYPES): string {
  const families = FAMILIES.map((family) => ({ family, of: types.filter((type) => type.family === family) }));
  const sections = families.filter(({ of }) => of.length > 0);
  return [
    '# The bug taxonomy',
    '',
    '<!-- Written by `bin/trm taxonomy --markdown`; a test holds this page to the table in src/taxonomy. -->',
    '',
    `${types.length} types of bugs in ${sections.length} families. Each has one mutator (\`src/generation/mutators\`) that plants it in`,
    'correct code. Severity says how bad the consequence usually is, difficulty how much must be known to find it, from 1',
    '(the parser points at it) to 5 (needs knowledge from outside the function).',
    '',
    '"Real fixes" counts, among fixes of one small edit mined from public histories, those that the mutator of the type',
    'explains: run backwards it makes exactly the bug that was fixed. Fixes that several types explain count for the',
    'most specific one.',
    '',
    '| fixes | looked at | explained by some type |',
    '|---|---|---|',
    explained('of code that compiles', REAL_FIXES),
    explained('of code that does not', REAL_SYNTAX_FIXES),
    '',
    ...sections.flatMap(({ family, of }) => familySection(family, of)),
  ].join('\n');
}

function explained(name: string, { pairs, recognised }: FixCounts): string {
  return `| ${name} | ${pairs} | ${recognised} (${((100 * recognised) / pairs).toFixed(1)} %) |`;
}

function familySection(family: Family, types: readonly BugType[]): string[] {
  return [
    `## ${family}`,
    '',
    '| code | id | what | CWE | severity | difficulty | linter rule | real fixes |',
    '|---|---|---|---|---|---|---|---|',
    ...types.map(row),
    '',
    ...types.flatMap(details),
  ];
}

function row(type: BugType): string {
  const { count } = realFrequency(type);
  const cells = [
    String(type.code),
    `[\`${type.id}\`](#${type.id})`,
    type.title,
    type.cwe ?? '',
    type.severity,
    String(type.difficulty),
    type.rule ?? '',
    String(count),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function details({ id, description, example, rare }: BugType): string[] {
  return [
    `### ${id}`,
    '',
    description,
    '',
    ...(rare ? [`Rare in real code: ${rare}`, ''] : []),
    '```diff',
    ...diffLines(example.before.trimEnd().split('\n'), example.after.trimEnd().split('\n')),
    '```',
    '',
  ];
}

/** The shared start and end with what differs between them: `-` is the bug, `+` the fix. */
function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const { start, end } = commonEnds(before, after);
  return [
    ...after.slice(0, start).map((line) => ` ${line}`),
    ...before.slice(start, before.length - end).map((line) => `-${line}`),
    ...after.slice(start, after.length - end).map((line) => `+${line}`),
    ...after.slice(after.length - end).map((line) => ` ${line}`),
  ];
}
