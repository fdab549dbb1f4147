import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { keywordArgument } from '../../mutation/structure';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, argumentsOf, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, removeLine, replaceToken } from '../../mutation/text-edit';
import { statementCall } from '../tools/calls';
import { DJANGO, usesAny } from '../tools/libraries';
import { chainStart } from '../tools/operands';
import { methodSites } from '../tools/sites';
import { occursBefore } from '../tools/texts';

/** A statement that is one method call, perhaps awaited: indices of its tokens. */
interface MethodStatement {
  /** First token of the receiver. */
  receiver: number;
  /** The method's name. */
  method: number;
}

/** The call of a line, when the line is nothing else and short enough to be written back by one edit. */
function methodStatement(target: MutationTarget, { first, end }: LogicalLine): MethodStatement | undefined {
  const receiver = textAt(target, first) === 'await' ? first + 1 : first;
  const open = statementCall(target, { first: receiver, end });
  // The line break is one of the tokens that the fix writes.
  if (open === undefined || open === receiver + 1 || end - first + 1 > SLOTS) return undefined;
  return { receiver, method: open - 1 };
}

/** Sites at the first token of every line that is a call which fits and that can be removed. */
function methodStatementSites(
  target: MutationTarget,
  fits: (method: string, statement: MethodStatement) => boolean,
): MutationSite[] {
  return target.lines.flatMap((line) => {
    const call = methodStatement(target, line);
    if (!call || !fits(textAt(target, call.method), call) || !removeLine(target, line)) return [];
    return [{ token: line.first }];
  });
}

function removeLineAt(target: MutationTarget, { token }: MutationSite): TextEdit | null {
  return removeLine(target, lineAt(target, token));
}

const STORED = new Set(['save', 'asave', 'save_m2m', 'save_base']);

/** `x.save()` left out after a change of `x`, or a changed field left out of `update_fields`. */
export const unsavedModelChange: Mutator = {
  bugType: 'unsaved-model-change',
  why: 'The change stays in memory; the database keeps the old values.',
  sites(target) {
    if (!usesAny(target, DJANGO)) return [];
    return [
      ...methodStatementSites(
        target,
        (name, call) => STORED.has(name) && (name === 'save_m2m' || isChanged(target, call)),
      ),
      ...updatedFields(target).map((token) => ({ token, form: 'field' })),
    ];
  },
  apply(target, site) {
    if (site.form !== 'field') return removeLineAt(target, site);
    const { tokens } = target;
    const isLast = textAt(target, site.token + 1) !== ',';
    const [from, to] = isLast
      ? [tokens[site.token - 1].start, tokens[site.token].end]
      : [tokens[site.token].start, tokens[site.token + 2].start];
    return { start: from, end: to, text: '' };
  },
};

/** True when the function sets an attribute of the receiver, calls its `set_...` or makes it, before the call. */
function isChanged(target: MutationTarget, { receiver, method }: MethodStatement): boolean {
  return occursBefore(target, receiver, method - 2, (next) => {
    if (textAt(target, next) === '=')
      return target.enclosing[next] < 0 && textAt(target, receiver) !== 'self';
    const member = textAt(target, next + 1);
    return (
      textAt(target, next) === '.' && (/^[-+*/|&]?=$/.test(textAt(target, next + 2)) || /^set_/.test(member))
    );
  });
}

/** Tokens of the names in `x.save(update_fields=['a', 'b'])` whose attribute of `x` the function sets before. */
function updatedFields(target: MutationTarget): number[] {
  return methodSites(target, (name) => name === 'save' || name === 'asave').flatMap(({ token }) => {
    const fields = keywordArgument(target, token + 1, 'update_fields');
    const list = fields ? fields.first + 2 : -1;
    if (!['[', '('].includes(textAt(target, list)) || target.partner[list] !== fields?.last) return [];
    const names = argumentsOf(target, list);
    if (names.length < 2) return [];
    return names.flatMap(({ first, last }) => {
      const name = textAt(target, first).slice(1, -1);
      const isSet = occursBefore(
        target,
        chainStart(target, token),
        token - 2,
        (next) => textAt(target, next + 1) === name && textAt(target, next + 2) === '=',
      );
      return first === last && isSet ? [first] : [];
    });
  });
}

const SESSION = /(^|_)(session|db|connection|conn|database)$/;
const ENGINE = /(^|_)engine$/;

/** `session.commit()`, `.flush()` or `.add(x)` left out, or `engine.begin()` written as `engine.connect()`. */
export const uncommittedSession: Mutator = {
  bugType: 'uncommitted-session',
  why: 'The transaction ends with the session and its changes are rolled back, or the object never belongs to it.',
  sites: (target) => [
    ...methodStatementSites(target, (name, { method }) => {
      if (!SESSION.test(textAt(target, method - 2))) return false;
      const isEmpty = target.partner[method + 1] === method + 2;
      return isEmpty ? ['commit', 'flush', 'rollback'].includes(name) : ['add', 'add_all'].includes(name);
    }),
    ...methodSites(target, (name, open) => name === 'begin' && ENGINE.test(textAt(target, open - 3))).map(
      (site) => ({ ...site, form: 'begin' }),
    ),
  ],
  apply: (target, site) =>
    site.form === 'begin' ? replaceToken(target, site.token, 'connect') : removeLineAt(target, site),
};

/** `response.raise_for_status()` left out. */
export const uncheckedHttpStatus: Mutator = {
  bugType: 'unchecked-http-status',
  why: 'The page that tells of an error is read as if it were the answer.',
  sites: (target) => methodStatementSites(target, (name) => /^_?raise_for_status$/.test(name)),
  apply: removeLineAt,
};
