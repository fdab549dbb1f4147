/** The witnesses of tests: CPython's parser, and the check of undefined names that repair has. */
import { lex } from '../../python/tokens/lexer';
import { lineMap, offsetOfError } from '../../python/tokens/positions';
import { bindNames } from '../../python/names/bindings';
import type { Critic } from '../../python/critic/critic';
import type { WitnessFinding } from '../../records/witness';
import { undefinedNames } from '../evidence/names';
import { rangeOf } from '../ranges';
import type { Witness } from '../witnesses/witness';

/** A finding of a severity that is mended, at [start, end) of a text. */
export function findingAt(
  source: string,
  told: Pick<WitnessFinding, 'witness' | 'rule' | 'message' | 'span'> & Partial<WitnessFinding>,
): WitnessFinding {
  return { severity: 'error', bugType: null, cwe: null, range: rangeOf(lineMap(source), told.span), ...told };
}

/** CPython's parser: where it stopped. */
export function parserOf(critic: Pick<Critic, 'check'>): Witness {
  return {
    name: 'parser',
    version: '1',
    async find(files, signal) {
      const verdicts = await critic.check(
        files.map(({ source }) => source),
        signal,
      );
      return verdicts.map(({ error }, i) => {
        const { source } = files[i];
        if (!error) return [];
        const at = offsetOfError(source, error) ?? 0;
        return [
          findingAt(source, { witness: 'parser', rule: error.type, message: error.message, span: [at, at] }),
        ];
      });
    },
    close: () => Promise.resolve(),
  };
}

/** Names that nothing binds. */
export function namesOfFiles(): Witness {
  return {
    name: 'names',
    version: '1',
    find: (files) =>
      Promise.resolve(
        files.map(({ source }) => {
          const tokens = lex(source);
          const bindings = bindNames(tokens);
          const { counts, open } = undefinedNames(tokens, bindings);
          return tokens.flatMap(({ kind, text, start, end }, i) =>
            kind === 'name' && bindings[i] === 'unknown' && counts.has(text) && !open
              ? [
                  findingAt(source, {
                    witness: 'names',
                    rule: 'undefined-name',
                    message: text,
                    span: [start, end],
                  }),
                ]
              : [],
          );
        }),
      ),
    close: () => Promise.resolve(),
  };
}
