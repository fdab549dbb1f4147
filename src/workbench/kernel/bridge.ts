/**
 * The door between the kernel process and the library code that a cell calls. The launcher opens it; helpers such as
 * `show` look through it. It hangs on `globalThis` under a registered symbol because a cell may load another copy of
 * this package than the launcher did (`reload()`, a worktree), and both must meet.
 */

/** Jupyter's MIME bundle: representations of one output by media type, richest chosen by the front end. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What the launcher offers to library code running in a cell. */
export interface KernelBridge {
  /**
   * Publishes one output below the running cell.
   * @param options.id outputs with the same id replace each other (live figures, progress bars)
   */
  display(bundle: MimeBundle, options?: { id?: string }): void;
  /** Removes the cell's outputs; with `wait` (default true) only when the next one arrives, which avoids flicker. */
  clearOutput(options?: { wait?: boolean }): void;
  /** Aborted when the user interrupts the running cell, or the kernel shuts down. */
  interruptSignal(): AbortSignal;
}

const KEY = Symbol.for('trm-code-repair.kernel');

/** The bridge, or undefined outside a notebook started by this project's launcher. */
export function kernelBridge(): KernelBridge | undefined {
  return (globalThis as { [KEY]?: KernelBridge })[KEY];
}

/** Opens the bridge; only the launcher and tests call it. Undefined closes it. */
export function setKernelBridge(bridge: KernelBridge | undefined): void {
  (globalThis as { [KEY]?: KernelBridge })[KEY] = bridge;
}
