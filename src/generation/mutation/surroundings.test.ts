/** What training is shown of a mutant's file is what a repair would read from the file with the mutant in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { functionsInContext } from '../../python/names/file-context';
import { lex } from '../../python/tokens/lexer';
import { drawFunction } from '../drawing/draw';
import { createMixture } from '../drawing/mixture-part';
import { generateConfigSchema } from '../config';
import { aimedShares } from '../mixture/aims';
import { testMachine } from '../../stages/testing';

const config = generateConfigSchema.parse({ mutantsPerFunction: 4 });

test('a bug in a function changes nothing in what its file says around it', async () => {
  const { stdlib } = await testMachine.pythonFacts();
  const mixture = createMixture(aimedShares(config));
  let compared = 0;
  for (const module of ['textwrap.py', 'configparser.py']) {
    const source = readFileSync(join(stdlib, module), 'utf8');
    const functions = functionsInContext(source, lex(source));
    for (const [i, { span, surroundings }] of functions.entries()) {
      const drawn = drawFunction({ source: span.source, context: surroundings, seed: i }, mixture, config);
      for (const { before, bugType } of 'reason' in drawn ? [] : drawn.mutants) {
        const lines = before.trimEnd().split('\n');
        const body = lines.map((line) => (line === '' ? line : span.indent + line)).join('\n');
        const text = `${source.slice(0, span.start - span.indent.length)}${body}\n${source.slice(span.end)}`;
        const buggy = functionsInContext(text, lex(text)).at(i);
        // A broken `def`, or a line that falls out of the block: the file has another function there.
        if (buggy?.span.source.trimEnd() !== before.trimEnd()) continue;
        assert.equal(buggy.surroundings, surroundings, `${span.name}: ${bugType}`);
        compared++;
      }
    }
  }
  assert.ok(compared > 150, `${compared} mutants`);
});

test.run();
