import { SLOTS } from '../../../records/example';
import { lineStart } from '../../mutation/structure';
import { type MutationTarget, isCall, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { callNamed, mutatorOf, removedLine, tokenSwap } from '../tools/forms';
import { chainEnd, chainStart } from '../tools/operands';
import { anyOf } from '../tools/texts';

/** Decorators that let only some people in. */
const GUARD = new RegExp(
  `^(${[
    `(${anyOf(
      'login permissions? auth authentication admin roles? scopes? staff superuser staff_member',
      'jwt token fresh_jwt two_factor',
    )})_(required|only)`,
    `(requires?|needs|has|check)_(any_|all_|admin_|guild_)?(${anyOf(
      'auth authentication login permissions? scopes? roles? admin access superuser staff context',
    )})`,
    anyOf(
      'authenticated token_authenticated metrics_authentication user_passes_test is_owner',
      'admin_required owner_or_permissions',
    ),
  ].join('|')})$`,
);

/** A decorator line that is nothing but such a guard, called or not. */
function isGuard(target: MutationTarget, first: number, end: number): boolean {
  if (textAt(target, first) !== '@') return false;
  let last = first + 1;
  while (textAt(target, last + 1) === '.') last += 2;
  const whole = last === end - 1 || (isCall(target, last + 1) && target.partner[last + 1] === end - 1);
  return whole && GUARD.test(textAt(target, last));
}

const CHECK_VERBS = anyOf('check require ensure assert enforce verify validate');
const CHECKED = anyOf(
  'perms? permissions? access auth authenticated authorized authorization csrf xsrf scopes? login token',
  'xsrf_cookie credentials cookie',
);
/** Calls that raise for those who may not: `check_permissions(...)`. */
const CHECKS = callNamed(
  new RegExp(
    `^_?(${CHECK_VERBS})_(object_|user_|any_|all_|admin_)*(${CHECKED})$` +
      '|^(authorize|_check_perm|check_is_admin|verify_signature)$',
  ),
);

/** A statement that is nothing but a call which raises for those who may not. */
function isCheck(target: MutationTarget, first: number, end: number): boolean {
  const open = target.partner[end - 1];
  if (textAt(target, end - 1) !== ')' || open < first || !CHECKS(target, open)) return false;
  const start = chainStart(target, open - 1);
  return start === first || (start === first + 1 && textAt(target, first) === 'await');
}

/** Attributes that say who somebody is. */
const STATES = /^(is_authenticated|is_superuser|is_staff|is_admin|is_owner)$/;
/** Methods that say what somebody may. */
const ASKS = /^(has_perms?|has_\w*permission|user_has_\w*permission\w*|check_password|has_scope)$/;
/** What has `can_edit()` and its like in the sense of a permission. */
const ASKER = /user|perm|policy|checker|auth/;

/** Last token of the check `user.is_staff`, `user.has_perm(x)` or `perms.can_edit()` from `first` on; -1 elsewhere. */
function checkEnd(target: MutationTarget, first: number): number {
  if (target.tokens[first]?.kind !== 'name' || target.loads[first] === 0) return -1;
  const last = chainEnd(target, first);
  if (last === first) return -1;
  if (!isCall(target, last + 1)) return STATES.test(textAt(target, last)) ? last : -1;
  const can = /^can_\w+$/.test(textAt(target, last)) && ASKER.test(textAt(target, last - 2));
  return can || ASKS.test(textAt(target, last)) ? target.partner[last + 1] : -1;
}

/** Last token of `user.is_staff and` from `first` on, -1 elsewhere. */
function firstCheck(target: MutationTarget, first: number): number {
  if (!['if', 'elif', 'and', '(', '=', 'return', 'or'].includes(textAt(target, first - 1))) return -1;
  const end = checkEnd(target, first);
  return end > 0 && textAt(target, end + 1) === 'and' && end + 1 - first < SLOTS ? end + 1 : -1;
}

/** Last token of `and user.is_staff` at the end of a condition, -1 elsewhere. */
function lastCheck(target: MutationTarget, and: number): number {
  const end = textAt(target, and) === 'and' ? checkEnd(target, and + 1) : -1;
  const next = target.tokens[end + 1];
  return end > 0 && (next?.kind === 'newline' || /^[:)]$/.test(next?.text ?? '')) && end - and < SLOTS
    ? end
    : -1;
}

/** The check of who asks is missing (CWE-862). */
export const missingAuthorization = mutatorOf(
  'missing-authorization',
  'Everybody can do what only some may.',
  {
    decorator: removedLine(isGuard),
    statement: removedLine(isCheck),
    first: {
      on: 'name',
      at: (target, i) => firstCheck(target, i) > 0,
      apply: (target, i) => removeTokens(target, i, firstCheck(target, i)),
    },
    last: {
      on: 'keyword',
      at: (target, i) => lastCheck(target, i) > 0,
      apply: (target, i) => removeTokens(target, i, lastCheck(target, i)),
    },
  },
);

/** Checks by their names -> checks that more people pass. */
const WEAKER_CHECKS: Readonly<Record<string, readonly string[]>> = {
  is_superuser: ['is_staff', 'is_active', 'is_authenticated'],
  is_staff: ['is_active', 'is_authenticated'],
  is_admin: ['is_active', 'is_authenticated'],
  has_delete_permission: ['has_view_permission', 'has_change_permission'],
  has_change_permission: ['has_view_permission'],
  has_add_permission: ['has_view_permission'],
  has_view_or_change_permission: ['has_module_permission'],
  IsAdminUser: ['IsAuthenticated'],
  IsAuthenticated: ['IsAuthenticatedOrReadOnly', 'AllowAny'],
  DjangoModelPermissions: ['DjangoModelPermissionsOrAnonReadOnly'],
  permission_required: ['login_required'],
  superuser_required: ['login_required'],
  staff_member_required: ['login_required'],
};
/** Words that permissions are named by: the right to look for the right to act. */
const WEAKER_WORDS: Readonly<Record<string, readonly string[]>> = {
  delete: ['view', 'change'],
  change: ['view'],
  add: ['view'],
  publish: ['change', 'view'],
  edit: ['view'],
  admin: ['read'],
  write: ['read'],
};
/** Calls whose arguments name permissions. */
const ASKED = callNamed(
  /(^|_)(perms?|permissions?|scopes?|require_any|require_all)(_for_instance|_required)?$|^(permission_required|needs_scope|has_permissions)$/,
);

/** Weaker checks for the name at token `i`, where it is used as a check. */
function weakerChecks(target: MutationTarget, i: number): readonly string[] {
  const { text } = target.tokens[i];
  const before = textAt(target, i - 1);
  if (!Object.hasOwn(WEAKER_CHECKS, text) || before === 'def') return [];
  // `self.permission_required` is the name of a right, `@permission_required` a check.
  if (/_required$/.test(text) && lineStart(target, i) !== '@') return [];
  const used = textAt(target, i + 1) !== '=' && !['import', 'class', 'as'].includes(before);
  return used && (before === '.' || target.loads[i] === 1) ? WEAKER_CHECKS[text] : [];
}

/** A permission in quotes: `'blog.delete_article'`, `"write:article"`. */
const RIGHT =
  /^(?<quote>['"])(?<app>(?:\w+\.)?)(?<word>delete|change|add|publish|edit|admin|write)(?<object>(?:_\w+|:[\w!]+)?)\k<quote>$/;

/** Literals with weaker rights for the one at token `i`, where a call asks for it. */
function weakerRights(target: MutationTarget, i: number): readonly string[] {
  const around = target.enclosing[i];
  if (around < 0 || !ASKED(target, around)) return [];
  const right = RIGHT.exec(textAt(target, i))?.groups;
  if (!right) return [];
  const { quote, app, word, object } = right;
  return WEAKER_WORDS[word].map((weaker) => quote + app + weaker + object + quote);
}

/** The check asks for less than what is done (CWE-863). */
export const incorrectAuthorization = mutatorOf(
  'incorrect-authorization',
  'People with a lesser right can do what needs a greater one.',
  {
    right: tokenSwap('name', weakerChecks),
    word: tokenSwap('string', weakerRights),
  },
);
