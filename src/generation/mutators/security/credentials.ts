import type { Rng } from '../../../core/rng';
import { type MutationTarget, argumentsOf, textAt } from '../../mutation/target';
import { type TextEdit, insertAfter, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { mutatorOf } from '../tools/forms';
import { chainEnd } from '../tools/operands';
import { anyOf } from '../tools/texts';

/** What names of passwords and keys end with, `_` or not. A token of a parser or of a result page is none. */
const SECRET_WORDS = [
  'password passwd pwd passphrase secret secret_?key secret_?access_?key api_?key',
  'access_?token auth_?token api_?token bot_?token session_?token bearer_?token refresh_?token',
];
const SECRET = new RegExp(`(^|_)(${anyOf(...SECRET_WORDS)})$`, 'i');

function isSecretName(target: MutationTarget, i: number): boolean {
  return target.tokens[i]?.kind === 'name' && SECRET.test(textAt(target, i));
}

const FAVOURITES = 'admin changeme password secret letmein root test123 qwerty hunter2'.split(' ');
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret as people leave it in code, in the quotes that the function uses most. */
function secretLiteral({ source }: MutationTarget, rng: Rng): string {
  const quote = source.split('"').length > source.split("'").length ? '"' : "'";
  const length = 8 + rng.int(17);
  const made = Array.from({ length }, () => LETTERS[rng.int(LETTERS.length)]).join('');
  return quote + (rng.next() < 0.5 ? rng.pick(FAVOURITES) : made) + quote;
}

function inParameters(target: MutationTarget, i: number): boolean {
  const open = target.enclosing[i];
  return open >= 0 && textAt(target, open - 2) === 'def' && target.enclosing[open] < 0;
}

/** Last token of the path of names `x`, `x.y.z` that is the whole value from `first` on, -1 for other values. */
function pathEnd(target: MutationTarget, first: number): number {
  if (target.tokens[first]?.kind !== 'name' || target.loads[first] === 0) return -1;
  const last = chainEnd(target, first);
  const next = target.tokens[last + 1];
  const whole = next?.kind === 'newline' || [',', ')', '}'].includes(next?.text ?? '');
  return whole && isSecretName(target, last) ? last : -1;
}

/** First token of the value given to a secret in `password=x`, `self.password = x` or `'password': x`; -1 elsewhere. */
function givenValue(target: MutationTarget, i: number): number {
  const next = textAt(target, i + 1);
  if (next === '=') return isSecretName(target, i) && !inParameters(target, i) ? i + 2 : -1;
  const key = next === ':' ? /^['"](\w+)['"]$/.exec(textAt(target, i))?.[1] : undefined;
  return key !== undefined && SECRET.test(key) ? i + 2 : -1;
}

/** The path of names that is given to the secret at `i`, as tokens [first, last]; undefined for other values. */
function givenPath(target: MutationTarget, i: number): [first: number, last: number] | undefined {
  const first = givenValue(target, i);
  const last = first < 0 ? -1 : pathEnd(target, first);
  return last < 0 ? undefined : [first, last];
}

function isGiven(target: MutationTarget, i: number): boolean {
  return givenPath(target, i) !== undefined;
}

function writeSecret(target: MutationTarget, i: number, rng: Rng): TextEdit | null {
  const path = givenPath(target, i);
  return path ? replaceTokens(target, ...path, secretLiteral(target, rng)) : null;
}

/** A password or key stands in the code (CWE-798). */
export const hardCodedCredential = mutatorOf(
  'hard-coded-credential',
  'Everybody who can read the code has the secret, and it is the same everywhere.',
  {
    default: {
      on: 'setting',
      at: (target, i) =>
        inParameters(target, i) &&
        isSecretName(target, i - 2) &&
        textAt(target, i - 1) === '=' &&
        ['None', "''", '""'].includes(textAt(target, i)),
      apply: (target, i, rng) => replaceToken(target, i, secretLiteral(target, rng)),
    },
    parameter: {
      on: 'name',
      at: (target, i) =>
        /^[),]$/.test(textAt(target, i + 1)) &&
        inParameters(target, i) &&
        isSecretName(target, i) &&
        allAfterHaveDefaults(target, i),
      apply: (target, i, rng) => insertAfter(target, i, `=${secretLiteral(target, rng)}`),
    },
    value: { on: 'name', at: isGiven, apply: writeSecret },
    entry: { on: 'string', at: isGiven, apply: writeSecret },
  },
);

/** A default is only allowed where all later positional parameters have one. */
function allAfterHaveDefaults(target: MutationTarget, i: number): boolean {
  const open = target.enclosing[i];
  const before = textAt(target, i - 1);
  if (!['(', ','].includes(before)) return false;
  for (const { first, last } of argumentsOf(target, open)) {
    if (first <= i) continue;
    if (['*', '**'].includes(textAt(target, first))) return true;
    const tokens = target.tokens.slice(first, last + 1);
    if (!tokens.some(({ text }, k) => text === '=' && target.enclosing[first + k] === open)) return false;
  }
  return true;
}
