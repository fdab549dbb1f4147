import { ConfigError, DataError, InterruptedError, TrmError, UserError } from '../../core/errors';
import type { WireError } from './source';

const CLASSES: Readonly<Record<string, typeof TrmError>> = {
  TrmError,
  UserError,
  ConfigError,
  DataError,
  InterruptedError,
};

/** An error as a message between threads. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack, ...(error instanceof TrmError && { hint: error.hint }) };
}

/** The error again, of its own class where it is one of ours. */
export function fromWire({ name, message, hint, stack }: WireError): Error {
  if (name in CLASSES) return new CLASSES[name](message, hint);
  return Object.assign(new Error(message), { name, stack });
}
