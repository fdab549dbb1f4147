import type { BugType } from '../../bug-type';

/** Conditions of SQLAlchemy queries written wrongly. */
export const SQLALCHEMY_BUGS: readonly BugType[] = [
  {
    code: 139,
    id: 'python-operator-in-query',
    family: 'framework',
    title: "Python's operator in a query",
    description:
      '`is`, `in`, `not`, `and` or `or` stand where SQLAlchemy needs `is_()`, `in_()`, `~`, `&` or `|`: Python evaluates them at once, and the query loses the condition or fails.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'from sqlalchemy import select\n\ndef open_tasks(session):\n    return session.scalars(select(Task).where(Task.closed_at is None)).all()\n',
      after:
        'from sqlalchemy import select\n\ndef open_tasks(session):\n    return session.scalars(select(Task).where(Task.closed_at.is_(None))).all()\n',
    },
    rule: null,
    rare: 'Packages seldom build queries with SQLAlchemy; most conditions are plain comparisons.',
  },
  {
    code: 140,
    id: 'filter-by-confusion',
    family: 'framework',
    title: '`filter` and `filter_by` confused',
    description:
      '`filter_by` gets an expression or `filter` a keyword argument: a TypeError when the query is built.',
    cwe: 'CWE-628',
    severity: 'medium',
    difficulty: 2,
    example: {
      before:
        'from sqlalchemy.orm import Session\n\ndef find_user(session: Session, name: str):\n    return session.query(User).filter(name=name).first()\n',
      after:
        'from sqlalchemy.orm import Session\n\ndef find_user(session: Session, name: str):\n    return session.query(User).filter_by(name=name).first()\n',
    },
    rule: null,
    rare: 'Packages seldom build queries with SQLAlchemy.',
  },
];
