import { inspect } from 'node:util';
import type { MimeBundle } from './bridge';

/**
 * What a cell prints is anybody's; what a notebook may hold is not. Python's `json` reads half a surrogate pair and cannot
 * write it as UTF-8, a value that is no JSON cannot be sent, and a front end refuses a bundle with other than
 * texts in it. Everything that leaves the kernel passes here.
 */

/** Most characters of one output; more makes a notebook that no front end opens. */
const MOST_CHARACTERS = 64 * 2 ** 20;

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A text that can stand in a notebook: half a surrogate pair becomes U+FFFD, NUL becomes its picture U+2400. */
export function validText(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd').replaceAll('\0', '\u2400');
}

/** A copy of JSON content with valid texts only. @throws TypeError when it is no JSON (a cycle, a bigint) */
export function validContent<T extends object>(content: T): T {
  return valid(JSON.parse(JSON.stringify(content))) as T;
}

function valid(value: unknown): unknown {
  if (typeof value === 'string') return validText(value);
  if (Array.isArray(value)) return value.map(valid);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [validText(key), valid(member)]));
}

/**
 * A bundle as the notebook format has it: JSON types hold JSON, all others text (bytes as Base64). What cannot be shown
 * is left out, and `text/plain` says so when nothing else is left.
 */
export function validBundle(data: MimeBundle): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [type, value] of Object.entries(data)) {
    const shown = /^[^/\s]+\/[^/\s]+$/.test(type) ? represent(type, value) : { problem: 'no media type' };
    if ('problem' in shown) problems.push(`${validText(type)}: ${shown.problem}`);
    else out[type] = shown.value;
  }
  if (Object.keys(out).length === 0)
    out['text/plain'] = `(an output that cannot be shown: ${problems.join('; ') || 'an empty bundle'})`;
  return out;
}

function represent(type: string, value: unknown): { value: unknown } | { problem: string } {
  if (type === 'application/json' || type.endsWith('+json')) {
    try {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) return { problem: 'no value' };
      if (text.length > MOST_CHARACTERS) return { problem: `${text.length} characters` };
      return { value: valid(JSON.parse(text)) };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }
  if (value === undefined || value === null) return { problem: 'no value' };
  const text = textOf(value);
  if (text.length > MOST_CHARACTERS) return { problem: `${text.length} characters` };
  return { value: validText(text) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('');
  return inspect(value);
}
