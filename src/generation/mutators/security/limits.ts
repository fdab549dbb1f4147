import { SLOTS } from '../../../records/example';
import { type MutationTarget, argumentsOf, matchesAt, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { callNamed, callOf, droppedKeyword, mutatorOf } from '../tools/forms';

const READS = callNamed(/^(read|readline|read1)$/);
const LIMIT = /(size|limit|max\w*|length|len|chunk\w*|bytes|block|MAX\w*|_MAXLINE)$/i;

/** A read of at most so many bytes, where the number is a limit and no part of the format. */
function isLimitedRead(target: MutationTarget, open: number): boolean {
  if (!READS(target, open) || textAt(target, open - 2) !== '.') return false;
  // `def read(self, size): return self.file.read(size)` passes a size on and limits nothing.
  if (matchesAt(target, 0, 'def', textAt(target, open - 1))) return false;
  const close = target.partner[open];
  const [amount, ...more] = argumentsOf(target, open);
  if (!amount?.positional || more.length > 0 || close - open - 1 >= SLOTS) return false;
  return target.tokens
    .slice(amount.first, amount.last + 1)
    .some(({ kind, text }) => kind === 'name' && LIMIT.test(text));
}

const QUEUES = callOf(
  'queue.Queue',
  'queue.LifoQueue',
  'queue.PriorityQueue',
  'asyncio.Queue',
  'multiprocessing.Queue',
);

/** Nothing bounds how much memory somebody else can make the program use (CWE-770). */
export const missingResourceLimit = mutatorOf(
  'missing-resource-limit',
  'Whoever sends enough makes the program run out of memory.',
  {
    read: {
      on: 'call',
      at: isLimitedRead,
      apply: (target, open) => removeTokens(target, open + 1, target.partner[open] - 1),
    },
    queue: {
      on: 'call',
      at: (target, open) =>
        QUEUES(target, open) &&
        argumentsOf(target, open).length === 1 &&
        target.partner[open] - open - 1 < SLOTS &&
        textAt(target, open + 1) !== '0',
      apply: (target, open) => removeTokens(target, open + 1, target.partner[open] - 1),
    },
    keyword: droppedKeyword(callOf('collections.deque'), /^maxlen$/, /^(?!None$)/),
    decompressed: droppedKeyword(callNamed(/^decompress$/), /^max_length$/),
  },
);
