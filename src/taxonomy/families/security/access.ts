import type { BugType } from '../../bug-type';

/** Weaknesses in who may do what, and in secrets. */
export const ACCESS_BUGS: readonly BugType[] = [
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
];
