import type { BugType } from '../../bug-type';

/** Requests to other servers put together wrongly: requests, httpx, aiohttp. */
export const HTTP_CLIENTS_BUGS: readonly BugType[] = [
  {
    code: 143,
    id: 'wrong-request-payload',
    family: 'framework',
    title: 'Payload in the wrong part of a request',
    description:
      '`json`, `data`, `params` or `content` of a request are confused: the server finds nothing where it looks, or another encoding.',
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
