import type { BugType } from '../../bug-type';
import { ACCESS_BUGS } from './access';
import { CRYPTOGRAPHY_BUGS } from './cryptography';
import { FILES_BUGS } from './files';
import { INJECTION_BUGS } from './injection';
import { LIMITS_BUGS } from './limits';
import { TRANSPORT_BUGS } from './transport';
import { UNTRUSTED_DATA_BUGS } from './untrusted-data';

/** Weaknesses that an attacker can use. */
export const SECURITY_BUGS: readonly BugType[] = [
  ...ACCESS_BUGS,
  ...CRYPTOGRAPHY_BUGS,
  ...FILES_BUGS,
  ...INJECTION_BUGS,
  ...LIMITS_BUGS,
  ...TRANSPORT_BUGS,
  ...UNTRUSTED_DATA_BUGS,
];
