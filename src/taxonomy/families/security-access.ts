import type { BugType } from '../bug-type';

/** Weaknesses in who may do what, in secrets, connections and limits. */
export const SECURITY_ACCESS_BUGS: readonly BugType[] = [
  {
    code: 149,
    id: 'timing-unsafe-comparison',
    family: 'security',
    title: 'Secret compared with ==',
    description:
      'A signature or token is compared by `==`, which stops at the first difference: the time tells how much of a guess is right.',
    cwe: 'CWE-208',
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'from hmac import compare_digest\n\n\ndef is_valid(token, expected):\n    return token == expected\n',
      after:
        'from hmac import compare_digest\n\n\ndef is_valid(token, expected):\n    return compare_digest(token, expected)\n',
    },
    rule: null,
    rare: 'Only code that checks signatures, tokens or passwords compares in constant time: one function in 11,000.',
  },
  {
    code: 150,
    id: 'hard-coded-credential',
    family: 'security',
    title: 'Password or key in the code',
    description:
      'A password, key or token is written in the code; everybody who can read it can use it, and it cannot be changed alone.',
    cwe: 'CWE-798',
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        "def connect(host, user, password='changeme'):\n    return open_session(host, user, password)\n",
      after: 'def connect(host, user, password=None):\n    return open_session(host, user, password)\n',
    },
    rule: 'ruff S107',
    rare: 'About one function in 350 takes a password or key, or hands one on.',
  },
  {
    code: 151,
    id: 'missing-authorization',
    family: 'security',
    title: 'Forgotten check of who asks',
    description:
      'A decorator, statement or condition that lets only some people in is missing, so everybody can call it.',
    cwe: 'CWE-862',
    severity: 'critical',
    difficulty: 4,
    example: {
      before:
        "from django.contrib.auth.decorators import login_required\n\n\ndef profile(request):\n    return render(request, 'profile.html')\n",
      after:
        "from django.contrib.auth.decorators import login_required\n\n\n@login_required\ndef profile(request):\n    return render(request, 'profile.html')\n",
    },
    rule: null,
    rare: 'Only web applications and their frameworks check rights, some with decorators of their own.',
  },
  {
    code: 152,
    id: 'incorrect-authorization',
    family: 'security',
    title: 'Check for a lesser right',
    description:
      'The check asks for less than what is done needs: staff for superuser, the right to view for the right to delete.',
    cwe: 'CWE-863',
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'def delete_view(self, request, page):\n    if not self.has_view_permission(request):\n        raise PermissionDenied\n    page.delete()\n',
      after:
        'def delete_view(self, request, page):\n    if not self.has_delete_permission(request):\n        raise PermissionDenied\n    page.delete()\n',
    },
    rule: null,
    rare: 'Only web applications and their frameworks check rights.',
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
  {
    code: 159,
    id: 'inadequate-encryption',
    family: 'security',
    title: 'Key too short or protocol broken',
    description:
      'A key or token is short enough to be found by trying, or the protocol or mode of a cipher is known to be broken.',
    cwe: 'CWE-326',
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'from cryptography.hazmat.primitives.asymmetric import rsa\n\n\ndef new_key():\n    return rsa.generate_private_key(public_exponent=65537, key_size=1024)\n',
      after:
        'from cryptography.hazmat.primitives.asymmetric import rsa\n\n\ndef new_key():\n    return rsa.generate_private_key(public_exponent=65537, key_size=2048)\n',
    },
    rule: 'ruff S505',
    rare: 'Most code leaves sizes and protocols to a library; about one function in 2,700 names one.',
  },
  {
    code: 160,
    id: 'missing-resource-limit',
    family: 'security',
    title: 'No limit on what is read or kept',
    description:
      'What others send is read or kept without a limit on its size, so that it can use up all memory.',
    cwe: 'CWE-770',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def body(request, max_size):\n    return request.stream.read()\n',
      after: 'def body(request, max_size):\n    return request.stream.read(max_size)\n',
    },
    rule: null,
    rare: 'About one function in 860 reads with a limit or bounds a queue.',
  },
];
