import type { BugType } from '../bug-type';

/** Bugs in code that asks other servers: requests, httpx, aiohttp. */
export const HTTP_CLIENT_BUGS: readonly BugType[] = [
  {
    code: 142,
    id: 'unchecked-http-status',
    family: 'framework',
    title: 'HTTP status not checked',
    description:
      '`raise_for_status()` is missing: the body of an error page is parsed and used as if it were the answer.',
    cwe: 'CWE-252',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        'import requests\n\ndef fetch(url):\n    response = requests.get(url, timeout=10)\n    return response.json()\n',
      after:
        'import requests\n\ndef fetch(url):\n    response = requests.get(url, timeout=10)\n    response.raise_for_status()\n    return response.json()\n',
    },
    rule: null,
    rare: 'Packages check the status once, in the method that all requests go through.',
  },
  {
    code: 143,
    id: 'wrong-request-payload',
    family: 'framework',
    title: 'Payload in the wrong part of a request',
    description:
      '`json`, `data`, `params` or `headers` of a request are confused: the server finds nothing where it looks, or another encoding.',
    cwe: null,
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "import requests\n\ndef search(url, words):\n    return requests.get(url, data={'q': words}, timeout=10)\n",
      after:
        "import requests\n\ndef search(url, words):\n    return requests.get(url, params={'q': words}, timeout=10)\n",
    },
    rule: null,
    rare: 'Packages send requests through one or two methods of their own.',
  },
];
