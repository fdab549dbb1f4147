import { lex } from '../python/tokens/lexer';
import { applyEdit, charSpanOf } from '../python/edits/edits';
import { placeOf } from '../records/sample';
import type { Calibration } from '../repair/calibration';
import type { Column, Row } from '../shards/columns';
import { bugTypeByCode } from '../taxonomy/table';
import { confidenceOfRow } from './at-threshold';
import type { Measured } from './measure';
import { editOf, expectedTokens, showTokens } from './outcome';

/** Columns of `predictions.parquet`: one row a test sample, at the main number of supervision steps. */
export const PREDICTION_COLUMNS = [
  { name: 'sample_id', type: 'string', description: 'id of the Sample' },
  { name: 'group', type: 'string', description: 'repository or package of the sample' },
  { name: 'source', type: 'string', description: 'where the sample comes from: synthetic, git, folder' },
  { name: 'path', type: 'string', description: 'file the function was taken from' },
  { name: 'function', type: 'string', description: 'qualified name of the function' },
  { name: 'clean', type: 'boolean', description: 'the function has no bug' },
  { name: 'bug_type', type: 'string', nullable: true, description: 'taxonomy id; null for clean functions' },
  { name: 'family', type: 'string', nullable: true, description: 'bug family; null for clean functions' },
  { name: 'difficulty', type: 'int32', description: '1..5' },
  { name: 'tokens', type: 'int32', description: 'program tokens of the window' },
  { name: 'steps', type: 'int32', description: 'supervision steps run' },
  { name: 'answers_no_bug', type: 'boolean', description: 'the most probable class is "no bug"' },
  { name: 'no_bug', type: 'double', description: 'probability of "no bug"' },
  { name: 'halt', type: 'double', description: "the halting head's probability of being exactly right" },
  {
    name: 'probability',
    type: 'double',
    description: 'raw probability of the most probable edit; 0 without one',
  },
  {
    name: 'confidence',
    type: 'double',
    description: 'calibrated probability of it, at the base rate of the calibration',
  },
  { name: 'shown', type: 'boolean', description: 'confidence above the threshold: a user would see it' },
  {
    name: 'expected_location',
    type: 'int32',
    description: 'token of the function where the right edit starts; -1 = none',
  },
  { name: 'expected_span', type: 'int32', description: 'tokens it replaces' },
  { name: 'expected', type: 'string', description: 'tokens it writes' },
  {
    name: 'proposed_location',
    type: 'int32',
    description: 'where the most probable edit starts; -1 without one',
  },
  { name: 'proposed_span', type: 'int32', description: 'tokens it replaces' },
  { name: 'proposed', type: 'string', description: 'tokens it writes' },
  { name: 'proposed_bug_type', type: 'string', nullable: true, description: 'bug type that the model names' },
  {
    name: 'joint',
    type: 'boolean',
    nullable: true,
    description: 'exactly right and not "no bug"; null for clean',
  },
  { name: 'exact', type: 'boolean', description: 'the edit is exactly right, whatever the answer' },
  { name: 'location_right', type: 'boolean', nullable: true, description: 'right start; null for clean' },
  {
    name: 'span_right',
    type: 'boolean',
    nullable: true,
    description: 'right start and length; null for clean',
  },
  {
    name: 'content_anywhere_right',
    type: 'boolean',
    nullable: true,
    description: 'right tokens written, at whatever place; null for clean',
  },
  {
    name: 'content_given_place_right',
    type: 'boolean',
    nullable: true,
    description: 'exactly right when told the location',
  },
  { name: 'bug_type_right', type: 'boolean', nullable: true, description: 'bug type named right' },
  { name: 'before', type: 'string', description: 'source of the function' },
  { name: 'after', type: 'string', description: 'source of the fixed function' },
  { name: 'proposed_source', type: 'string', description: 'source with the most probable edit applied' },
] as const satisfies readonly Column[];

/** One row of `predictions.parquet`. */
export function predictionRow({ item, prediction, outcome }: Measured, calibration: Calibration): Row {
  const { sample, example } = item;
  const { proposal } = outcome;
  const confidence = confidenceOfRow({ item, prediction, outcome }, calibration);
  const { target } = example;
  return {
    sample_id: sample.id,
    group: sample.group,
    source: sample.source,
    ...placeOf(sample.origin),
    clean: outcome.clean,
    bug_type: sample.bugType,
    family: sample.family,
    difficulty: sample.difficulty,
    tokens: example.length,
    steps: prediction.steps,
    answers_no_bug: outcome.quiet,
    no_bug: prediction.noBug,
    halt: prediction.halt,
    probability: proposal?.probability ?? 0,
    confidence,
    shown: confidence > calibration.threshold,
    expected_location: outcome.clean ? -1 : example.firstToken + target.location - 1,
    expected_span: target.spanLength,
    expected: showTokens(expectedTokens(item)),
    proposed_location: proposal ? example.firstToken + proposal.location : -1,
    proposed_span: proposal?.spanLength ?? 0,
    proposed: showTokens(proposal?.replacement ?? []),
    proposed_bug_type: bugTypeByCode(proposal?.bugType ?? 0)?.id ?? null,
    joint: outcome.joint,
    exact: outcome.exact,
    location_right: outcome.location,
    span_right: outcome.span,
    content_anywhere_right: outcome.contentAnywhere,
    content_given_place_right: outcome.contentGivenPlace,
    bug_type_right: outcome.bugType,
    before: sample.before,
    after: sample.after,
    proposed_source: proposedSource({ item, outcome }),
  };
}

function proposedSource({ item, outcome: { proposal } }: Pick<Measured, 'item' | 'outcome'>): string {
  const { before } = item.sample;
  if (!proposal) return before;
  const { tokenSpan, replacement } = editOf(item, proposal);
  const tokens = lex(before);
  if (tokenSpan[1] >= tokens.length) return before;
  const [start, end] = tokenSpan;
  return applyEdit(before, tokens, {
    tokenSpan: [start, end],
    charSpan: charSpanOf(tokens, start, end),
    replacement: [...replacement],
  });
}
