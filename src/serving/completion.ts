import type { Command } from 'commander';

/** Shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** What can follow one command: its subcommands and flags, each with what it does. */
interface Words {
  /** `trm runs list` -> ['runs', 'list']. */
  path: readonly string[];
  commands: readonly Word[];
  flags: readonly Word[];
}

interface Word {
  name: string;
  help: string;
}

/** A script that completes the commands and flags of a program; what follows them, and values of flags, are files. */
export function completionScript(program: Command, shell: Shell): string {
  const all = wordsOf(program, []);
  const name = program.name();
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](name, all);
}

function wordsOf(command: Command, path: readonly string[]): Words[] {
  const commands = command.commands.map((one) => ({ name: one.name(), help: firstPart(one.description()) }));
  const flags = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ name: long ?? short ?? '', help: firstPart(description) }));
  flags.push({ name: '--help', help: 'print help' });
  return [
    { path, commands, flags },
    ...command.commands.flatMap((one) => wordsOf(one, [...path, one.name()])),
  ];
}

/** One line without what shells read as syntax. */
function firstPart(text: string): string {
  return text
    .split(/[;:(]/)[0]
    .replace(/['"`\\[\]$]/g, '')
    .trim();
}

function bashScript(name: string, all: readonly Words[]): string {
  const cases = all.map(({ path, commands, flags }) => {
    const words = [...commands, ...flags].map((word) => word.name).join(' ');
    return `    '${path.join(' ')}') words='${words}' ;;`;
  });
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local word path='' words=''
  local known=' ${all
    .map(({ path }) => path.join('_'))
    .filter(Boolean)
    .join(' ')} '
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    local next="\${path:+\${path}_}$word"
    [[ $known == *" $next "* ]] && path=$next
  done
  case "\${path//_/ }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zshScript(name: string, all: readonly Words[]): string {
  const cases = all.map(({ path, commands, flags }) => {
    const words = [...commands, ...flags].map((word) => `'${word.name}:${word.help}'`).join(' ');
    return `    '${path.join(' ')}') found=(${words}) ;;`;
  });
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local where='' next i
  local known=' ${all
    .map(({ path }) => path.join('_'))
    .filter(Boolean)
    .join(' ')} '
  local -a found
  for (( i = 2; i < CURRENT; i++ )); do
    next="\${where:+\${where}_}\${words[i]}"
    [[ $known == *" $next "* ]] && where=$next
  done
  case "\${where//_/ }" in
${cases.join('\n')}
  esac
  _describe '${name}' found
  _files
}
compdef _${name} ${name}
`;
}

function fishScript(name: string, all: readonly Words[]): string {
  const lines = all.flatMap(({ path, commands, flags }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const none =
      commands.length > 0
        ? [`not __fish_seen_subcommand_from ${commands.map((one) => one.name).join(' ')}`]
        : [];
    const condition = [...seen, ...none].join('; and ') || 'true';
    return [
      ...commands.map((word) => `complete -c ${name} -n '${condition}' -f -a ${word.name} -d '${word.help}'`),
      ...flags.map(
        (word) => `complete -c ${name} -n '${condition}' -l ${word.name.slice(2)} -d '${word.help}'`,
      ),
    ];
  });
  return `# Completion of ${name} for fish: ${name} completion fish | source\n${lines.join('\n')}\n`;
}
