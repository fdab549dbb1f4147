import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, isAssignment, lineAt, textAt } from '../../mutation/target';
import { removeLine, replaceToken } from '../../mutation/text-edit';
import { swapMutator } from '../tools/factories';
import { inSignature } from '../tools/lines';
import { knownNames, plainNames } from '../tools/names';
import { lineSites, tokenSites } from '../tools/sites';
import { misspell } from '../tools/typos';

const NOT_MISUSED = new Set(['self', 'cls', '_']);

/** Another parameter or local variable of the function, known by then, is read. */
export const wrongName: Mutator = {
  bugType: 'wrong-name',
  why: 'The two variables hold different values except by chance; plain copies of one another are left out.',
  sites: (target) =>
    tokenSites(target, (_, i) => readsVariable(target, i) && otherNames(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherNames(target, token))),
};

function readsVariable(target: MutationTarget, index: number): boolean {
  return (
    target.loads[index] === 1 && isVariable(target, index) && !NOT_MISUSED.has(target.tokens[index].text)
  );
}

function isVariable({ bindings }: MutationTarget, index: number): boolean {
  return bindings[index] === 'parameter' || bindings[index] === 'local';
}

/**
 * Variables that occur before the line of token `index`, other than its own name and copies of it. A name seen only
 * inside brackets may belong to a comprehension or lambda alone, and does not count.
 */
function otherNames(target: MutationTarget, index: number): string[] {
  const own = textAt(target, index);
  const { first } = lineAt(target, index);
  const names = new Set<string>();
  for (let i = 0; i < first; i++) {
    const name = target.tokens[i].text;
    if (!isVariable(target, i) || name === own || NOT_MISUSED.has(name)) continue;
    if (target.enclosing[i] < 0 || inSignature(target, i)) names.add(name);
  }
  return [...names].filter((name) => !areCopies(target, own, name));
}

/** True when the function says `a = b`, `b = a` or `a = b = ...`. */
function areCopies(target: MutationTarget, a: string, b: string): boolean {
  return target.lines.some(({ first, end }) => {
    const names = new Set<string>();
    let last = first;
    // Names of the chain, and the value where it is one name.
    while (target.tokens[last].kind === 'name' && textAt(target, last + 1) === '=') {
      names.add(textAt(target, last));
      last += 2;
    }
    if (end === last + 1) names.add(textAt(target, last));
    return names.has(a) && names.has(b);
  });
}

/** A variable is misspelled where it is read. */
export const misspelledName: Mutator = {
  bugType: 'misspelled-name',
  why: 'No such name exists in the function or its module, so reading it raises NameError.',
  sites: (target) => tokenSites(target, (token, i) => token.text.length >= 3 && readsVariable(target, i)),
  apply(target, { token }, rng) {
    const known = knownNames(target);
    const typo = misspell(textAt(target, token), rng);
    return known.has(typo) ? null : replaceToken(target, token, typo);
  },
};

const foreignLiterals = swapMutator({
  bugType: 'foreign-literal',
  why: 'Python has no such name, so reading it raises NameError.',
  kind: 'keyword',
  swaps: { None: ['null', 'NULL', 'nil'], True: ['true', 'TRUE'], False: ['false', 'FALSE'] },
});

/** `null` for `None`, `true` for `True`. */
export const foreignLiteral: Mutator = {
  ...foreignLiterals,
  apply(target, site: MutationSite, rng) {
    const edit = foreignLiterals.apply(target, site, rng);
    return edit && !plainNames(target).has(edit.text.trim()) ? edit : null;
  },
};

/** Deletes the line that gives a variable its first value. */
export const missingInitialisation: Mutator = {
  bugType: 'missing-initialisation',
  why: 'The variable is read before any other line gave it a value, at least where the loop or branch does not run.',
  sites: (target) =>
    lineSites(
      target,
      (first, end) =>
        end - first < SLOTS &&
        target.bindings[first] === 'local' &&
        textAt(target, first + 1) === '=' &&
        isStartValue(target, first + 2, end) &&
        removeLine(target, target.lines[target.lineOf[first]]) !== null &&
        needsStart(target, first),
    ),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

const EMPTY_CALLS = new Set([
  'list',
  'dict',
  'set',
  'tuple',
  'defaultdict',
  'OrderedDict',
  'Counter',
  'deque',
]);

/**
 * True for what loops and branches start from: None, a flag, 0, 1 or -1, an empty text or container. Any other value
 * could not be told from the rest of the function.
 */
function isStartValue(target: MutationTarget, first: number, end: number): boolean {
  const { kind, text } = target.tokens[first];
  if (end === first + 1) {
    if (kind === 'string') return /^[bBuUfF]?(''|"")$/.test(text);
    return ['None', 'True', 'False', '0', '1', '0.0', '1.0'].includes(text);
  }
  if (end === first + 2 && text === '-') return textAt(target, first + 1) === '1';
  if (['[', '{', '('].includes(text)) return end === first + 2 && target.partner[first] === end - 1;
  return EMPTY_CALLS.has(text) && textAt(target, first + 1) === '(' && target.partner[first + 1] === end - 1;
}

/**
 * True when the variable has no value before its line, and every later line that binds it stands deeper (and so may
 * not run), needs the old value, or there is none; and when it is read on the line's own level or by such an update.
 */
function needsStart(target: MutationTarget, first: number): boolean {
  const name = textAt(target, first);
  const { level, end: lineEnd } = lineAt(target, first);
  let read = false;
  // A container is filled; of anything else that never changes nobody forgets the only assignment.
  let changed = [']', '}', ')'].includes(textAt(target, lineEnd - 1));
  for (let i = 0; i < target.tokens.length; i++) {
    if (target.tokens[i].text !== name || i === first || target.tokens[i].kind !== 'name') continue;
    if (textAt(target, target.lines[target.lineOf[i]].first) === 'nonlocal') return false;
    if (i < first && target.bindings[i] !== 'none' && target.bindings[i] !== 'attribute') return false;
    if (target.bindings[i] !== 'local') continue;
    const line = target.lines[target.lineOf[i]];
    if (line.level < level) return false;
    const updates = i === line.first && isUpdate(textAt(target, i + 1));
    if (updates) read = changed = true;
    else if (target.loads[i] === 1) read = read || isReadEarly(target, first, i, name);
    else if (line.level === level) return false;
    else changed = true;
  }
  return read && changed;
}

function isUpdate(text: string): boolean {
  return text !== '=' && isAssignment(text);
}

/** True when no plain assignment of `name` stands in the lines before the read that lead to it for certain. */
function isReadEarly(target: MutationTarget, first: number, read: number, name: string): boolean {
  let { level } = target.lines[target.lineOf[read]];
  for (let l = target.lineOf[read] - 1; l > target.lineOf[first]; l--) {
    const line = target.lines[l];
    if (line.level > level) continue;
    level = line.level;
    for (let i = line.first; i < line.end; i++)
      if (textAt(target, i) === name && target.loads[i] === 0 && target.bindings[i] === 'local') return false;
  }
  return true;
}
