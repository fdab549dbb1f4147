import { UserError, nearestName } from '../core/errors';
import { hashJson } from '../core/hash';
import type { BugType } from './bug-type';
import { API_BUGS } from './families/api';
import { COLLECTION_BUGS } from './families/collection';
import { COLLECTION_USE_BUGS } from './families/collection-use';
import { CONCURRENCY_BUGS } from './families/concurrency';
import { EVERYDAY_BUGS } from './families/everyday';
import { CONTROL_FLOW_BUGS } from './families/control-flow';
import { EXCEPTION_BUGS } from './families/exception';
import { NUMPY_BUGS } from './families/framework-numpy';
import { ASYNCIO_BUGS } from './families/framework-asyncio';
import { DJANGO_BUGS } from './families/framework-django';
import { HTTP_CLIENT_BUGS } from './families/framework-http-client';
import { SQLALCHEMY_BUGS } from './families/framework-sqlalchemy';
import { TESTING_BUGS } from './families/framework-testing';
import { WEB_BUGS } from './families/framework-web';
import { PANDAS_BUGS } from './families/framework-pandas';
import { LOGIC_BUGS } from './families/logic';
import { CONDITION_BUGS } from './families/logic-conditions';
import { NAME_BUGS } from './families/name';
import { SCOPE_BUGS } from './families/name-scope';
import { NUMERIC_BUGS } from './families/numeric';
import { NUMERIC_VALUE_BUGS } from './families/numeric-values';
import { RESOURCE_BUGS } from './families/resource';
import { SECURITY_BUGS } from './families/security';
import { SECURITY_ACCESS_BUGS } from './families/security-access';
import { SECURITY_DATA_BUGS } from './families/security-data';
import { STRING_BUGS } from './families/string';
import { STRING_USE_BUGS } from './families/string-use';
import { FOREIGN_SYNTAX_BUGS } from './families/syntax-foreign';
import { SYNTAX_SLIP_BUGS } from './families/syntax-slips';
import { SYNTAX_BUGS } from './families/syntax';
import { TYPE_BUGS } from './families/type';
import { VALUE_BUGS } from './families/type-values';

/** The whole taxonomy, by ascending code. */
export const BUG_TYPES: readonly BugType[] = [
  ...LOGIC_BUGS,
  ...CONDITION_BUGS,
  ...NAME_BUGS,
  ...SCOPE_BUGS,
  ...SYNTAX_BUGS,
  ...FOREIGN_SYNTAX_BUGS,
  ...SYNTAX_SLIP_BUGS,
  ...NUMERIC_BUGS,
  ...API_BUGS,
  ...TYPE_BUGS,
  ...VALUE_BUGS,
  ...CONTROL_FLOW_BUGS,
  ...EXCEPTION_BUGS,
  ...COLLECTION_BUGS,
  ...STRING_BUGS,
  ...RESOURCE_BUGS,
  ...CONCURRENCY_BUGS,
  ...SECURITY_BUGS,
  ...NUMPY_BUGS,
  ...DJANGO_BUGS,
  ...WEB_BUGS,
  ...SQLALCHEMY_BUGS,
  ...HTTP_CLIENT_BUGS,
  ...TESTING_BUGS,
  ...ASYNCIO_BUGS,
  ...SECURITY_ACCESS_BUGS,
  ...SECURITY_DATA_BUGS,
  ...EVERYDAY_BUGS,
  ...PANDAS_BUGS,
  ...NUMERIC_VALUE_BUGS,
  ...COLLECTION_USE_BUGS,
  ...STRING_USE_BUGS,
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
