import type { BugType } from '../../bug-type';

/** Connections that are not encrypted, or whose other end is not checked. */
export const TRANSPORT_BUGS: readonly BugType[] = [
  {
    code: 55,
    id: 'disabled-tls-verification',
    family: 'security',
    title: 'TLS certificate not verified',
    description: 'A request accepts any certificate, so that anybody on the way can read and change it.',
    cwe: 'CWE-295',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import requests\n\n\ndef fetch(url):\n    return requests.get(url, verify=False)\n',
      after: 'import requests\n\n\ndef fetch(url):\n    return requests.get(url)\n',
    },
    rule: 'ruff S501',
    rare: 'About one function in 1,700 makes a request or a TLS context itself.',
  },
  {
    code: 158,
    id: 'cleartext-transmission',
    family: 'security',
    title: 'Connection without encryption',
    description:
      'A connection that was to be encrypted is made without TLS; passwords and data can be read and changed on the way.',
    cwe: 'CWE-319',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'import smtplib\n\n\ndef login(host, user, password):\n    server = smtplib.SMTP(host)\n    server.login(user, password)\n    return server\n',
      after:
        'import smtplib\n\n\ndef login(host, user, password):\n    server = smtplib.SMTP(host)\n    server.starttls()\n    server.login(user, password)\n    return server\n',
    },
    rule: null,
    rare: 'Most code gets its addresses from a configuration; about one function in 900 chooses the protocol.',
  },
];
