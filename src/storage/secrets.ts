import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { fromSystemError, UserError } from '../core/errors';
import { projectRoot } from '../core/paths';
import { createRedactor, type Redactor } from '../core/text/redact';

/** Keys and passwords by name. Whoever needs one asks here, so that it can also come from a vault. */
export interface Secrets {
  /** A secret; undefined when nobody has it. */
  get(name: string): Promise<string | undefined>;
  /** Takes every secret out of a text that these hold under a secret's name or have handed out so far. */
  readonly redact: Redactor;
}

/** Settings of {@link openSecrets}. */
export interface SecretsOptions {
  /** Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** A file of `NAME=value` lines; null: none. Default `.env` in the project's folder, which git ignores. */
  file?: string | null;
}

/**
 * Secrets of the environment and, where it has none of that name or an empty one, of the `.env` file. The file is read
 * here; nothing of it enters the environment, so programs that are started do not get it.
 * @throws UserError when the file is there and cannot be read
 */
export function openSecrets(options: SecretsOptions = {}): Secrets {
  const { env = process.env, file = join(projectRoot(), '.env') } = options;
  const values: Record<string, string> = file === null ? {} : readSecrets(file);
  for (const [name, value] of Object.entries(env)) if (value) values[name] = value;
  const handedOut = new Set<string>();
  let redact = createRedactor(values);
  return {
    get(name) {
      const value = values[name] || undefined;
      if (value !== undefined && !handedOut.has(name)) {
        handedOut.add(name);
        redact = createRedactor(values, handedOut);
      }
      return Promise.resolve(value);
    },
    redact: (text) => redact(text),
  };
}

/**
 * A secret that something cannot do without.
 * @param purpose what it is, for the message: "the key of a W&B server"
 * @param otherwise what to do instead of giving it, for the hint
 * @throws UserError when nobody has it
 */
export async function requireSecret(
  secrets: Secrets,
  name: string,
  purpose: string,
  otherwise: string,
): Promise<string> {
  const value = await secrets.get(name);
  if (value !== undefined) return value;
  throw new UserError(
    `expected ${purpose} as ${name} in the environment or in .env, found none`,
    `export ${name}=<value>, write that line into .env in the project's folder, or ${otherwise}`,
  );
}

function readSecrets(file: string): Record<string, string> {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw fromSystemError(error, 'read the secrets of', file);
  }
}
