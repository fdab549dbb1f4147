/** The feed's thread: opens a source and makes blocks ahead of the trainer, as far as it has credits. */
import { parentPort, workerData } from 'node:worker_threads';
import type { BlockPosition } from './block';
import type { Mixture } from './feed';
import { ShardSource } from './shard-source';
import {
  nextPosition,
  type BlockSource,
  type FromThread,
  type SourceSettings,
  type ToThread,
} from './source';
import { toWire } from './wire-error';

interface Sequence {
  generation: number;
  position: BlockPosition;
  mixture: Mixture;
  credits: number;
}

const send = (message: FromThread, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer);

async function serve(settings: SourceSettings): Promise<void> {
  const source = await openSource(settings);
  const state: { sequence: Sequence | null; working: Promise<void> | null } = {
    sequence: null,
    working: null,
  };
  const work = async (): Promise<void> => {
    while (state.sequence && state.sequence.credits > 0) await makeNext(source, state);
  };
  const wake = (): void => {
    state.working ??= work()
      .catch((error: unknown) => {
        state.sequence = null;
        send({ kind: 'error', error: toWire(error) });
      })
      .finally(() => {
        state.working = null;
      });
  };
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'close') {
      state.sequence = null;
      void Promise.resolve(state.working)
        .then(() => source.close())
        .finally(() => parentPort?.close());
      return;
    }
    if (message.kind === 'seek') state.sequence = { ...message };
    else if (state.sequence) state.sequence.credits++;
    wake();
  });
  send({ kind: 'open', info: source.info });
}

async function openSource(settings: SourceSettings): Promise<BlockSource> {
  if (settings.kind === 'shards') return ShardSource.open(settings);
  // Mutators, tokenizer and CPython are loaded for those who need them only.
  const { MutationSource } = await import('./mutation-source.js');
  return MutationSource.open(settings);
}

/** Makes and sends the sequence's next block, unless another sequence took its place meanwhile. */
async function makeNext(source: BlockSource, state: { sequence: Sequence | null }): Promise<void> {
  const { sequence } = state;
  if (!sequence) return;
  const { generation, position, mixture } = sequence;
  const block = await source.read(position, mixture);
  if (state.sequence !== sequence) return;
  sequence.position = nextPosition(position, block);
  sequence.credits--;
  send({ kind: 'block', generation, position, block }, [...block.buffers, block.table.buffer as ArrayBuffer]);
}

serve(workerData as SourceSettings).catch((error: unknown) => {
  send({ kind: 'error', error: toWire(error) });
  parentPort?.close();
});
