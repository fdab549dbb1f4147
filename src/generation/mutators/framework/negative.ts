const DJANGO = 'from django.db import models\n\n';
const FLASK = 'from flask import request\n\n';
const SQLALCHEMY = 'from sqlalchemy import select\n\n';

/** Code that the mutators of family framework must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'wrong-axis': [
    // Nothing says that these are arrays.
    'def f(a):\n    return a.sum(axis=1)\n',
    'import numpy as np\ndef f(a, axis=1):\n    return np.sort(a, axis=axis)\n',
    'import numpy as np\ndef f(a):\n    return a.tick_params(axis="x")\n',
  ],
  'lost-dimension': [
    // Broadcasting adds leading dimensions itself.
    'import numpy as np\ndef f(a, b):\n    return a[None, :] * b\n',
    'import numpy as np\ndef f(a):\n    return a / a.sum(axis=0, keepdims=True)\n',
    'import numpy as np\ndef f(a):\n    return a[:, None, 0], a.reshape(-1, 2), [None, None], a[i:j + 1]\n',
  ],
  'missing-dtype': [
    // What the functions give anyway.
    'import numpy as np\ndef f(n):\n    return np.zeros(n, dtype=float), np.arange(n, dtype=int)\n',
    'import numpy as np\ndef f(a):\n    return np.zeros_like(a, dtype=a.dtype), np.asarray(a, dtype=None)\n',
    'import numpy as np\ndef f():\n    return np.array([0.5, 1.0], dtype=np.float64), np.array([1, 2], dtype=int)\n',
    'def f(a):\n    return a.astype(int)\n',
  ],
  'array-truth-value': [
    'import numpy as np\ndef f(a, b):\n    return a & ~np.isnan(b).sum(), a.any()\n',
    'import numpy as np\ndef f(a, b):\n    return a & 1 | b\n',
    'import numpy as np\ndef f(a, b):\n    if (a.ndim == 1) & (b.ndim == 1):\n        return ~a\n',
    'def f(a, b):\n    return (a > 0) & (b > 0)\n',
  ],
  'nan-mishandled': [
    'import numpy as np\ndef f(a):\n    return a.isnan(), np.max(a), a.nanmax()\n',
    'import numpy as np\ndef f(a, b):\n    return np.isnan(a, out=b)\n',
    'def f(a):\n    return math.isnan(a)\n',
  ],
  'dropped-copy-result': [
    'import pandas as pd\ndef f(a, b):\n    a = b.dropna()\n    a = a.sum()\n    return a.dropna()\n',
    'import numpy as np\ndef f(a, b):\n    a = np.append(b, a)\n    a += a.reshape(2)\n    return a\n',
    "def f(a):\n    a = a.replace('x', 'y')\n    return a\n",
  ],
  'wrong-indexer': [
    'def f(a):\n    return a.loc[1]\n',
    'import pandas as pd\ndef f(a, loc):\n    return a.loc(1), loc[0], a.at\n',
  ],
  'missing-frame-option': [
    'import pandas as pd\ndef f(a):\n    return a.groupby(1, observed=None), a.sum(skipna=True)\n',
    'import pandas as pd\ndef f(a, how=1):\n    return g(a, how=how, sort=False)\n',
    'def f(a, b):\n    return a.merge(b, how=1)\n',
  ],
  'queryset-or-object': [
    'def f(a):\n    return a.objects.filter(pk=1)\n',
    `${DJANGO}def f(a):\n    return a.get('pk') or filter(None, a)\n`,
    `${DJANGO}def f(client):\n    return client.get(path='/')\n`,
    `${DJANGO}@register.filter(is_safe=True)\ndef f(a):\n    if a.all().first():\n        return 1\n`,
  ],
  'wrong-lookup': [
    'def f(a):\n    return a.filter(pk__in=[1])\n',
    `${DJANGO}def f(a):\n    return g(pk__in=1, *a.filter(__name__=1, name=2))\n`,
    `${DJANGO}def f(a):\n    return a.get('x__in'), a.order_by('name')\n`,
  ],
  'unsaved-model-change': [
    'def f(page):\n    page.live = True\n    page.save()\n    return page\n',
    `${DJANGO}def f(page):\n    page.save()\n    return page\n`,
    `${DJANGO}def f(page):\n    page.live = True\n    if page:\n        page.save()\n`,
    `${DJANGO}def f(page, other):\n    page.live = True\n    other.save(update_fields=['live', 'name'])\n`,
  ],
  'lost-query-clause': [
    'def f(a):\n    return a.b().distinct()\n',
    `${DJANGO}def f(a, b):\n    return b.filter(a), a.objects.filter(pk=1), a.order_by('b').exists()\n`,
    `${DJANGO}def f(a):\n    return a.b().distinct().exists()\n`,
    `${DJANGO}def f(a):\n    return a.b().exclude(one=1, two=2, three=3).c()\n`,
    `${DJANGO}def f(a):\n    return a.b('-c'), '-c'\n`,
    `${SQLALCHEMY}def f(a, b):\n    return b.limit(a), a.desc()\n`,
  ],
  'unhandled-missing-object': [
    'def f(a):\n    return get_object_or_404(a, pk=1)\n',
    'from django.shortcuts import get_object_or_404\n\ndef f(a):\n    return get_object_or_404(a)\n',
    'def f(a):\n    return first_or_404(a)\n',
  ],
  'required-request-parameter': [
    "def f(request):\n    return request.args.get('a')\n",
    `${FLASK}def f(options):\n    return options.get('a'), request.args.getlist('a')\n`,
    `${FLASK}def f():\n    return request.args.get('a') if 'a' in request.args else 1\n`,
    `${FLASK}def f():\n    return request.args.get('a', 'the default')\n`,
  ],
  'wrong-request-data': [
    'def f(request):\n    return request.args, request.GET\n',
    `${FLASK}def f(self, task):\n    return self.args, task.form, request.GET\n`,
  ],
  'lost-http-status': [
    'def f(a):\n    return a, 404\n',
    `${FLASK}def f(a):\n    return a, 200\n`,
    `${FLASK}def f(a):\n    return a, 404, 500\n`,
    `${FLASK}def f(a):\n    return g(a, status=404)\n`,
    'from tornado import web\n\ndef f(self):\n    self.log()\n    self.set_status(200)\n',
  ],
  'wrong-http-status': [
    'def f():\n    abort(404)\n',
    `${FLASK}def f(a):\n    return a == 404 or g(404) or g(status=404)\n`,
    `${FLASK}def f(a):\n    abort(a, 404)\n`,
  ],
  'dependency-not-injected': [
    'def f(a=Depends(g)):\n    return a\n',
    'from fastapi import Depends\n\ndef f(a=Depends(), b=Depends(g(1))):\n    return a\n',
  ],
  'python-operator-in-query': [
    'def f(a):\n    return a.where(a.b.is_(None))\n',
    `${SQLALCHEMY}def f(a, b):\n    return a & b, a == None\n`,
    `${SQLALCHEMY}def f(a, b):\n    return a.where(a.b == b, a.c.in_(b).d)\n`,
  ],
  'filter-by-confusion': [
    'def f(a):\n    return a.filter_by(b=1)\n',
    `${SQLALCHEMY}def f(a, b):\n    return a.filter(b), a.filter(lambda c: c == 1), a.filter()\n`,
    'import numpy as np\nfrom sqlalchemy import select\n\ndef f(a):\n    return np.where(a == 1)\n',
  ],
  'uncommitted-session': [
    'def f(repo):\n    repo.add(1)\n    repo.commit()\n',
    "def f(session):\n    session.commit(message='x')\n    return session.commit()\n",
    'def f(session):\n    if session:\n        session.commit()\n',
    'def f(transaction):\n    return transaction.begin()\n',
  ],
  'unchecked-http-status': [
    'def f(response):\n    return response.raise_for_status()\n',
    'def f(response):\n    if response:\n        response.raise_for_status()\n',
    'def f(response):\n    response.raise_for_status\n',
  ],
  'wrong-request-payload': [
    'def f(session, a):\n    return session.post(a, json=a)\n',
    'import requests\n\ndef f(cache, a):\n    return cache.get(a, params=1), post(a, json=a)\n',
    'import requests\n\ndef f(self, a):\n    return self.get(a, data=1), requests.get(a, timeout=1)\n',
  ],
  'missing-assert': [
    'def check(a):\n    assert a == 1\n',
    "def test_a(a):\n    assert a\n    assert a == 1, 'a'\n    assert a.b(c == 1)\n",
    'def test_a(a):\n    assert_called(a)\n',
  ],
  'always-true-assertion': [
    'def test_a(self, a):\n    self.assertEqual(a, 0)\n    self.assertEqual(a, b=1)\n',
    "def test_a(self, a):\n    self.assertEqual(a, 1, 'message')\n    assertEqual(a, 1)\n",
    'def test_a(a):\n    assert a, some.message(1, 2, 3)\n    assert (a, b)\n',
  ],
  'event-loop-misuse': [
    'async def f(a):\n    return await a\n',
    'import asyncio\n\nasync def f(a):\n    return await a.b.c(1, 2, 3), await a[0], await (a)\n',
    'import asyncio\n\ndef f(a):\n    return asyncio.run(a), asyncio.gather(*a()), asyncio.sleep(g())\n',
  ],
};
