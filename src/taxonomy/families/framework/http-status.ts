import type { BugType } from '../../bug-type';

/** HTTP answers with the wrong status. */
export const HTTP_STATUS_BUGS: readonly BugType[] = [
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
];
