import type { BugType } from '../../bug-type';

/** Calls of a framework left out, so that a change or an error is lost. */
export const LOST_STATEMENTS_BUGS: readonly BugType[] = [
  {
    code: 131,
    id: 'unsaved-model-change',
    family: 'framework',
    title: 'Model changed and not saved',
    description:
      'An object is changed and `save()` is missing, `save_m2m()` is missing after `save(commit=False)`, or `update_fields` lacks the field: the database keeps the old value.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'from django.utils import timezone\n\ndef publish(page):\n    page.published_at = timezone.now()\n    return page\n',
      after:
        'from django.utils import timezone\n\ndef publish(page):\n    page.published_at = timezone.now()\n    page.save()\n    return page\n',
    },
    rule: null,
    rare: 'Packages publish reusable applications, whose views save mostly through forms; tests have ten times as many places.',
  },
  {
    code: 141,
    id: 'uncommitted-session',
    family: 'framework',
    title: 'Session not committed',
    description:
      '`commit()`, `flush()`, `rollback()` or `add()` of a session is missing, or a connection is opened without a transaction: the change is rolled back, or made by no statement.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'from sqlalchemy.orm import Session\n\ndef rename(session: Session, user, name: str):\n    user.name = name\n    return user\n',
      after:
        'from sqlalchemy.orm import Session\n\ndef rename(session: Session, user, name: str):\n    user.name = name\n    session.commit()\n    return user\n',
    },
    rule: null,
    rare: 'A function commits once, and many leave it to a context manager around them.',
  },
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
];
