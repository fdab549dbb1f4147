import { calleeOf, lineStart, usesModule } from '../../mutation/structure';
import { type MutationTarget, isCall, matchesAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { appendArgument, mayHaveKeyword } from '../tools/arguments';
import {
  callNamed,
  callOf,
  mutatorOf,
  pathSwap,
  removedLine,
  settingName,
  settingSwap,
} from '../tools/forms';
import { chainStart, isCompared } from '../tools/operands';

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'request', 'stream']);

/** A request of `requests` or `httpx`, or one of an object named like a session where `requests` is imported. */
function isRequest(target: MutationTarget, open: number): boolean {
  if (!isCall(target, open) || !VERBS.has(textAt(target, open - 1))) return false;
  const callee = calleeOf(target, open);
  if (callee !== undefined) return /^(requests|httpx)\.\w+$/.test(callee);
  const session = textAt(target, open - 2) === '.' && /^_?(session|client)$/.test(textAt(target, open - 3));
  return session && usesModule(target, 'requests') && !usesModule(target, 'httpx');
}

const CLIENTS = callOf('httpx.Client', 'httpx.AsyncClient', 'httpx.stream');

/** A connection that takes any certificate or host key (CWE-295). */
export const disabledTlsVerification = mutatorOf(
  'disabled-tls-verification',
  'Any certificate is accepted, also that of somebody in between.',
  {
    request: {
      on: 'call',
      at: (target, open) =>
        (isRequest(target, open) || CLIENTS(target, open)) &&
        target.partner[open] > open + 1 &&
        !mayHaveKeyword(target, open, 'verify'),
      apply: (target, open) => appendArgument(target, open, 'verify=False'),
    },
    session: {
      on: 'call',
      at: (target, open) =>
        isCall(target, open) &&
        VERBS.has(textAt(target, open - 1)) &&
        /^_?_?session$/.test(textAt(target, open - 3)) &&
        usesModule(target, 'aiohttp') &&
        target.partner[open] > open + 1 &&
        !mayHaveKeyword(target, open, 'ssl'),
      apply: (target, open) => appendArgument(target, open, 'ssl=False'),
    },
    setting: settingSwap({
      verify: { True: 'False' },
      cert_reqs: { "'CERT_REQUIRED'": "'CERT_NONE'", '"CERT_REQUIRED"': '"CERT_NONE"' },
      check_hostname: { True: 'False' },
      validate_certs: { True: 'False' },
      verify_ssl: { True: 'False' },
      ssl_verify: { True: 'False' },
      verify_certs: { True: 'False' },
    }),
    constant: pathSwap({
      'ssl.CERT_REQUIRED': ['ssl.CERT_NONE'],
      'ssl.create_default_context': ['ssl._create_unverified_context'],
      'paramiko.RejectPolicy': ['paramiko.AutoAddPolicy', 'paramiko.WarningPolicy'],
      'paramiko.client.RejectPolicy': ['paramiko.client.AutoAddPolicy'],
      'OpenSSL.SSL.VERIFY_PEER': ['OpenSSL.SSL.VERIFY_NONE'],
    }),
  },
);

const ENCRYPTED_TRUE = { True: 'False' };

/** A connection without TLS where the code asked for one (CWE-319). */
export const cleartextTransmission = mutatorOf(
  'cleartext-transmission',
  'Whoever listens on the way reads passwords and data, and can change them.',
  {
    client: pathSwap({
      'http.client.HTTPSConnection': ['http.client.HTTPConnection'],
      'httplib.HTTPSConnection': ['httplib.HTTPConnection'],
      'urllib3.HTTPSConnectionPool': ['urllib3.HTTPConnectionPool'],
      'smtplib.SMTP_SSL': ['smtplib.SMTP'],
      'imaplib.IMAP4_SSL': ['imaplib.IMAP4'],
      'poplib.POP3_SSL': ['poplib.POP3'],
      'ftplib.FTP_TLS': ['ftplib.FTP'],
      'urllib.request.HTTPSHandler': ['urllib.request.HTTPHandler'],
    }),
    setting: settingSwap({
      is_secure: ENCRYPTED_TRUE,
      secure: ENCRYPTED_TRUE,
      use_ssl: ENCRYPTED_TRUE,
      use_tls: ENCRYPTED_TRUE,
      ssl: ENCRYPTED_TRUE,
      tls: ENCRYPTED_TRUE,
      start_tls: ENCRYPTED_TRUE,
      encrypt: ENCRYPTED_TRUE,
    }),
    upgrade: removedLine(
      (target, first, end) =>
        textAt(target, end - 1) === ')' &&
        callNamed(/^(starttls|start_tls|startTLS)$/)(target, target.partner[end - 1]) &&
        chainStart(target, target.partner[end - 1] - 1) <= first + 1,
    ),
    url: {
      on: 'string',
      at: (target, i) => /^\w?(['"])https:\/\/[^'"\s]+\1$/.test(textAt(target, i)) && isEndpoint(target, i),
      apply: (target, i) => replaceToken(target, i, textAt(target, i).replace('https://', 'http://')),
    },
    scheme: {
      on: 'string',
      at: (target, i) => /^['"]https['"]$/.test(textAt(target, i)) && isChosenScheme(target, i),
      apply: (target, i) => replaceToken(target, i, textAt(target, i).replace('https', 'http')),
    },
  },
);

const TALK = /^(raise|print|warn|warnings|log|logger|logging|_log|_logger|assert|if|elif|while)$/;
const TEXT_METHODS = callNamed(
  /^(startswith|replace|removeprefix|lstrip|strip|split|endswith|sub|warn\w*|add_argument|error|write|echo|open)$/,
);

/** An address that the code works with, not one it looks for or shows. */
function isEndpoint(target: MutationTarget, i: number): boolean {
  const around = target.enclosing[i];
  const isPart = [i - 1, i + 1].some((k) => target.tokens[k]?.kind === 'string');
  const shown = textAt(target, i - 1) === '=' && /doc|help/i.test(settingName(target, i));
  const talk = TALK.test(lineStart(target, i)) || (around >= 0 && TEXT_METHODS(target, around));
  return !isPart && !shown && !talk && !isCompared(target, i, i);
}

/** `scheme='https'`, `scheme = 'https'` or the second choice of `x or 'https'`. */
function isChosenScheme(target: MutationTarget, i: number): boolean {
  const name = textAt(target, i - 2);
  const chosen = textAt(target, i - 1) === '=' && /(scheme|protocol|proto)$/.test(name);
  return chosen || matchesAt(target, i - 1, 'or');
}
