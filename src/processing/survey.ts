import { join, posix } from 'node:path';
import { throwIfAborted } from '../core/errors';
import { allowedProjects, projectOf, type ProjectClues } from '../core/keys/groups';
import { isReserved } from '../core/keys/reserved';
import { hashJson, sha256 } from '../core/hash';
import { KeySet } from '../core/keys/key-set';
import { batchesOf, mapAhead } from '../core/processes/ahead';
import type { ProgressTask } from '../core/progress';
import type { Critic, Verdict } from '../python/critic/critic';
import { lex } from '../python/tokens/lexer';
import type { Token } from '../python/tokens/token';
import { tokenOfError } from '../python/tokens/positions';
import { placeOf, type Sample } from '../records/sample';
import type { Contexts } from '../shards/context-shard';
import { Admission, type Admitted } from './admission/admission';
import { isUnclassified, type FixCounts, type UnnamedFix } from './admission/classify-fix';
import { contentKeys, type ContentKeys } from './admission/content-keys';
import { licenceAllowed } from './admission/allowed-licence';
import { SPLITS, type Split } from './admission/split';
import { droppedSample, type DroppedSample } from './dropped-sample';
import { readHeldOut } from './near/held-out';
import { NearDuplicates } from './near/near-duplicates';
import type { ProcessConfig } from './config';
import { TokenCounter } from './vocabulary/token-counter';
import type { NamePool } from './threads/name-pool';
import { bugType as bugTypeById } from '../taxonomy/table';
import { checkTokens, checkVerdicts, isClean } from './admission/validate';
import type { DropLog } from '../storage/drop-log';
import { JsonLinesWriter } from '../storage/json-lines';

/** A valid sample, as it is kept between the passes of the stage. */
export interface ValidSample {
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
  /** Of each split the JSON lines file of its {@link ValidSample}s, and which of them are taken in. */
  splits: Record<Split, Admitted & { path: string }>;
  /** Valid bugs that came without a type. */
  fixes: FixCounts;
  /** Tokens of the train split's clean code. */
  tokens: TokenCounter;
}

/** What {@link surveySamples} needs. */
export interface SurveyOptions {
  samples: AsyncIterable<Sample>;
  /** Of the samples' files. */
  contexts: Contexts;
  /** Split of every project, see `projectOf`. */
  splitOf: ReadonlyMap<string, Split>;
  licences: readonly string[];
  /** Groups that may be used; null: all. */
  allowedGroups: readonly string[] | null;
  /** How near functions are found; null: they are not looked for. */
  nearDuplicates: ProcessConfig['nearDuplicates'];
  critic: Pick<Critic, 'check' | 'pythonVersion'>;
  /** Names the bug types of mined fixes. */
  names: Pick<NamePool, 'run'>;
  drops: DropLog<DroppedSample>;
  /** Folder for the valid rows. */
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

/** Fixes that a thread names at a time: each takes it tens of milliseconds. */
const NAMED_TOGETHER = 8;

/** A sample that is dropped. */
interface Refused {
  sample: Sample;
  reason: string;
}

interface Checked {
  sample: Sample;
  before: readonly Token[];
  after: readonly Token[];
  keys: { before: ContentKeys; after: ContentKeys };
}

/** A valid sample with CPython's word on its buggy side; `bugType` only of fixes that came without one. */
type Examined = Refused | (Checked & { verdict: Verdict; bugType: string | null | undefined });

/**
 * First pass over all samples: licence, validation, a type for bugs that came without one; what is valid is written to
 * one file a split, in its order, and the train split's clean code is counted for the vocabularies. Then admission says
 * which of them are taken in; nothing of that depends on the order.
 */
export async function surveySamples(options: SurveyOptions): Promise<Survey> {
  const { samples, critic, folder, task } = options;
  const writers = {} as Record<Split, JsonLinesWriter>;
  const survey: Survey = {
    read: 0,
    python: critic.pythonVersion,
    splits: {} as Survey['splits'],
    fixes: { recognised: 0, unexplained: 0 },
    tokens: new TokenCounter(),
  };
  const pathOf = (split: Split): string => join(folder, `${split}.jsonl`);
  for (const split of SPLITS) writers[split] = await JsonLinesWriter.scratch(pathOf(split));
  const near = options.nearDuplicates && new NearDuplicates({ ...options.nearDuplicates, folder });
  const surveyor = new Surveyor(options, survey, writers, near);
  try {
    if (near) await holdOut(near, options);
    // While a batch waits for processes and threads, the next one is read and lexed.
    for await (const batch of mapAhead(batchesOf(samples, BATCH), (batch) => surveyor.examine(batch), 1)) {
      for (const item of batch) await surveyor.settle(item);
      survey.read += batch.length;
      task.advance(batch.length);
    }
    for (const split of SPLITS) await writers[split].commit();
    const admitted = surveyor.admission.settle(near?.settle());
    for (const split of SPLITS) survey.splits[split] = { ...admitted[split], path: pathOf(split) };
    return survey;
  } finally {
    near?.close();
    for (const split of SPLITS) await writers[split].abort();
  }
}

async function holdOut(near: NearDuplicates, { nearDuplicates, signal }: SurveyOptions): Promise<void> {
  if (!nearDuplicates) return;
  for await (const item of readHeldOut(nearDuplicates.heldOut, nearDuplicates.minTokens)) {
    throwIfAborted(signal, 'processing');
    near.hold(item);
  }
}

/** What the versions of one function share, see `NearCandidate`. */
function homeOf(sample: Sample): string {
  const { path, function: name } = placeOf(sample.origin);
  return sha256([projectOf(sample), posix.basename(path), name].join('\0'));
}

class Surveyor {
  readonly admission = new Admission();
  /** Content keys of the train split's code that is counted. */
  private readonly counted = new KeySet();
  /** Content keys of code that CPython accepted. */
  private readonly compiling = new KeySet();

  private readonly isAllowed: (clues: ProjectClues) => boolean;

  constructor(
    private readonly options: SurveyOptions,
    private readonly survey: Survey,
    private readonly writers: Record<Split, JsonLinesWriter>,
    private readonly near: NearDuplicates | null,
  ) {
    this.isAllowed = allowedProjects(options.allowedGroups);
  }

  /**
   * All that is found out about a batch without regard to other samples: here, in processes and in threads. Batches may
   * overlap.
   */
  async examine(samples: readonly Sample[]): Promise<Examined[]> {
    throwIfAborted(this.options.signal, 'processing');
    const results = samples.map((sample) => this.checkAlone(sample));
    const checked = results.filter((result) => 'keys' in result);
    const judged = await this.judge(checked);
    const reasons = checked.map(({ sample }, i) => reasonOf(sample, judged[i]));
    const fixes = checked.filter(({ sample }, i) => reasons[i] === null && isUnclassified(sample));
    const names = await this.nameFixes(fixes, new Map(checked.map((item, i) => [item, judged[i]])));
    const examined = checked.map((item, i): Examined => {
      const { sample } = item;
      const reason = reasons[i];
      if (reason !== null) return { sample, reason };
      return { ...item, verdict: judged[i].before, bugType: names.get(item) };
    });
    return results.map((result) => ('keys' in result ? (examined.shift() as Examined) : result));
  }

  /** Keeps a valid sample for its split, or drops it. */
  async settle(item: Examined): Promise<void> {
    if ('reason' in item) return this.options.drops.drop(droppedSample(item.reason, item.sample));
    await this.keep(item);
  }

  /** The checks that need nothing but the sample. */
  private checkAlone(sample: Sample): Checked | Refused {
    if (isReserved(sample)) return { sample, reason: 'project_reserved' };
    if (!this.isAllowed(sample)) return { sample, reason: 'group_not_allowed' };
    if (!licenceAllowed(sample.licence, this.options.licences))
      return { sample, reason: 'licence_not_allowed' };
    const before = lex(sample.before);
    const after = isClean(sample) ? before : lex(sample.after);
    const result = checkTokens(sample, before, after);
    if ('reason' in result) return { sample, reason: result.reason };
    const mended = contentKeys(after);
    return {
      sample,
      before,
      after,
      keys: { before: before === after ? mended : contentKeys(before), after: mended },
    };
  }

  /** CPython's verdicts on both sides of each sample; code that compiled once is not asked again. */
  private async judge(items: readonly Checked[]): Promise<Judged[]> {
    const asked = items.filter(
      ({ sample, keys }) => !isClean(sample) && !this.compiling.has(keys.after.content),
    );
    const verdicts = await this.options.critic.check([
      ...items.map(({ sample }) => sample.before),
      ...asked.map(({ sample }) => sample.after),
    ]);
    const unknown = new Set<string>();
    asked.forEach(({ keys }, i) => {
      const verdict = verdicts[items.length + i];
      if (verdict.valid) this.compiling.add(keys.after.content);
      if (verdict.unknown) unknown.add(keys.after.content);
    });
    return items.map(({ sample, keys }, i) => {
      const before = verdicts[i];
      if (isClean(sample) && before.valid) this.compiling.add(keys.after.content);
      const after = this.compiling.has(keys.after.content);
      return { before, after, unknown: before.unknown || (!after && unknown.has(keys.after.content)) };
    });
  }

  /** The bug types of some mined fixes, so that figures by bug type hold real bugs too. */
  private async nameFixes(
    fixes: readonly Checked[],
    judged: ReadonlyMap<Checked, Judged>,
  ): Promise<Map<Checked, string | null>> {
    const requests = fixes.map((item): UnnamedFix => {
      const { before, after } = item.sample;
      const { imports, names } = this.options.contexts.around(item.sample);
      return {
        before,
        after,
        context: { imports, names },
        compiles: judged.get(item)?.before.valid === true,
      };
    });
    const parts: Promise<(string | null)[]>[] = [];
    for (let at = 0; at < requests.length; at += NAMED_TOGETHER)
      parts.push(this.options.names.run(requests.slice(at, at + NAMED_TOGETHER)));
    const types = (await Promise.all(parts)).flat();
    return new Map(fixes.map((item, i) => [item, types[i]]));
  }

  private async keep(item: Exclude<Examined, Refused>): Promise<void> {
    const { sample, before, after, keys, verdict, bugType } = item;
    const split = this.options.splitOf.get(projectOf(sample)) ?? 'train';
    const { id, parentId, group, source, origin } = sample;
    const provenance = hashJson({ group, source, origin, parentId });
    const { content } = keys.after;
    const isFix = !isClean(sample) && parentId === null;
    const of = this.near?.add({ content, home: homeOf(sample), split, isFix }, after) ?? content;
    this.admission.add({ id, parentId, ...keys, split, provenance, function: of });
    // Mutants repeat their parent's code, which is counted already; so do copies, and a fix its mended form.
    if (split === 'train' && parentId === null && this.counted.add(content)) this.survey.tokens.add(after);
    if (bugType !== undefined) this.survey.fixes[bugType === null ? 'unexplained' : 'recognised']++;
    const valid: ValidSample = {
      sample: bugType ? { ...sample, bugType, family: bugTypeById(bugType).family } : sample,
      stoppedAt: tokenOfError(sample.before, before, verdict.error),
    };
    await this.writers[split].write(valid);
  }
}

/** Why CPython's word rules a sample out; null when it does not. */
function reasonOf(sample: Sample, { before, after, unknown }: Judged): string | null {
  return unknown ? 'not_judged' : checkVerdicts(sample, { before: before.valid, after });
}
