import type { Judge, Verdict } from '../../python/critic/critic';
import { lex } from '../../python/tokens/lexer';
import type { WitnessFinding } from '../../records/witness';
import { findingsOf } from './findings';
import { Places, withoutMark } from './places';
import type { Witness } from './witness';

/**
 * CPython's parser and compiler: at most one finding a file, where it stopped. Its rule is the exception's class; a text
 * that hangs or breaks the interpreter gets `not-judged`, which says nothing of the text but counts as new after an edit.
 * @param critic stays open; whoever started it closes it
 */
export function parserWitness(critic: Pick<Judge, 'check' | 'pythonVersion'>): Witness {
  return {
    name: 'parser',
    version: critic.pythonVersion,
    async find(files, signal) {
      const verdicts = await critic.check(
        files.map(({ source }) => withoutMark(source)),
        signal,
      );
      return verdicts.map((verdict, i) => findingsOfVerdict(verdict, files[i].source));
    },
    close: () => Promise.resolve(),
  };
}

function findingsOfVerdict({ error, unknown }: Verdict, source: string): WitnessFinding[] {
  if (error === null) return [];
  const places = new Places(source, 'utf-16');
  const { span } = places.between({ line: (error.line ?? 1) - 1, column: error.column ?? 0 });
  // Where the parser stopped there is a token; indentation errors lie in the white space before it.
  const token = lex(source).find(({ end }) => end > span[0]);
  const end = error.line === null || token === undefined ? span[0] : token.end;
  const told = {
    rule: unknown ? 'not-judged' : error.type,
    severity: unknown ? ('info' as const) : ('error' as const),
    message: error.message,
    place: places.place(span[0], end),
  };
  return findingsOf('parser', [told]);
}
