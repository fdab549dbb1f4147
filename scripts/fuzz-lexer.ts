/**
 * The long run of the lexer's property test: seeded corruptions of every file of the installed standard library.
 *
 *   node dist/scripts/fuzz-lexer.js [--per-file 100] [--seed 1] [--edits 3] [--part 0/1]
 *
 * Each corrupted text is lexed and its tokens must cover it; for the first `--edits` of a file the smallest edit back is
 * also found, applied and checked. `--part 1/4` takes every fourth file. The last line is JSON; exit code 1 on a failure.
 */
import { parseArgs } from 'node:util';
import { fuzzLibrary } from '../src/python/testing';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'per-file': { type: 'string', default: '100' },
      edits: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      part: { type: 'string', default: '0/1' },
    },
  });
  const [index, parts] = values.part.split('/').map(Number);
  const result = await fuzzLibrary({
    perFile: Number(values['per-file']),
    editsPerFile: Number(values.edits),
    seed: Number(values.seed),
    takes: (file) => file % parts === index,
  });
  for (const failure of result.failures.slice(0, 20)) console.log(failure);
  console.log(JSON.stringify({ ...result, missed: result.missed.length, failures: result.failures.length }));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

void main();
