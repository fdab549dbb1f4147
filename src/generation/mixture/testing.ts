import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedStream } from '../../core/rng';
import { decodeSource } from '../../python/tokens/codec';
import { functionsInContext } from '../../python/names/file-context';
import { lex } from '../../python/tokens/lexer';
import type { Plantable } from './offers';

/** Functions of the standard library's modules, a few a module, in an order by seed. For tests. */
export function libraryFunctions(
  stdlib: string,
  { count, seed }: { count: number; seed: number },
): Plantable[] {
  const rng = seedStream(seed, 'library');
  const files = readdirSync(stdlib, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        path.endsWith('.py') &&
        !/(^|\/)(test|tests|idlelib|lib2to3|site-packages|dist-packages)\//.test(path),
    )
    .sort();
  const out: Plantable[] = [];
  for (const file of rng.shuffle(files)) {
    if (out.length >= 3 * count) break;
    const { text } = decodeSource(readFileSync(join(stdlib, file)));
    const found = functionsInContext(text, lex(text));
    for (const [i, { span, surroundings }] of rng.shuffle(found).slice(0, 12).entries())
      out.push({ id: `${file}#${i}`, after: span.source, context: surroundings });
  }
  return rng.shuffle(out).slice(0, count);
}
