import type { BugType } from '../../taxonomy/bug-type';
import { columns, printJson, type Register } from './command';

/** `trm taxonomy`: the bug types the project knows. */
export const registerTaxonomy: Register = (program) => {
  program
    .command('taxonomy')
    .description(
      'list the bug types: code, id, family, severity, how often real fixes mend one, what is wrong',
    )
    .argument('[family]', 'only this family, for example syntax')
    .option('--json', 'print JSON: every field, examples and real frequencies included')
    .option('--markdown', 'print the page docs/BUG_TAXONOMY.md')
    .action(async (family: string | undefined, options: { json?: boolean; markdown?: boolean }) => {
      const { BUG_TYPES } = await import('../../taxonomy/table.js');
      const { realFrequency } = await import('../../taxonomy/frequency.js');
      const types = await typesOf(family);
      if (options.json) printJson(types.map((type) => ({ ...type, realFixes: realFrequency(type) })));
      else if (options.markdown) {
        const { renderTaxonomy } = await import('../../taxonomy/markdown.js');
        process.stdout.write(renderTaxonomy(types));
      } else {
        console.log(
          columns([
            ['CODE', 'ID', 'FAMILY', 'SEVERITY', 'DIFFICULTY', 'REAL FIXES', 'TITLE'],
            ...types.map((type) => [
              String(type.code),
              type.id,
              type.family,
              type.severity,
              String(type.difficulty),
              String(realFrequency(type).count),
              type.title,
            ]),
          ]),
        );
        if (types.length === BUG_TYPES.length) console.log(`\n${types.length} types`);
      }
    });
};

async function typesOf(family: string | undefined): Promise<readonly BugType[]> {
  const { BUG_TYPES } = await import('../../taxonomy/table.js');
  const { FAMILIES } = await import('../../records/sample.js');
  const { UserError, nearestName } = await import('../../core/errors.js');
  if (family !== undefined && !FAMILIES.some((known) => known === family)) {
    const near = nearestName(family, FAMILIES);
    throw new UserError(
      `unknown family "${family}"${near ? `, did you mean "${near}"?` : ''}`,
      `families: ${FAMILIES.join(', ')}`,
    );
  }
  return BUG_TYPES.filter((type) => family === undefined || type.family === family);
}
