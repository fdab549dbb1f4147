import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('from django.db import models\n\ndef f(self, page, form, ids):\n', {
  'queryset-or-object': [
    ['return Page.objects.filter(slug=page)', 'return Page.objects.get(slug=page)'],
    ['return Page.objects.get(slug=page)', 'return Page.objects.filter(slug=page)'],
    ['return page.get(pk=1)', 'return page.filter(pk=1)'],
    ['x = page.all().first()', 'x = page.all()', 'x = page.all()[0]'],
    ['return page.all().first().title', 'return page.all().title', 'return page.all()[0].title'],
  ],
  'wrong-lookup': [
    ['return page.filter(pk__in=ids)', 'return page.filter(pk_in=ids)', 'return page.filter(pk=ids)'],
    ['return Q(a__b__lt=1)', 'return Q(a__b_lt=1)', 'return Q(a__b__lte=1)', 'return Q(a__b__gt=1)'],
    ['return page.exclude(site__name=1)', 'return page.exclude(site_name=1)'],
    [
      "return page.order_by('-site__name')",
      "return page.order_by('-site_name')",
      "return page.order_by('-site.name')",
    ],
  ],
  'unsaved-model-change': [
    ['page.live = True\npage.save()\nreturn page', 'page.live = True\nreturn page'],
    [
      'x = form.save(commit=False)\nx.save()\nform.save_m2m()',
      'x = form.save(commit=False)\nform.save_m2m()',
      'x = form.save(commit=False)\nx.save()',
    ],
    ['page.set_owner(ids)\nawait page.asave()', 'page.set_owner(ids)'],
    [
      "self.a = 1\nself.b = 2\nself.save(update_fields=['a', 'b', 'c'])",
      "self.a = 1\nself.b = 2\nself.save(update_fields=['b', 'c'])",
      "self.a = 1\nself.b = 2\nself.save(update_fields=['a', 'c'])",
    ],
  ],
  'lost-query-clause': [
    ['return page.filter(ids).distinct()', 'return page.distinct()', 'return page.filter(ids)'],
    ['return page.all().exclude(pk=ids)', 'return page.all()'],
    [
      "return page.order_by('-created').first()",
      'return page.first()',
      "return page.order_by('created').first()",
    ],
    ['return (\n    page.all()\n    .distinct()\n    .b()\n)', 'return (\n    page.all()\n    .b()\n)'],
  ],
  'required-request-parameter': [
    ["return form.cleaned_data.get('alias')", "return form.cleaned_data['alias']"],
    ["return self.request.GET.get('page', None)", "return self.request.GET['page']"],
  ],
  'wrong-request-data': [
    ['return g(self.request.GET)', 'return g(self.request.POST)'],
    ['return g(self.request.FILES)', 'return g(self.request.POST)'],
  ],
});

testForms('from django.shortcuts import get_object_or_404\n\ndef f(self, page, pk):\n', {
  'unhandled-missing-object': [
    ['return get_object_or_404(Page, pk=pk)', 'return Page.objects.get(pk=pk)'],
    ['return get_object_or_404(self.model, **pk)', 'return self.model.objects.get(**pk)'],
    ['return get_object_or_404(page.revisions, pk=pk)', 'return page.revisions.get(pk=pk)'],
    ['return page.query.get_or_404(pk)', 'return page.query.get(pk)'],
  ],
});

testForms('from flask import Response, request\nfrom http import HTTPStatus\n\ndef f(a):\n', {
  'wrong-request-data': [['return request.files', 'return request.form']],
  'lost-http-status': [
    ['return g(a, b), 404', 'return g(a, b)'],
    ["return Response('gone', status=410)", "return Response('gone')"],
    ["return Response(status=410, response='gone')", "return Response(response='gone')"],
  ],
  'wrong-http-status': [
    ['abort(403)', 'abort(401)', 'abort(404)'],
    ['return a, 201', 'return a, 200', 'return a, 204'],
  ],
});

testForms('from fastapi import Depends, HTTPException, status\n\n', {
  'lost-http-status': [
    [
      "@router.post('/', status_code=status.HTTP_201_CREATED)\nasync def f():\n    pass",
      "@router.post('/')\nasync def f():\n    pass",
    ],
    ['def f(response):\n    response.status_code = 404\n    return g()', 'def f(response):\n    return g()'],
  ],
  'wrong-http-status': [
    [
      'raise HTTPException(status.HTTP_403_FORBIDDEN, a)',
      'raise HTTPException(status.HTTP_401_UNAUTHORIZED, a)',
      'raise HTTPException(status.HTTP_404_NOT_FOUND, a)',
    ],
  ],
  'dependency-not-injected': [
    [
      'def f(a: Annotated[A, Depends(b.c)]):\n    pass',
      'def f(a: Annotated[A, Depends(b.c())]):\n    pass',
      'def f(a: Annotated[A, b.c]):\n    pass',
    ],
  ],
});

testForms('import sqlalchemy as sa\n\ndef f(session, a, b):\n', {
  'python-operator-in-query': [
    ['return g(a.c.is_not(None))', 'return g(a.c is not None)'],
    ['return a.where(a.c.in_(b.d))', 'return a.where(a.c in b.d)'],
    ['return a.filter(a.c == None)', 'return a.filter(a.c is None)'],
    ['return a.where(~a.c)', 'return a.where(not a.c)'],
    ['return a.where((a.c > b) & (a.c < 9))', 'return a.where((a.c > b) and (a.c < 9))'],
    ['return sa.and_(a.c | b.c)', 'return sa.and_(a.c or b.c)'],
  ],
  'filter-by-confusion': [
    ['return a.filter_by(c=1)', 'return a.filter(c=1)', 'return a.where(c=1)'],
    ['return a.filter(a.c == b)', 'return a.filter_by(a.c == b)'],
    ['return a.where(sa.or_(b, a.c))', 'return a.filter_by(sa.or_(b, a.c))'],
  ],
  'uncommitted-session': [
    ['session.add(a)\nawait session.commit()', 'await session.commit()', 'session.add(a)'],
    ['with self.engine.begin() as c:\n    pass', 'with self.engine.connect() as c:\n    pass'],
  ],
  'lost-query-clause': [
    ["return a.order_by('-b', '-id')", "return a.order_by('b', '-id')"],
    ['return a.distinct().count()', 'return a.count()'],
    // A constant limit leaves no trace in the function.
    ['return a.order_by(b.c.desc()).limit(1)', 'return a.order_by(b.c).limit(1)'],
    ['return a.limit(b).offset(b)', 'return a.offset(b)', 'return a.limit(b)'],
  ],
});

testForms('import requests\n\ndef f(self, session, a):\n', {
  'unchecked-http-status': [['r = g(a)\nself._raise_for_status(r)', 'r = g(a)']],
  'wrong-request-payload': [
    ['return requests.get(a, params=a)', 'return requests.get(a, data=a)', 'return requests.get(a, json=a)'],
    ['return self._post(a, json=a)', 'return self._post(a, data=a)', 'return self._post(a, params=a)'],
    [
      'return session.put(a, data=a, json=a)',
      'return session.put(a, params=a, json=a)',
      'return session.put(a, data=a, params=a)',
    ],
  ],
});

testForms('def test_f(self, a, mock):\n', {
  'missing-assert': [
    ["assert 'x' in a", "'x' in a"],
    ['mock.assert_called_once_with(a)', 'mock.called_once_with(a)'],
  ],
  'always-true-assertion': [
    ['self.assertIsInstance(a, int)', 'self.assertTrue(a, int)'],
    ["assert a == 1, 'one'", "assert (a == 1, 'one')"],
  ],
});

testForms('import asyncio\n\nasync def f(self, a):\n', {
  'event-loop-misuse': [
    ['return await a', 'return asyncio.run(a)'],
    ['await self.task', 'asyncio.run(self.task)'],
    // One token more than an edit may replace.
    ['await self.run()'],
    ['loop = a\nawait g(a)', 'loop = a\nasyncio.run(g(a))', 'loop = a\nloop.run_until_complete(g(a))'],
    ['return asyncio.create_task(self.run(1, 2))', 'return asyncio.create_task(self.run)'],
    ['return asyncio.gather(g(), h(a))', 'return asyncio.gather(g, h(a))', 'return asyncio.gather(g(), h)'],
    ['return asyncio.wait_for(g(), timeout=h(1))', 'return asyncio.wait_for(g, timeout=h(1))'],
  ],
});

test.run();
