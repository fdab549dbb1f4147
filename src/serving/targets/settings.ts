import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { validateConfig } from '../../core/config';
import { ConfigError, fromSystemError, UserError } from '../../core/errors';

const terms = z.array(z.string().min(1));

/** `[tool.trm]` of a pyproject.toml: what `trm check` and `trm fix` take where the command line says nothing. */
export const settingsSchema = z.strictObject({
  /** Types, families, witnesses: only these are reported. */
  select: terms.optional(),
  /** The same, not reported. */
  ignore: terms.optional(),
  /** Patterns as in .gitignore, relative to the file's folder. */
  exclude: terms.optional(),
  /** Least confidence of the model's edits, 0..1. */
  'min-confidence': z.number().min(0).max(1).optional(),
  /** True: plausible edits are reported and written, too. */
  'unsafe-fixes': z.boolean().optional(),
  /** File with known findings, relative to the file's folder. */
  baseline: z.string().min(1).optional(),
  /** False: files that git ignores are taken, too. */
  'respect-gitignore': z.boolean().optional(),
});
/** A value of {@link settingsSchema}, and where it was found; null: nowhere. */
export type Settings = z.infer<typeof settingsSchema> & { folder: string | null };

/**
 * Reads the settings of a project: of the file that is named, else of the nearest pyproject.toml with `[tool.trm]` in the
 * working directory or above it.
 * @param folder Default: the working directory
 * @throws ConfigError for a file that is no TOML, and for unknown keys, with the nearest known one
 */
export async function readSettings(named?: string, folder = process.cwd()): Promise<Settings> {
  if (named !== undefined) {
    if (!existsSync(named))
      throw new UserError(`--config: there is no file ${named}`, 'name a pyproject.toml');
    return (await settingsIn(named)) ?? { folder: dirname(resolve(named)) };
  }
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, 'pyproject.toml');
    const settings = existsSync(path) ? await settingsIn(path) : null;
    if (settings) return settings;
    if (dirname(at) === at) return { folder: null };
  }
}

/** Null when the file has no `[tool.trm]`. */
async function settingsIn(path: string): Promise<Settings | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fromSystemError(error, 'read', path);
  });
  const tool = parseToml(text, path).tool;
  const own = typeof tool === 'object' ? (tool as Record<string, unknown>).trm : undefined;
  if (own === undefined) return null;
  const settings = validateConfig(own, settingsSchema, `${path}, [tool.trm]`, 'docs/CLI.md lists the keys');
  return { ...settings, folder: dirname(resolve(path)) };
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError(
      `${path}: ${(error as Error).message.split('\n')[0]}`,
      'correct the TOML, or leave it out by --isolated',
      {
        cause: error,
      },
    );
  }
}
