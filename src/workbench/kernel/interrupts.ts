import { InterruptedError } from '../../core/errors';

/**
 * What an interrupt does to the running cell. A cell that asked for the signal is told and left to end by itself (a
 * trainer writes its checkpoint first); a second interrupt, or a cell that never asked, ends the wait at once, though
 * JavaScript that runs on cannot be stopped from outside.
 */
export class Interrupts {
  #controller = new AbortController();
  #asked = false;

  /** A new cell starts: earlier interrupts do not concern it. */
  startCell(): void {
    this.#controller = new AbortController();
    this.#asked = false;
  }

  /** The running cell's signal. */
  signal(): AbortSignal {
    this.#asked = true;
    return this.#controller.signal;
  }

  /**
   * Aborts the signal.
   * @param leave ends the wait for the cell
   * @returns true when the cell is left to end by itself
   */
  interrupt(leave: () => void): boolean {
    const cooperative = this.#asked && !this.#controller.signal.aborted;
    this.#controller.abort(new InterruptedError('the cell was interrupted'));
    if (!cooperative) leave();
    return cooperative;
  }
}
