import type { BugType } from '../bug-type';

/** Bugs in code that answers HTTP requests: Flask, FastAPI, Starlette, and what Django has in common with them. */
export const WEB_BUGS: readonly BugType[] = [
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
    code: 136,
    id: 'lost-http-status',
    family: 'framework',
    title: 'Lost HTTP status',
    description:
      'The status of a response is left out (`return page` for `return page, 404`, a response without `status=`): clients and caches take an error for success.',
    cwe: 'CWE-393',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "from flask import render_template\n\ndef not_found(error):\n    return render_template('404.html', error=error)\n",
      after:
        "from flask import render_template\n\ndef not_found(error):\n    return render_template('404.html', error=error), 404\n",
    },
    rule: null,
    rare: 'Packages publish few views, and most of them answer with the default status.',
  },
  {
    code: 137,
    id: 'wrong-http-status',
    family: 'framework',
    title: 'Wrong HTTP status',
    description:
      'An answer carries a status that says something else (401 for 403, 400 for 404, 200 for 201): the client logs in again, tries again or gives up where it should not.',
    cwe: 'CWE-393',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "from fastapi import HTTPException\n\nasync def read_item(item_id, items):\n    if item_id not in items:\n        raise HTTPException(status_code=400, detail='Item not found')\n    return items[item_id]\n",
      after:
        "from fastapi import HTTPException\n\nasync def read_item(item_id, items):\n    if item_id not in items:\n        raise HTTPException(status_code=404, detail='Item not found')\n    return items[item_id]\n",
    },
    rule: null,
    rare: 'Packages publish few views; frameworks name statuses in classes instead of calls.',
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
