import type { Mutator } from '../mutator';
import * as argumentLists from './argument-lists';
import * as callArguments from './arguments';
import * as attributes from './attributes';
import * as callSites from './call-sites';
import * as arithmetic from './arithmetic';
import * as calls from './calls';
import * as collections from './collections';
import * as concurrency from './concurrency';
import * as conditions from './conditions';
import * as controlFlow from './control-flow';
import * as copies from './copies';
import * as exceptions from './exceptions';
import * as foreignSyntax from './foreign-syntax';
import * as handlers from './handlers';
import * as incomplete from './incomplete';
import * as indentation from './indentation';
import * as jumps from './jumps';
import * as keywords from './keywords';
import * as lookups from './lookups';
import * as masks from './masks';
import * as lineBreaks from './line-breaks';
import * as names from './names';
import * as negation from './negation';
import * as numeric from './numeric';
import * as numpy from './numpy';
import * as operators from './operators';
import * as precedence from './precedence';
import * as pandas from './pandas';
import * as punctuation from './punctuation';
import * as python2 from './python2';
import * as quotes from './quotes';
import * as raising from './raising';
import * as resources from './resources';
import * as regexes from './regexes';
import * as scope from './scope';
import * as stdlib from './stdlib';
import * as stray from './stray';
import * as truthiness from './truthiness';
import * as texts from './texts';
import * as values from './values';
import * as assertions from './assertions';
import * as asyncFrameworks from './async-frameworks';
import * as django from './django';
import * as httpClients from './http-clients';
import * as httpStatus from './http-status';
import * as lostStatements from './lost-statements';
import * as queryClauses from './query-clauses';
import * as sqlalchemy from './sqlalchemy';

import * as webRequests from './web-requests';
import * as securityAccess from './security-access';
import * as securityCrypto from './security-crypto';
import * as securityData from './security-data';
import * as securityFiles from './security-files';
import * as securityInjection from './security-injection';
import * as securityLimits from './security-limits';

/** All mutators, one a bug type; the export names of the family files are those of the bug types. */
export const MUTATORS: readonly Mutator[] = [
  operators,
  negation,
  names,
  punctuation,
  keywords,
  indentation,
  foreignSyntax,
  python2,
  quotes,
  lineBreaks,
  stray,
  incomplete,
  argumentLists,
  numeric,
  calls,
  controlFlow,
  exceptions,
  handlers,
  raising,
  resources,
  concurrency,
  stdlib,
  collections,
  scope,
  callArguments,
  conditions,
  truthiness,
  precedence,
  jumps,
  values,
  numpy,
  masks,
  asyncFrameworks,
  django,
  httpClients,
  httpStatus,
  lostStatements,
  queryClauses,
  sqlalchemy,
  assertions,
  webRequests,
  securityAccess,
  securityCrypto,
  securityData,
  securityFiles,
  securityInjection,
  securityLimits,
  attributes,
  callSites,
  pandas,
  arithmetic,
  copies,
  lookups,
  texts,
  regexes,
].flatMap((family): Mutator[] => Object.values(family));
