import { columns, printJson, type Register } from './command';

/** `trm taxonomy`: the bug types the project knows. */
export const registerTaxonomy: Register = (program) => {
  program
    .command('taxonomy')
    .description('list the bug types: code, id, family, severity, what is wrong')
    .argument('[family]', 'only this family, for example syntax')
    .option('--json', 'print JSON: every field, examples included')
    .action(async (family: string | undefined, options: { json?: boolean }) => {
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
      const types = BUG_TYPES.filter((type) => family === undefined || type.family === family);
      if (options.json) printJson(types);
      else
        console.log(
          columns([
            ['CODE', 'ID', 'FAMILY', 'SEVERITY', 'DIFFICULTY', 'TITLE'],
            ...types.map(({ code, id, family: of, severity, difficulty, title }) => [
              String(code),
              id,
              of,
              severity,
              String(difficulty),
              title,
            ]),
          ]),
        );
    });
};
