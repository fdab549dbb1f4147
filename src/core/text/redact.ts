/**
 * Takes secrets out of text before a run writes it anywhere: values of secret-looking environment variables,
 * and shapes of well-known tokens even when they are in no variable.
 */

/** Names whose values are secrets: they *end* so, which keeps `tokenizer` and `maxTokens` out. */
const SECRET_NAME =
  /(TOKEN|SECRET|SECRET_?KEY|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?|DATABASE_URL)$/i;

/** Shapes of tokens, and the label that replaces each. */
const TOKEN_SHAPES: readonly (readonly [label: string, shape: RegExp])[] = [
  ['github-token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})\b/g],
  ['huggingface-token', /\bhf_[A-Za-z0-9]{20,}\b/g],
  ['aws-key-id', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['slack-token', /\bxox[abpr]-[A-Za-z0-9-]{10,}/g],
  ['jwt', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g],
  ['private-key', /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g],
  ['url-password', /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/gi],
];

/** Takes secrets out of a text. */
export type Redactor = (text: string) => string;

/**
 * A redactor for an environment. Values shorter than 6 characters are not replaced: they would garble ordinary
 * text; give real secrets real lengths. Programs take the one of their secrets (`storage/secrets.ts`).
 * @param more names of secrets that do not end as secrets do
 */
export function createRedactor(env: NodeJS.ProcessEnv, more: ReadonlySet<string> = new Set()): Redactor {
  const isSecret = (name: string): boolean => SECRET_NAME.test(name) || more.has(name);
  const values = Object.entries(env)
    .filter(([name, value]) => isSecret(name) && value !== undefined && value.length >= 6)
    .map(([name, value]) => [name, value as string] as const)
    // Longest first: a value that contains another must go whole.
    .sort((a, b) => b[1].length - a[1].length);
  return (text) => {
    for (const [name, value] of values) text = text.replaceAll(value, `[redacted ${name}]`);
    for (const [label, shape] of TOKEN_SHAPES) text = text.replace(shape, `[redacted ${label}]`);
    return text;
  };
}

/** A copy of a JSON-like value with every string redacted (keys too) and secret-named members blanked. */
export function redactValue(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redact(key),
      SECRET_NAME.test(key) && typeof member === 'string' && member !== ''
        ? `[redacted ${key}]`
        : redactValue(member, redact),
    ]),
  );
}

/** What a redacted stream needs to be: `process.stdout` and `process.stderr` are. */
interface TextStream {
  write: (...args: never[]) => unknown;
}

/**
 * From now on redacts the text written to a stream, write by write: for a process whose output is kept in a file. Bytes
 * go through unchanged.
 */
export function redactStream(stream: TextStream, redact: Redactor): void {
  const write = stream.write.bind(stream) as (data: unknown, ...rest: unknown[]) => unknown;
  stream.write = (data: unknown, ...rest: unknown[]) =>
    write(typeof data === 'string' ? redact(data) : data, ...rest);
}
