import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';

/** Exported declarations of a module whose line above does not end a doc comment. */
function undocumented(source: string): string[] {
  const lines = source.split('\n').filter((line) => line.trim() !== '');
  const declaration = /^export (?:async |abstract )?(?:function|class|const|interface|type|enum) (\w+)/;
  return lines.flatMap((line, i) => {
    const name = declaration.exec(line)?.[1];
    return name !== undefined && !lines[i - 1]?.trimEnd().endsWith('*/') ? [name] : [];
  });
}

test('every export is documented', () => {
  const missing = ['src', 'scripts', 'bench'].flatMap((folder) => {
    const root = join(projectRoot(), folder);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(\.test|\.d)\.ts$/.test(file))
      .flatMap((file) =>
        undocumented(readFileSync(join(root, file), 'utf8')).map((name) => `${folder}/${file}: ${name}`),
      );
  });
  assert.equal(missing, []);
});

test('an export without a comment is found', () => {
  assert.equal(
    undocumented('/** a */\nexport const a = 1;\nexport const b = 2;\n// c\nexport function c() {}'),
    ['b', 'c'],
  );
});

test.run();
