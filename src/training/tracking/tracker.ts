import { join } from 'node:path';
import { describeError } from '../../core/errors';
import type { TrackingConfig } from './config';
import type { MetricLine, OpenTrackersOptions, Outcome, Tracker } from './contract';
import { openSecrets } from '../../storage/secrets';

/** Name of the folder of TensorBoard's event files among the stage's live files. */
export const TENSORBOARD = 'tensorboard';

/**
 * Opens the trackers of a config as one. None of them can stop or slow down the training: a member that throws is
 * closed after one warning, the others go on, and metrics.jsonl is written by the run itself in any case.
 */
export async function openTrackers(config: TrackingConfig, options: OpenTrackersOptions): Promise<Tracker> {
  const { secrets = openSecrets(), warn } = options;
  const { redact } = secrets;
  const openers: Record<string, (() => Promise<Tracker>) | false> = {
    TensorBoard:
      config.tensorboard &&
      (async () => {
        const { openTensorboard } = await import('./tensorboard.js');
        return openTensorboard({ ...options, redact, folder: join(options.folder, TENSORBOARD) });
      }),
    'W&B':
      config.wandb.enabled &&
      (async () => {
        const { openWandb } = await import('./wandb.js');
        return openWandb(config.wandb, { ...options, secrets });
      }),
  };
  const say = (message: string): void => warn(redact(message));
  const members: Guarded[] = [];
  for (const [name, open] of Object.entries(openers)) {
    if (!open) continue;
    const member = new Guarded(name, say);
    await member.open(open);
    members.push(member);
  }
  return {
    log: (line) => members.forEach((member) => member.log(line)),
    close: async (outcome) => {
      await Promise.all(members.map((member) => member.close(outcome)));
    },
  };
}

/** A tracker whose failures become one warning. */
class Guarded {
  private tracker: Tracker | undefined;

  constructor(
    private readonly name: string,
    private readonly warn: (message: string) => void,
  ) {}

  async open(open: () => Promise<Tracker>): Promise<void> {
    try {
      this.tracker = await open();
    } catch (error) {
      this.fail(error);
    }
  }

  log(line: MetricLine): void {
    try {
      this.tracker?.log(line);
    } catch (error) {
      void this.tracker?.close('failed').catch(() => undefined); // Its failure has just been told.
      this.fail(error);
    }
  }

  async close(outcome?: Outcome): Promise<void> {
    try {
      await this.tracker?.close(outcome);
    } catch (error) {
      this.fail(error);
    }
    this.tracker = undefined;
  }

  private fail(error: unknown): void {
    this.tracker = undefined;
    this.warn(
      `${this.name} is off for the rest of this training, which goes on; metrics.jsonl has everything. ` +
        describeError(error),
    );
  }
}
