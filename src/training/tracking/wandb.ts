import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TrmError, UserError } from '../../core/errors';
import { redactValue } from '../../core/text/redact';
import type { WandbConfig } from './config';
import type { OpenTrackersOptions, Outcome, Tracker } from './contract';
import type { WandbFinish, WandbJob, WandbReport } from './wandb-worker';
import { requireSecret, type Secrets } from '../../storage/secrets';

/** Settings of {@link openWandb} and {@link syncWandb}. */
export type WandbOptions = Pick<OpenTrackersOptions, 'metricsPath' | 'folder' | 'name' | 'experiment'> & {
  secrets: Secrets;
  warn: (message: string) => void;
  /** Milliseconds between two looks at the log. Default 1000. */
  intervalMs?: number;
  /** Milliseconds before a failed request is repeated for the first time. Default 1000. */
  firstDelayMs?: number;
};

/** Name of the file that says how much the server has. */
export const WANDB_CURSOR = 'wandb.json';

/**
 * Mirrors metrics.jsonl to a Weights & Biases server. A thread of its own follows the file, so the training neither
 * waits for the network nor keeps lines in memory; what the server has stands in `wandb.json`. A server that is
 * silent, slow or gone is tried again for as long as the training lasts; what it has not got by then goes at the next
 * start or by `trm runs sync`.
 * @throws UserError when there is no WANDB_API_KEY
 */
export async function openWandb(config: WandbConfig, options: WandbOptions): Promise<Tracker> {
  const thread = await WandbThread.start(config, options, Infinity);
  return {
    // The thread reads the file itself.
    log: () => undefined,
    close: (outcome = 'finished') => thread.finishWithin(closeSeconds(config, outcome), outcome),
  };
}

/** Whoever interrupts a training does not want to wait for long. */
function closeSeconds(config: WandbConfig, outcome: Outcome): number {
  return outcome === 'finished' ? config.closeSeconds : Math.min(config.closeSeconds, 5);
}

/** Requests of a `trm runs sync` that get no answer are sent this often: about half a minute. */
const SYNC_ATTEMPTS = 5;

/**
 * Sends what a server does not have of a log that nobody writes to.
 * @returns rows that the server has, those of earlier times included, and the page of the run
 * @throws UserError when there is no log or no WANDB_API_KEY
 * @throws TrmError when the server refuses or does not answer
 */
export async function syncWandb(
  config: WandbConfig,
  options: WandbOptions,
): Promise<{ rows: number; url: string }> {
  if (!existsSync(options.metricsPath))
    throw new UserError(`expected a log at ${options.metricsPath}, found none`, 'train first');
  const thread = await WandbThread.start(config, { ...options, warn: () => undefined }, SYNC_ATTEMPTS);
  return thread.finish();
}

/** The thread that sends, seen from the training. */
class WandbThread {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private rows = 0;
  private url = '';
  /** Why it ended before its time, or undefined. */
  private refusal: string | undefined;
  /** True when the thread has said that it sent everything. */
  private done = false;
  /** Why the server has not answered, as long as it has not. */
  private silence: string | undefined;

  /** @throws UserError when there is no WANDB_API_KEY */
  static async start(config: WandbConfig, options: WandbOptions, attempts: number): Promise<WandbThread> {
    const apiKey = await requireSecret(
      options.secrets,
      'WANDB_API_KEY',
      'the key of a W&B server',
      'set train.tracking.wandb.enabled=false; `trm runs sync` sends the run later',
    );
    return new WandbThread(config, options, { attempts, apiKey });
  }

  private constructor(
    private readonly config: WandbConfig,
    private readonly options: WandbOptions,
    { attempts, apiKey }: Pick<WandbJob, 'attempts' | 'apiKey'>,
  ) {
    const { metricsPath, folder, name, experiment, secrets } = options;
    const { intervalMs = 1000, firstDelayMs = 1000 } = options;
    const job: WandbJob = {
      config,
      apiKey,
      metricsPath,
      cursorPath: join(folder, WANDB_CURSOR),
      label: name,
      experiment: redactValue(experiment, secrets.redact) as Record<string, unknown>,
      attempts,
      firstDelayMs,
      intervalMs,
    };
    // No variables: the SDK must not find other settings. Its output is chatter about retries it does not do.
    this.worker = new Worker(join(__dirname, 'wandb-worker.js'), {
      workerData: job,
      env: {},
      stdout: true,
      stderr: true,
    });
    this.worker.on('message', (report: WandbReport) => this.hear(report));
    this.worker.on('error', (error) => this.refuse(error.message));
    this.ended = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    // The mirror alone keeps no program running.
    this.worker.unref();
  }

  private hear(report: WandbReport): void {
    if (report.kind === 'started') this.url = report.url;
    if (report.kind === 'arrived') [this.rows, this.silence] = [report.rows, undefined];
    if (report.kind === 'refused') this.refuse(report.reason);
    if (report.kind === 'done') {
      this.done = true;
      void this.worker.terminate();
    }
    if (report.kind !== 'waiting') return;
    if (this.silence === undefined)
      this.options.warn(
        `W&B at ${this.config.baseUrl} does not answer (${report.reason}); training goes on, metrics.jsonl is kept and ` +
          'sent when it does',
      );
    this.silence = report.reason;
  }

  private refuse(reason: string): void {
    if (this.refusal === undefined)
      this.options.warn(
        `W&B is off for the rest of this training, which goes on: ${reason}. metrics.jsonl has everything; ` +
          'set things right and run `trm runs sync <run>`',
      );
    this.refusal ??= reason;
    void this.worker.terminate();
  }

  /** Sends the rest, for as long as it takes. @throws TrmError when that cannot be done */
  async finish(): Promise<{ rows: number; url: string }> {
    this.worker.ref();
    this.worker.postMessage({ exitCode: 0 } satisfies WandbFinish);
    await this.ended;
    if (!this.done) this.refusal ??= 'its thread ended early';
    if (this.refusal !== undefined)
      throw new TrmError(
        `W&B at ${this.config.baseUrl} did not take the run: ${this.refusal}`,
        'check the address, the network and WANDB_API_KEY; nothing is lost, run the same command again',
      );
    return { rows: this.rows, url: this.url };
  }

  /** Sends the rest, or gives up after a while and says so. */
  async finishWithin(seconds: number, outcome: Outcome): Promise<void> {
    if (this.refusal !== undefined) return;
    this.worker.postMessage({ exitCode: outcome === 'finished' ? 0 : 1 } satisfies WandbFinish);
    let late = false;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        resolve();
      }, seconds * 1000);
    });
    await Promise.race([this.ended, timeout]);
    clearTimeout(timer);
    if (!late) {
      if (!this.done) this.refuse('its thread ended early');
      return;
    }
    await this.worker.terminate();
    this.options.warn(
      `W&B has ${this.rows === 0 ? 'nothing new' : `${this.rows} rows`} so far and did not get the rest within ${seconds} s` +
        `${this.silence === undefined ? '' : ` (${this.silence})`}; \`trm runs sync <run>\` sends it`,
    );
  }
}
