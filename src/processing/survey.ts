import { join } from 'node:path';
import { throwIfAborted } from '../core/errors';
import { isAllowedGroup } from '../core/groups';
import type { ProgressTask } from '../core/progress';
import type { Critic, Verdict } from '../python/critic';
import { lex, type Token } from '../python/lexer';
import { tokenOfError } from '../python/positions';
import type { Sample } from '../records/sample';
import { Admission, contentKey } from './admission';
import type { ClassCounts } from './balance';
import { classifyFix, isUnclassified, type FixCounts } from './classify-fix';
import type { DropLog } from './drop-log';
import { JsonLinesWriter } from './json-lines';
import { licenceAllowed } from './licences';
import { SPLITS, type Split } from './split';
import { TokenCounter } from './token-counter';
import { checkTokens, checkVerdicts, isClean } from './validate';

/** A sample that stays, as it is kept between the passes of the stage. */
export interface AcceptedSample {
  sample: Sample;
  /** Token of `before` at which CPython's parser stopped; null when it did not. */
  stoppedAt: number | null;
}

/** What the first pass found. */
export interface Survey {
  /** Samples read. */
  read: number;
  /** Version of the CPython that judged them. */
  python: string;
  /** Accepted rows by split, and the JSON lines file of {@link AcceptedSample} that holds them. */
  splits: Record<Split, ClassCounts & { path: string }>;
  /** Accepted bugs that came without a type. */
  fixes: FixCounts;
  /** Tokens of the train split's clean code. */
  tokens: TokenCounter;
}

/** What {@link surveySamples} needs. */
export interface SurveyOptions {
  samples: AsyncIterable<Sample>;
  /** Split of every group. */
  splitOf: ReadonlyMap<string, Split>;
  licences: readonly string[];
  /** Groups that may be used; null: all. */
  allowedGroups: readonly string[] | null;
  critic: Pick<Critic, 'check' | 'pythonVersion'>;
  drops: DropLog;
  /** Folder for the accepted rows. */
  folder: string;
  task: ProgressTask;
  signal: AbortSignal;
}

/** CPython's word on a sample: on its buggy side, whether the right side compiles, and whether one of them is unknown. */
interface Judged {
  before: Verdict;
  after: boolean;
  unknown: boolean;
}

/** Samples that go to the critic together. */
const BATCH = 256;

interface Checked {
  sample: Sample;
  before: readonly Token[];
  after: readonly Token[];
  beforeKey: string;
  afterKey: string;
}

/**
 * First pass over all samples, in their order: licence, validation, admission to the group's split, a type for bugs
 * that came without one; what stays is written to one file a split, and the train split's clean code is counted for the vocabularies.
 */
export async function surveySamples(options: SurveyOptions): Promise<Survey> {
  const { samples, critic, folder, task, signal } = options;
  const writers = {} as Record<Split, JsonLinesWriter>;
  const survey: Survey = {
    read: 0,
    python: critic.pythonVersion,
    splits: {} as Survey['splits'],
    fixes: { recognised: 0, unexplained: 0 },
    tokens: new TokenCounter(),
  };
  for (const split of SPLITS) {
    const path = join(folder, `${split}.jsonl`);
    survey.splits[split] = { clean: 0, buggy: 0, path };
    writers[split] = await JsonLinesWriter.create(path);
  }
  const surveyor = new Surveyor(options, survey, writers);
  try {
    let batch: Sample[] = [];
    for await (const sample of samples) {
      survey.read++;
      if (batch.push(sample) < BATCH) continue;
      throwIfAborted(signal, 'processing');
      await surveyor.take(batch);
      task.advance(batch.length);
      batch = [];
    }
    await surveyor.take(batch);
    task.advance(batch.length);
  } finally {
    for (const split of SPLITS) await writers[split].close();
  }
  return survey;
}

class Surveyor {
  private readonly admission = new Admission();
  /** Content keys of code that CPython accepted. */
  private readonly compiling = new Set<string>();

  constructor(
    private readonly options: SurveyOptions,
    private readonly survey: Survey,
    private readonly writers: Record<Split, JsonLinesWriter>,
  ) {}

  async take(batch: readonly Sample[]): Promise<void> {
    const checked: Checked[] = [];
    for (const sample of batch) {
      const result = this.checkAlone(sample);
      if (typeof result === 'string') await this.options.drops.drop(result, sample);
      else checked.push(result);
    }
    const verdicts = await this.judge(checked);
    for (const [i, item] of checked.entries()) await this.settle(item, verdicts[i]);
  }

  /** The checks that need nothing but the sample. */
  private checkAlone(sample: Sample): Checked | string {
    if (!isAllowedGroup(sample.group, this.options.allowedGroups)) return 'group_not_allowed';
    if (!licenceAllowed(sample.licence, this.options.licences)) return 'licence_not_allowed';
    const before = lex(sample.before);
    const after = isClean(sample) ? before : lex(sample.after);
    const result = checkTokens(sample, before, after);
    if ('reason' in result) return result.reason;
    const afterKey = contentKey(after);
    return { sample, before, after, afterKey, beforeKey: before === after ? afterKey : contentKey(before) };
  }

  /** CPython's verdicts on both sides of each sample; code that compiled once is not asked again. */
  private async judge(items: readonly Checked[]): Promise<Judged[]> {
    const asked = items.filter(({ sample, afterKey }) => !isClean(sample) && !this.compiling.has(afterKey));
    const verdicts = await this.options.critic.check([
      ...items.map(({ sample }) => sample.before),
      ...asked.map(({ sample }) => sample.after),
    ]);
    const unknown = new Set<string>();
    asked.forEach(({ afterKey }, i) => {
      const verdict = verdicts[items.length + i];
      if (verdict.valid) this.compiling.add(afterKey);
      if (verdict.unknown) unknown.add(afterKey);
    });
    return items.map(({ sample, afterKey }, i) => {
      const before = verdicts[i];
      if (isClean(sample) && before.valid) this.compiling.add(afterKey);
      const after = this.compiling.has(afterKey);
      return { before, after, unknown: before.unknown || (!after && unknown.has(afterKey)) };
    });
  }

  /** Takes a checked sample into its split, or drops it. */
  private async settle(item: Checked, verdict: Judged): Promise<void> {
    const { sample, before, after, beforeKey, afterKey } = item;
    const split = this.options.splitOf.get(sample.group) ?? 'train';
    const reason =
      (verdict.unknown ? 'not_judged' : null) ??
      checkVerdicts(sample, { before: verdict.before.valid, after: verdict.after }) ??
      this.admission.admit({ sample, beforeKey, afterKey, split });
    if (reason !== null) return this.options.drops.drop(reason, sample);
    this.survey.splits[split][isClean(sample) ? 'clean' : 'buggy']++;
    // Mutants repeat their parent's code, which is counted already.
    if (split === 'train' && sample.parentId === null) this.survey.tokens.add(after);
    const accepted: AcceptedSample = {
      sample: this.classify(sample, verdict.before.valid),
      stoppedAt: tokenOfError(sample.before, before, verdict.before.error),
    };
    await this.writers[split].write(accepted);
  }

  /** Names the type of a mined fix, so that figures by bug type hold real bugs too. */
  private classify(sample: Sample, compiles: boolean): Sample {
    if (!isUnclassified(sample)) return sample;
    const named = classifyFix(sample, compiles);
    this.survey.fixes[named.bugType === null ? 'unexplained' : 'recognised']++;
    return named;
  }
}
