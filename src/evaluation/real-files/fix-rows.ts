import type { TokenEdit } from '../../processing/encoding/encode';
import { applyEdit, charSpanOf } from '../../python/edits/edits';
import type { Column, Row } from '../../shards/columns';
import { showTokens } from '../outcome';
import type { FixAnswer } from './answers';
import type { Question } from './questions';

/** Columns of the `predictions.parquet` of real fixes: one row a model, fix and view. */
export const FIX_COLUMNS = [
  { name: 'model', type: 'string', description: 'name of the model' },
  { name: 'view', type: 'string', description: 'what it was shown: file, or the function alone' },
  { name: 'id', type: 'string', description: "the set's id of the fix" },
  { name: 'repo', type: 'string', description: 'owner/name' },
  { name: 'path', type: 'string', description: 'file of the function' },
  { name: 'function', type: 'string', description: 'qualified name' },
  { name: 'tier', type: 'string', description: "the set's tier" },
  { name: 'kind', type: 'string', nullable: true, description: "the set's label of the edit" },
  { name: 'one_token', type: 'boolean', description: 'one token in the place of one' },
  { name: 'published', type: 'boolean', description: 'of the kinds that published work measures' },
  {
    name: 'only_this_change',
    type: 'boolean',
    nullable: true,
    description: 'nothing else of the file changed',
  },
  { name: 'parses', type: 'boolean', description: 'the file before the fix does' },
  {
    name: 'lost',
    type: 'string',
    nullable: true,
    description: 'why it was not asked, or why the model cannot write the fix',
  },
  {
    name: 'score',
    type: 'double',
    nullable: true,
    description: 'log-odds of the best edit against "no bug", nats',
  },
  { name: 'fixed_score', type: 'double', nullable: true, description: 'the same of the fixed function' },
  {
    name: 'exact_rank',
    type: 'int32',
    nullable: true,
    description: 'place of the right edit among the proposals, from 1',
  },
  {
    name: 'start_rank',
    type: 'int32',
    nullable: true,
    description: "place of the edit's start token among the likeliest",
  },
  { name: 'line_rank', type: 'int32', nullable: true, description: 'place of its line among their lines' },
  {
    name: 'given_rank',
    type: 'int32',
    nullable: true,
    description: 'place of the right edit among those of the line, which is told',
  },
  { name: 'line', type: 'int32', nullable: true, description: 'line of the edit in the function, from 1' },
  { name: 'expected', type: 'string', nullable: true, description: 'tokens removed => tokens written' },
  { name: 'proposed', type: 'string', nullable: true, description: 'the same of the best edit' },
  {
    name: 'proposed_given',
    type: 'string',
    nullable: true,
    description: 'the same of the best edit of the line, which is told',
  },
  { name: 'before', type: 'string', nullable: true, description: 'source of the function' },
  { name: 'after', type: 'string', nullable: true, description: 'source of the fixed function' },
  {
    name: 'proposed_source',
    type: 'string',
    nullable: true,
    description: 'source with the best edit applied',
  },
] as const satisfies readonly Column[];

/** One row of {@link FIX_COLUMNS}. */
export function fixRow(model: string, answer: FixAnswer): Row {
  const { facts, question } = answer;
  const show = (edit: TokenEdit | null): string | null => question && edit && showEdit(question, edit);
  return {
    model,
    view: answer.view,
    id: facts.id,
    repo: facts.repo,
    path: facts.path,
    function: facts.func,
    tier: facts.tier,
    kind: facts.label,
    one_token: facts.oneToken,
    published: facts.published,
    only_this_change: facts.onlyThisChange,
    parses: facts.parses,
    lost: answer.lost,
    score: answer.score,
    fixed_score: answer.fixedScore,
    exact_rank: answer.exactRank,
    start_rank: answer.startRank,
    line_rank: answer.lineRank,
    given_rank: answer.givenRank,
    line: question && question.lines[0] - question.buggy.span.line + 1,
    expected: show(question && question.edit),
    proposed: show(answer.proposed),
    proposed_given: show(answer.proposedGiven),
    before: question && question.buggy.span.source,
    after: question && question.fixed.span.source,
    proposed_source: question && answer.proposed && proposedSource(question, answer.proposed),
  };
}

/** `removed => written`, layout in angle brackets. */
function showEdit({ buggy }: Question, { tokenSpan: [start, end], replacement }: TokenEdit): string {
  return `${showTokens(buggy.program.tokens.slice(start, end))} => ${showTokens(replacement)}`.trim();
}

/** The function's text with an edit applied, indented as it stands. */
function proposedSource({ buggy: { program, span } }: Question, edit: TokenEdit): string {
  const { source, tokens } = program;
  const [start, end] = edit.tokenSpan;
  const charSpan = charSpanOf(tokens, start, end);
  const text = applyEdit(source, tokens, {
    tokenSpan: [start, end],
    charSpan,
    replacement: [...edit.replacement],
  });
  const own = text.slice(span.start, text.length - (source.length - span.end));
  // A slice would keep the whole file's text in memory for as long as the row lives.
  return Buffer.from(own).toString();
}
