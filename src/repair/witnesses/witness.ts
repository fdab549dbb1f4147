import { TrmError } from '../../core/errors';
import type { WitnessFinding, WitnessName } from '../../records/witness';

/** One text to look at. */
export interface WitnessInput {
  /** For messages, and for tools that resolve imports from where a file stands. Nothing is read or written there. */
  path: string;
  /** Without byte order mark, as `decodeSource` gives it; one that is there all the same is passed over. */
  source: string;
}

/** Something that sees faults in Python files. It may own processes: close it. */
export interface Witness {
  readonly name: WitnessName;
  /** Of the tool, for example `0.17.6`; of the interpreter or of the taxonomy of rules where there is no tool. */
  readonly version: string;
  /**
   * What it sees, one array for each input in its order, sorted by place. Any number at once; several may be versions of
   * one file.
   * @throws WitnessError when the tool hangs, crashes or answers with something else; the next call starts it afresh
   * @throws InterruptedError when the signal is aborted
   */
  find(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]>;
  /** Ends its processes and removes its temporary files. Safe to call twice. */
  close(): Promise<void>;
}

/** A witness that could not answer: its tool hangs, crashed or printed what nobody can read. Exit code 1. */
export class WitnessError extends TrmError {
  override name = 'WitnessError';
  /** @param witness whose tool failed @param why one clause: what it did */
  constructor(
    readonly witness: WitnessName,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `${witness} ${why}; its findings are missing`,
      `try the tool alone on the same file, or switch the witness off`,
      options,
    );
  }
}
