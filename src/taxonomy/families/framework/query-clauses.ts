import type { BugType } from '../../bug-type';

/** Database queries that lack a clause. */
export const QUERY_CLAUSES_BUGS: readonly BugType[] = [
  {
    code: 132,
    id: 'lost-query-clause',
    family: 'framework',
    title: 'Clause of a query missing',
    description:
      'A query of Django or SQLAlchemy lacks `distinct()`, `exclude(...)`, `order_by(...)`, a further filter, an offset or a descending order: rows twice, too many rows, or the wrong first one.',
    cwe: null,
    severity: 'high',
    difficulty: 5,
    example: {
      before:
        'from django.db.models import Q\n\ndef search(queryset, value):\n    condition = Q(name__icontains=value) | Q(members__name__icontains=value)\n    return queryset.filter(condition)\n',
      after:
        'from django.db.models import Q\n\ndef search(queryset, value):\n    condition = Q(name__icontains=value) | Q(members__name__icontains=value)\n    return queryset.filter(condition).distinct()\n',
    },
    rule: null,
    rare: 'Packages publish few queries, and half of their clauses are too long for one edit.',
  },
];
