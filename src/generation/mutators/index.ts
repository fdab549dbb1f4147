import { bugType } from '../../taxonomy/table';
import type { Mutator } from '../mutation/mutator';
import * as syntax from './syntax';
import * as logic from './logic';
import * as name from './name';
import * as typeMutators from './type';
import * as api from './api';
import * as exception from './exception';
import * as resource from './resource';
import * as concurrency from './concurrency';
import * as numeric from './numeric';
import * as string from './string';
import * as collection from './collection';
import * as controlFlow from './control-flow';
import * as framework from './framework';
import * as security from './security';

/** All mutators, one a bug type, by the code of their type. A family's folder exports nothing else. */
export const MUTATORS: readonly Mutator[] = [
  syntax,
  logic,
  name,
  typeMutators,
  api,
  exception,
  resource,
  concurrency,
  numeric,
  string,
  collection,
  controlFlow,
  framework,
  security,
]
  .flatMap((family): Mutator[] => Object.values(family))
  .sort((a, b) => bugType(a.bugType).code - bugType(b.bugType).code);
