import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { renderTaxonomy } from '../src/taxonomy/markdown';

test('docs/BUG_TAXONOMY.md is what the table says; write it with `bin/trm taxonomy --markdown`', () => {
  assert.is(readFileSync(join(projectRoot(), 'docs', 'BUG_TAXONOMY.md'), 'utf8'), renderTaxonomy());
});

test.run();
