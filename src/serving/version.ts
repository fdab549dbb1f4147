import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../core/paths';

/** Version of this program. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
