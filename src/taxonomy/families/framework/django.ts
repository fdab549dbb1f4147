import type { BugType } from '../../bug-type';

/** Models, querysets and views of Django used wrongly. */
export const DJANGO_BUGS: readonly BugType[] = [
  {
    code: 129,
    id: 'queryset-or-object',
    family: 'framework',
    title: 'Queryset where an object is needed, or the reverse',
    description:
      '`filter` stands for `get` or `get` for `filter`, or `first()` is missing or written as `[0]`: an attribute that the other one does not have, or an IndexError for no rows.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'from django.contrib.auth.models import User\n\ndef deactivate(user_id):\n    user = User.objects.filter(pk=user_id)\n    user.is_active = False\n    user.save()\n',
      after:
        'from django.contrib.auth.models import User\n\ndef deactivate(user_id):\n    user = User.objects.get(pk=user_id)\n    user.is_active = False\n    user.save()\n',
    },
    rule: null,
    rare: 'Packages publish reusable applications; most code that fetches model objects is in projects and tests.',
  },
  {
    code: 130,
    id: 'wrong-lookup',
    family: 'framework',
    title: 'Wrong field lookup',
    description:
      'A condition of a query names another lookup (`__lt` for `__lte`, none for `__in`), or joins the parts of a path by `_` or `.`: other rows, or a FieldError.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'from django.db.models import Q\n\ndef search(queryset, value):\n    return queryset.filter(Q(name__icontains=value) | Q(description_icontains=value))\n',
      after:
        'from django.db.models import Q\n\ndef search(queryset, value):\n    return queryset.filter(Q(name__icontains=value) | Q(description__icontains=value))\n',
    },
    rule: null,
    rare: 'Packages publish reusable applications; most queries are in projects and tests.',
  },
  {
    code: 133,
    id: 'unhandled-missing-object',
    family: 'framework',
    title: 'Missing object not answered by 404',
    description:
      'A view fetches an object with `objects.get` instead of `get_object_or_404` (in Flask `first` for `first_or_404`): a request for an unknown id is a server error.',
    cwe: 'CWE-755',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "from django.shortcuts import get_object_or_404, render\nfrom shop.models import Order\n\ndef detail(request, pk):\n    order = Order.objects.get(pk=pk)\n    return render(request, 'order.html', {'order': order})\n",
      after:
        "from django.shortcuts import get_object_or_404, render\nfrom shop.models import Order\n\ndef detail(request, pk):\n    order = get_object_or_404(Order, pk=pk)\n    return render(request, 'order.html', {'order': order})\n",
    },
    rule: null,
    rare: 'Only views call it, and packages publish few views.',
  },
];
