import type { BugType } from '../../bug-type';

/** Data of an HTTP request read wrongly: Django, Flask, FastAPI, Starlette. */
export const WEB_REQUESTS_BUGS: readonly BugType[] = [
  {
    code: 134,
    id: 'required-request-parameter',
    family: 'framework',
    title: 'Optional request parameter required',
    description:
      'A parameter that the client may leave out, or a form field that may have failed, is read by `[...]` instead of `.get(...)`: such a request ends in an error.',
    cwe: 'CWE-20',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "from flask import render_template, request\n\ndef listing():\n    query = request.args['q']\n    return render_template('list.html', items=search(query))\n",
      after:
        "from flask import render_template, request\n\ndef listing():\n    query = request.args.get('q')\n    return render_template('list.html', items=search(query))\n",
    },
    rule: null,
    rare: 'Packages publish frameworks and servers; the views that read parameters are in applications.',
  },
  {
    code: 135,
    id: 'wrong-request-data',
    family: 'framework',
    title: 'Wrong part of the request',
    description:
      'The query string is read where the form, the JSON body or the files hold the data, or the reverse (`request.GET` and `POST`, `request.args`, `form` and `json`): the values are missing.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        "from flask import redirect, request, url_for\n\ndef login():\n    if request.method == 'POST':\n        authenticate(request.args['name'], request.form['password'])\n    return redirect(url_for('index'))\n",
      after:
        "from flask import redirect, request, url_for\n\ndef login():\n    if request.method == 'POST':\n        authenticate(request.form['name'], request.form['password'])\n    return redirect(url_for('index'))\n",
    },
    rule: null,
    rare: 'Packages publish frameworks and servers; the views that read requests are in applications.',
  },
  {
    code: 138,
    id: 'dependency-not-injected',
    family: 'framework',
    title: 'Dependency called or not declared',
    description:
      'A FastAPI dependency is called in the signature (`Depends(get_db())`) or stands there without `Depends`: the handler gets no value made for its request, or the application does not start.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'from fastapi import Depends\n\nasync def read_users(db=Depends(get_db())):\n    return await db.all_users()\n',
      after:
        'from fastapi import Depends\n\nasync def read_users(db=Depends(get_db)):\n    return await db.all_users()\n',
    },
    rule: null,
    rare: 'Only FastAPI applications have dependencies, and few of them are published as packages.',
  },
];
