import { calleeOf, qualifiedName, usesModule } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { insertAfter, removeTokens, replaceToken } from '../../mutation/text-edit';
import {
  type CallTest,
  callNamed,
  callOf,
  droppedKeyword,
  mutatorOf,
  pathSwap,
  settingName,
  settingSwap,
  tokenSwap,
  unwrapped,
} from '../tools/forms';
import { chainEnd, chainStart } from '../tools/operands';

/** A temporary file whose name others can take first, or a file that need not be new (CWE-377). */
export const insecureTemporaryFile = mutatorOf(
  'insecure-temporary-file',
  'Another process can create the file between the choice of its name and its use.',
  {
    function: pathSwap({ 'tempfile.mkdtemp': ['tempfile.mktemp'], 'tempfile.mkstemp': ['tempfile.mktemp'] }),
    shared: pathSwap(
      { 'tempfile.mkdtemp': ['tempfile.gettempdir'] },
      (target, last) => target.partner[last + 1] === last + 2,
    ),
    exclusive: {
      on: 'name',
      at: (target, i) =>
        textAt(target, i) === 'O_EXCL' &&
        qualifiedName(target, i) === 'os.O_EXCL' &&
        textAt(target, i - 3) === '|',
      apply: (target, i) => removeTokens(target, i - 3, i),
    },
    creating: {
      on: 'string',
      at: (target, i) =>
        /^['"]xb?['"]$/.test(textAt(target, i)) && calleeOf(target, target.enclosing[i]) === 'open',
      apply: (target, i) => replaceToken(target, i, textAt(target, i).replace('x', 'w')),
    },
  },
);

const FILE_NAMES = callOf(
  'werkzeug.utils.secure_filename',
  'werkzeug.secure_filename',
  'django.utils.text.get_valid_filename',
);
const BASE_NAMES = callOf('os.path.basename', 'posixpath.basename', 'ntpath.basename');
const JOINS = callOf('os.path.join', 'posixpath.join', 'ntpath.join');

/** `os.path.join(folder, os.path.basename(name))`: the name must not lead out of the folder. */
function isJoinedBaseName(target: MutationTarget, open: number): boolean {
  if (!BASE_NAMES(target, open)) return false;
  if (/^[A-Z_]+$/.test(textAt(target, open + 1))) return false;
  const joined = (i: number): boolean => {
    const around = target.enclosing[i];
    return around >= 0 && JOINS(target, around) && argumentsOf(target, around)[0].last < i;
  };
  if (joined(open) || textAt(target, chainStart(target, open - 1) - 1) === '/') return true;
  const line = target.lines[target.lineOf[open]];
  if (!matchesAt(target, line.first + 1, '=') || target.partner[open] !== line.end - 1) return false;
  const name = textAt(target, line.first);
  return target.tokens.some(({ text }, i) => i > line.end && text === name && joined(i));
}

/** Last token of `/ path.name`, a folder joined to the last part of a path; -1 elsewhere. */
function joinedNameEnd(target: MutationTarget, slash: number): number {
  if (textAt(target, slash) !== '/' || !usesModule(target, 'pathlib')) return -1;
  const last = chainEnd(target, slash + 1);
  const ends = last > slash + 1 && textAt(target, last) === 'name' && target.loads[slash + 1] === 1;
  return ends && !['(', '['].includes(textAt(target, last + 1)) ? last : -1;
}

const PATH_NORMALISERS = callOf(
  'os.path.normpath',
  'os.path.abspath',
  'os.path.realpath',
  'posixpath.normpath',
  'ntpath.normpath',
);

/** A path made absolute, or cleared of `..`, for a check of its start. */
function isCheckedPath(target: MutationTarget, open: number): boolean {
  if (!PATH_NORMALISERS(target, open)) return false;
  const close = target.partner[open];
  if (matchesAt(target, close + 1, '.', 'startswith')) return true;
  const around = target.enclosing[open];
  if (around >= 0 && callNamed(/^(startswith|commonpath|is_relative_to)$/)(target, around)) return true;
  const line = target.lines[target.lineOf[open]];
  if (textAt(target, line.first + 1) !== '=' || target.tokens[line.first].kind !== 'name') return false;
  const name = textAt(target, line.first);
  return target.tokens.some(
    (_, i) =>
      i > line.end &&
      (matchesAt(target, i, name, '.', 'startswith') ||
        (textAt(target, i) === name && callNamed(/^(startswith|commonpath)$/)(target, target.enclosing[i]))),
  );
}

/** A name from outside can lead out of the folder it is meant for (CWE-22). */
export const pathTraversal = mutatorOf(
  'path-traversal',
  'A name with `..` or an absolute path reaches files outside the folder.',
  {
    name: unwrapped(FILE_NAMES),
    base: unwrapped(isJoinedBaseName),
    part: {
      on: 'sign',
      at: (target, i) => joinedNameEnd(target, i) > 0,
      apply: (target, i) => removeTokens(target, joinedNameEnd(target, i) - 1, joinedNameEnd(target, i)),
    },
    check: unwrapped(isCheckedPath),
    join: pathSwap({
      'werkzeug.utils.safe_join': ['os.path.join'],
      'werkzeug.security.safe_join': ['os.path.join'],
      'flask.safe_join': ['os.path.join'],
      'django.utils._os.safe_join': ['os.path.join'],
    }),
    prefix: pathSwap({ 'os.path.commonpath': ['os.path.commonprefix'] }),
    filter: droppedKeyword(callNamed(/^(extract|extractall)$/), /^(filter|members)$/),
    resolved: {
      on: 'sign',
      at: (target, dot) =>
        matchesAt(target, dot, '.', 'resolve', '(', ')', '.') &&
        /^(is_)?relative_to$/.test(textAt(target, dot + 5)),
      apply: (target, dot) => removeTokens(target, dot, dot + 3),
    },
  },
);

/** Octal modes that keep others out -> modes that let them in. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  '400': ['444', '666'],
  '500': ['555', '777'],
  '600': ['644', '666', '777'],
  '640': ['644', '666'],
  '644': ['666', '777'],
  '660': ['666'],
  '664': ['666'],
  '700': ['755', '777'],
  '711': ['777'],
  '744': ['777'],
  '750': ['755', '777'],
  '755': ['777'],
  '770': ['777'],
  '775': ['777'],
};
/** Octal masks of `umask` -> masks that keep fewer out. */
const MASKS: Readonly<Record<string, readonly string[]>> = {
  '77': ['0', '22'],
  '027': ['0'],
  '27': ['0'],
  '22': ['0'],
  '077': ['0', '022'],
  '022': ['0'],
};
const MODE_CALLS: CallTest = callNamed(
  /^(f?chmod|lchmod|mkdir|makedirs|mkfifo|mknod|touch|open|umask|opener)$/,
);

/** Modes, written as in Python, that let more people in than the octal number at token `i`. */
function weakerModes(target: MutationTarget, i: number): readonly string[] {
  const digits = /^0o([0-7]+)$/i.exec(textAt(target, i))?.[1];
  if (digits === undefined) return [];
  const around = target.enclosing[i];
  const called = around >= 0 && MODE_CALLS(target, around);
  const table = called && textAt(target, around - 1) === 'umask' ? MASKS : MODES;
  const setting =
    textAt(target, i - 1) === '=' && /(^|_)(mode|perms?|permissions)$/.test(settingName(target, i));
  if (!(called || setting) || !Object.hasOwn(table, digits)) return [];
  return table[digits].map((mode) => (mode === '0' ? '0' : `0o${mode}`));
}

/** A file, folder or socket that others may read or write (CWE-732). */
export const permissiveFileMode = mutatorOf(
  'permissive-file-mode',
  'Every user of the machine can read or change what was meant for one.',
  {
    octal: tokenSwap('number', weakerModes),
    constant: {
      on: 'name',
      at: (target, i) =>
        /^S_I(RWX|R|W)(U|USR)$/.test(textAt(target, i)) &&
        target.enclosing[i] >= 0 &&
        MODE_CALLS(target, target.enclosing[i]) &&
        /^[,)]$/.test(textAt(target, i + 1)),
      apply(target, i, rng) {
        const prefix = textAt(target, i - 1) === '.' ? `${textAt(target, i - 2)}.` : '';
        return insertAfter(target, i, ` | ${prefix}${rng.pick(['S_IWOTH', 'S_IROTH', 'S_IRWXO'])}`);
      },
    },
    dropped: droppedKeyword(
      callNamed(/^(mkdir|makedirs|mkfifo|touch)$/),
      /^mode$/,
      /^0o[0-7]00$|^448$|^384$/,
    ),
  },
);

/** A link is followed where the code looked at the link itself (CWE-59). */
export const linkFollowing = mutatorOf(
  'link-following',
  'Whoever can place a link decides which file is read, changed or deleted.',
  {
    function: pathSwap(
      {
        'os.lstat': ['os.stat'],
        'os.lchown': ['os.chown'],
        'os.path.lexists': ['os.path.exists'],
        'os.path.realpath': ['os.path.abspath'],
      },
      (target, last) => isCall(target, last + 1),
    ),
    method: {
      on: 'name',
      at: (target, i) =>
        ['lstat', 'lchmod'].includes(textAt(target, i)) &&
        textAt(target, i - 1) === '.' &&
        isCall(target, i + 1) &&
        qualifiedName(target, i) === undefined,
      apply: (target, i) => replaceToken(target, i, textAt(target, i).slice(1)),
    },
    setting: settingSwap({ follow_symlinks: { False: 'True' }, followlinks: { False: 'True' } }),
    dropped: droppedKeyword(
      callNamed(/^(stat|chmod|chown|utime|is_dir|is_file|copy2?|copystat|copyfile)$/),
      /^follow_symlinks$/,
      /^False$/,
    ),
    check: {
      on: 'keyword',
      at: (target, i) => linkCheckEnd(target, i) > 0,
      apply: (target, i) => removeTokens(target, i, linkCheckEnd(target, i)),
    },
    flag: {
      on: 'name',
      at: (target, i) =>
        textAt(target, i) === 'O_NOFOLLOW' &&
        qualifiedName(target, i) === 'os.O_NOFOLLOW' &&
        textAt(target, i - 3) === '|',
      apply: (target, i) => removeTokens(target, i - 3, i),
    },
  },
);

/** Last token of `and not islink(x)` or `and not x.is_symlink()` that starts at token `i`, -1 elsewhere. */
function linkCheckEnd(target: MutationTarget, i: number): number {
  if (!matchesAt(target, i, 'and', 'not')) return -1;
  const open = chainEnd(target, i + 2) + 1;
  const tests = isCall(target, open) && /^(is_?link|is_symlink)$/.test(textAt(target, open - 1));
  const close = tests ? target.partner[open] : -1;
  return close - i < 8 && !['.', '['].includes(textAt(target, close + 1)) ? close : -1;
}
