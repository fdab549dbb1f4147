import { UserError, nearestName } from '../core/errors';
import { hashJson } from '../core/hash';
import type { BugType } from './bug-type';
import { LOGIC_BUGS } from './families/logic';
import { NAME_BUGS } from './families/name';
import { SYNTAX_BUGS } from './families/syntax';
import { NUMERIC_BUGS } from './families/numeric';
import { API_BUGS } from './families/api';
import { TYPE_BUGS } from './families/type';
import { CONTROL_FLOW_BUGS } from './families/control-flow';
import { EXCEPTION_BUGS } from './families/exception';
import { COLLECTION_BUGS } from './families/collection';
import { STRING_BUGS } from './families/string';
import { CONCURRENCY_BUGS } from './families/concurrency';
import { SECURITY_BUGS } from './families/security';
import { RESOURCE_BUGS } from './families/resource';
import { FRAMEWORK_BUGS } from './families/framework';

/** The whole taxonomy, by ascending code. */
export const BUG_TYPES: readonly BugType[] = [
  ...LOGIC_BUGS,
  ...NAME_BUGS,
  ...SYNTAX_BUGS,
  ...NUMERIC_BUGS,
  ...API_BUGS,
  ...TYPE_BUGS,
  ...CONTROL_FLOW_BUGS,
  ...EXCEPTION_BUGS,
  ...COLLECTION_BUGS,
  ...STRING_BUGS,
  ...CONCURRENCY_BUGS,
  ...SECURITY_BUGS,
  ...RESOURCE_BUGS,
  ...FRAMEWORK_BUGS,
].sort((a, b) => a.code - b.code);

const byId = new Map(BUG_TYPES.map((type) => [type.id, type]));
const byCode = new Map(BUG_TYPES.map((type) => [type.code, type]));

/**
 * The row of a bug type.
 * @throws UserError for an unknown id, with the nearest known one
 */
export function bugType(id: string): BugType {
  const type = byId.get(id);
  if (type) return type;
  const near = nearestName(id, byId.keys());
  throw new UserError(
    `expected a bug type of the taxonomy, got "${id}"`,
    near ? `did you mean "${near}"?` : 'list them with `trm taxonomy`',
  );
}

/** The row with a code, or undefined for 0 and for codes of a newer taxonomy. */
export function bugTypeByCode(code: number): BugType | undefined {
  return byCode.get(code);
}

/**
 * Hash of what stored data depends on: the code, id and family of every type. Rewording a description changes no
 * hash; a new type does, and readers may then check that the types they know kept their codes.
 */
export function taxonomyHash(types: readonly BugType[] = BUG_TYPES): string {
  return hashJson(types.map(({ code, id, family }) => [code, id, family]));
}
