import type { BugType } from '../../bug-type';
import { ARRAY_VALUES_BUGS } from './array-values';
import { ASSERTIONS_BUGS } from './assertions';
import { ASYNCIO_BUGS } from './asyncio';
import { DJANGO_BUGS } from './django';
import { HTTP_CLIENTS_BUGS } from './http-clients';
import { HTTP_STATUS_BUGS } from './http-status';
import { LOST_STATEMENTS_BUGS } from './lost-statements';
import { NUMPY_BUGS } from './numpy';
import { PANDAS_BUGS } from './pandas';
import { QUERY_CLAUSES_BUGS } from './query-clauses';
import { SQLALCHEMY_BUGS } from './sqlalchemy';
import { WEB_REQUESTS_BUGS } from './web-requests';

/** Libraries and frameworks used wrongly. */
export const FRAMEWORK_BUGS: readonly BugType[] = [
  ...ARRAY_VALUES_BUGS,
  ...ASSERTIONS_BUGS,
  ...ASYNCIO_BUGS,
  ...DJANGO_BUGS,
  ...HTTP_CLIENTS_BUGS,
  ...HTTP_STATUS_BUGS,
  ...LOST_STATEMENTS_BUGS,
  ...NUMPY_BUGS,
  ...PANDAS_BUGS,
  ...QUERY_CLAUSES_BUGS,
  ...SQLALCHEMY_BUGS,
  ...WEB_REQUESTS_BUGS,
];
