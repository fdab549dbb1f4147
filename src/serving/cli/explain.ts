import type { BugType } from '../../taxonomy/bug-type';
import { printJson, type Register } from './command';

/** `trm explain`: what a bug type is, with an example. */
export const registerExplain: Register = (program) => {
  program
    .command('explain')
    .description('say what bug types are: what is wrong, how bad it is, and an example with its fix')
    .argument('<type...>', 'bug types by id or code, for example missing-colon or 21')
    .option('--json', 'print JSON: every field')
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const { bugType, bugTypeByCode } = await import('../../taxonomy/table.js');
      const { realFrequency } = await import('../../taxonomy/frequency.js');
      // All of them are looked up before anything is printed.
      const types = names.map((name) => (/^\d+$/.test(name) && bugTypeByCode(Number(name))) || bugType(name));
      if (json) printJson(types.map((type) => ({ ...type, realFixes: realFrequency(type) })));
      else for (const type of types) console.log(await explain(type));
    });
};

async function explain(type: BugType): Promise<string> {
  const { realFrequency } = await import('../../taxonomy/frequency.js');
  const { unifiedDiff } = await import('../../repair/diff.js');
  const { id, code, family, title, description, cwe, severity, difficulty, rule, example, rare } = type;
  const { count, of } = realFrequency(type);
  // A header of file names would say nothing here.
  const diff = unifiedDiff(example.before, example.after, { file: 'example.py', context: Infinity })
    .split('\n')
    .filter((line) => !/^(---|\+\+\+|@@)/.test(line));
  return [
    `${id} (${code}): ${title}`,
    '',
    description,
    ...(rare === undefined ? [] : [`Rare in real code: ${rare}`]),
    '',
    `family ${family}, severity ${severity}, difficulty ${difficulty} of 5${cwe === null ? '' : `, ${cwe}`}`,
    `linter rule: ${rule ?? 'none sees most of them'}`,
    `real fixes: ${count} of ${of}`,
    `hide one: # trm: ignore[${id}] -- reason`,
    '',
    ...diff.map((line) => (line === '' ? '' : `  ${line}`)),
  ].join('\n');
}
