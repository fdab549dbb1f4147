import { usesModule } from '../structure';
import { isCall, matchesAt, textAt, type Argument, type MutationTarget } from '../target';
import type { MutationSite } from '../mutator';
import { tokenSites, textsOf } from './sites';

/** What files of a Django project import. */
export const DJANGO = ['django', 'rest_framework', 'wagtail'];
/** What files of a Flask application import. */
export const FLASK = ['flask', 'werkzeug', 'quart', 'flask_restful', 'flask_restx'];
/** What files of a FastAPI or Starlette application import. */
export const STARLETTE = ['fastapi', 'starlette'];
/** What code that answers HTTP requests imports. */
export const SERVERS = [...DJANGO, ...FLASK, ...STARLETTE, 'tornado', 'aiohttp', 'bottle', 'falcon'];

/** True when the file imports from any of the modules. */
export function usesAny(target: MutationTarget, modules: readonly string[]): boolean {
  return modules.some((module) => usesModule(target, module));
}

/** Index of the first token of the dotted name that ends at `last`: of `self` for `self.db.commit`. */
export function chainStart(target: MutationTarget, last: number): number {
  let first = last;
  while (textAt(target, first - 1) === '.' && target.tokens[first - 2]?.kind === 'name') first -= 2;
  return first;
}

/** True for `name(...)` after a dot, with the name at `index`. */
export function isMethodCall(target: MutationTarget, index: number): boolean {
  return (
    target.tokens[index]?.kind === 'name' && textAt(target, index - 1) === '.' && isCall(target, index + 1)
  );
}

/** Sites at the name of every method call that fits; `open` is the parenthesis after the name. */
export function methodSites(
  target: MutationTarget,
  fits: (name: string, open: number) => boolean,
): MutationSite[] {
  return tokenSites(target, ({ text }, i) => isMethodCall(target, i) && fits(text, i + 1));
}

/** True for an argument `name=value`. */
export function isKeyword(target: MutationTarget, { first }: Pick<Argument, 'first'>): boolean {
  return target.tokens[first].kind === 'name' && textAt(target, first + 1) === '=';
}

/** True for an argument `**mapping`. */
export function isUnpackedMapping(target: MutationTarget, { first }: Argument): boolean {
  return textAt(target, first) === '**';
}

/** True when the parenthesised call at `open` is the whole rest of its logical line. */
export function endsLine(target: MutationTarget, open: number): boolean {
  return target.tokens[target.partner[open] + 1]?.kind === 'newline';
}

/** Index of the last token of the dotted name that starts at `first`: of `commit` for `self.db.commit`. */
export function chainEnd(target: MutationTarget, first: number): number {
  let last = first;
  while (textAt(target, last + 1) === '.' && target.tokens[last + 2]?.kind === 'name') last += 2;
  return last;
}

/** True when an earlier token of the function starts the same tokens as [first, last], followed by `next`. */
export function occursBefore(
  target: MutationTarget,
  first: number,
  last: number,
  next: (index: number) => boolean,
): boolean {
  const texts = textsOf(target, first, last);
  for (let i = 0; i < first; i++)
    if (textAt(target, i - 1) !== '.' && matchesAt(target, i, ...texts) && next(i + texts.length))
      return true;
  return false;
}

/** Tokens of a call from its name to its closing parenthesis, the dot before the name included. */
export function methodLength(target: MutationTarget, name: number): number {
  return target.partner[name + 1] - name + 2;
}

const SQLALCHEMY = ['sqlalchemy', 'flask_sqlalchemy', 'sqlmodel'];
const WRAPS_SQLALCHEMY = new WeakMap<object, boolean>();

/** True when the file imports SQLAlchemy, perhaps through a module of its own: `from compat.sqlalchemy import select`. */
export function usesSqlalchemy(target: MutationTarget): boolean {
  const { imports } = target.context;
  let wraps = WRAPS_SQLALCHEMY.get(imports);
  if (wraps === undefined) {
    wraps = Object.values(imports).some((path) => path.split('.').includes('sqlalchemy'));
    WRAPS_SQLALCHEMY.set(imports, wraps);
  }
  return wraps || usesAny(target, SQLALCHEMY);
}
