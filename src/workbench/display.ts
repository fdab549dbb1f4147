import { InterruptedError } from '../core/errors';
import { kernelBridge, type MimeBundle } from './kernel/bridge';

/** True in a notebook started by this project's kernel; elsewhere the helpers print plain text. */
export function inNotebook(): boolean {
  return kernelBridge() !== undefined;
}

/**
 * Publishes one output of the running cell; outside a notebook prints its `text/plain`.
 * @param bundle representations by media type; `text/plain` is what plain surroundings show
 * @param options.id outputs with the same id replace each other. Default: a new output
 */
export function publish(bundle: MimeBundle & { 'text/plain': string }, options: { id?: string } = {}): void {
  const bridge = kernelBridge();
  if (bridge) bridge.display(bundle, options);
  else process.stdout.write(`${bundle['text/plain']}\n`);
}

/** Shows HTML; `text` stands in for it where there is no HTML. */
export function html(markup: string, text: string, options: { id?: string } = {}): void {
  publish({ 'text/html': markup, 'text/plain': text }, options);
}

/** Shows Markdown, for prose computed from data. */
export function markdown(text: string, options: { id?: string } = {}): void {
  publish({ 'text/markdown': text, 'text/plain': text }, options);
}

/** Removes the cell's outputs so far, with `wait` (default true) when the next one arrives. No-op outside a notebook. */
export function clearOutput(options: { wait?: boolean } = {}): void {
  kernelBridge()?.clearOutput(options);
}

/**
 * A signal that is aborted when the user interrupts the running cell (the square button, Ctrl-C outside a notebook).
 * A cell that asks for it ends by itself: pass the signal on and check it between units of work. Ask anew in each cell.
 */
export function onInterrupt(): AbortSignal {
  const bridge = kernelBridge();
  if (bridge) return bridge.interruptSignal();
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new InterruptedError('interrupted by Ctrl-C')));
  return controller.signal;
}
