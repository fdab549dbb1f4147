import { breathe } from '../../core/processes/breathe';
import { sha256 } from '../../core/hash';
import type { Row } from '../../shards/columns';
import { describeParameters } from '../../trm/config';
import { predict } from '../../trm/predict';
import { INTERRUPTED } from '../measure';
import { answerByCounts, answerFixes, type AskModel, type FixAnswer } from './answers';
import { countFixes } from './count-fixes';
import { VIEWS } from './fix-kinds';
import { fixRow } from './fix-rows';
import { questionsOf, type AskedFix } from './questions';
import { openRealFixes, type RealFix } from './real-fixes';
import type { MeasureRealFiles, RealJudged } from './real-judged';
import { REAL_REPORT_VERSION, realReportSchema, type RealReport } from './real-report';
import { measureSyntax } from './real-syntax';
import { summarise } from './summarise';

/** What {@link measureRealFiles} gives. */
export interface MeasuredRealFiles {
  report: RealReport;
  /** One row a model, fix and view. */
  predictions: Row[];
}

/** Fixes taken apart and asked about at once: some hundred windows, two files in memory for each. */
const CHUNK = 48;

/** Edits kept of a window, as many as a repair asks for. */
const TOP_K = 8;

/**
 * Judges models on real fixes with their whole files, and on real code that does not parse. All read the same fixes, each with
 * its own tokenizer and window. Beside them a baseline that counts the fixes that training sees.
 * @throws UserError, DataError when the files cannot be had or read
 */
export async function measureRealFiles(
  models: readonly RealJudged[],
  options: MeasureRealFiles,
): Promise<MeasuredRealFiles> {
  const { split, progress, signal } = options;
  const fixes = await openRealFixes(options);
  const counted = await countFixes({ ...options, most: options.mostCounted });
  const counts: FixAnswer[] = [];
  const judged = models.map((one) => ({ ...one, ask: askOf(one, options), answers: [] as FixAnswer[] }));
  const predictions: Row[] = [];
  const rejected: Record<string, number> = {};
  const task = progress.start(`real-files, ${split}`, { total: fixes.total });
  for await (const chunk of chunksOf(fixes.read(), rejected)) {
    const cut = new Map<number, AskedFix[]>();
    for (const { name, parts, ask, answers } of judged) {
      const { maxTokens } = parts.model.config;
      const asked = cut.get(maxTokens) ?? (await askedOf(chunk, maxTokens, signal));
      cut.set(maxTokens, asked);
      for (const answer of await answerFixes(asked, VIEWS, parts, ask)) {
        predictions.push(fixRow(name, answer));
        // What was asked holds whole files.
        answers.push({ ...answer, question: null });
      }
    }
    // Where a model's windows end is nothing to the baseline.
    const [anyCut] = cut.values();
    if (counted)
      for (const fix of anyCut) counts.push({ ...answerByCounts(fix, counted.ranker), question: null });
    task.advance(chunk.length);
  }
  task.finish();
  const report: RealReport = {
    version: REAL_REPORT_VERSION,
    set: setOf(judged[0].answers),
    baseline: counted && { fixes: counted.fixes, groups: summarise(counts) },
    models: [],
  };
  for (const { name, parts, calibration, answers } of judged)
    report.models.push({
      name,
      parameters: describeParameters(parts.model.config).total,
      steps: parts.model.config.supervisionSteps,
      groups: summarise(answers),
      syntax: await measureSyntax({ name, parts, calibration }, options),
    });
  return { report: realReportSchema.parse(report), predictions };

  function setOf(answers: readonly FixAnswer[]): RealReport['set'] {
    const ids = [...new Set(answers.map(({ facts }) => facts.id))].sort();
    const repositories = new Set(answers.map(({ facts }) => facts.repo)).size;
    return { split, idsHash: sha256(ids.join('\n')), fixes: ids.length, repositories, rejected };
  }
}

async function askedOf(
  fixes: readonly RealFix[],
  maxTokens: number,
  signal: AbortSignal,
): Promise<AskedFix[]> {
  const asked: AskedFix[] = [];
  for (const fix of fixes) {
    await breathe(signal, INTERRUPTED);
    asked.push(questionsOf(fix, { maxTokens }));
  }
  return asked;
}

/** Fixes in lists of {@link CHUNK}; rows that are none are counted. */
async function* chunksOf(
  rows: ReturnType<Awaited<ReturnType<typeof openRealFixes>>['read']>,
  rejected: Record<string, number>,
): AsyncGenerator<RealFix[]> {
  let chunk: RealFix[] = [];
  for await (const row of rows) {
    if ('reason' in row) rejected[row.reason] = (rejected[row.reason] ?? 0) + 1;
    else if (chunk.push(row) === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function askOf(
  { parts: { model, tokenizer, vocabulary } }: RealJudged,
  { batchTokens, signal }: MeasureRealFiles,
): AskModel {
  const settings = { tokenizer, vocabulary, batchTokens, signal, topK: TOP_K, task: INTERRUPTED };
  return (windows) => predict(model, windows, settings);
}
