import type { WitnessFinding, WitnessName } from '../../records/witness';

/** A file that witnesses look at. */
export interface WitnessInput {
  /** For messages, and for tools that need a name. */
  path: string;
  source: string;
}

/** Somebody who sees faults in code: a parser, a linter, a type checker. Owns what it needs: close it after use. */
export interface Witness {
  readonly name: WitnessName;
  /** Of the tool that sees. */
  readonly version: string;
  /**
   * What it sees in each file, in the order of the files.
   * @throws InterruptedError when the signal is aborted
   */
  find(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]>;
  close(): Promise<void>;
}
