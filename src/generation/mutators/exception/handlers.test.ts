import { test } from 'uvu';
import { testForms } from '../tools/testing';

const guarded = (handler: string): string => `try:\n    a()\n${handler}`;

testForms('def f(a, b):\n', {
  'incomplete-except-tuple': [
    [
      guarded('except (KeyError, a.Missing) as e:\n    b(e)'),
      guarded('except KeyError as e:\n    b(e)'),
      guarded('except a.Missing as e:\n    b(e)'),
    ],
    [
      guarded('except(KeyError, TypeError, ValueError):\n    b()'),
      guarded('except(KeyError, TypeError):\n    b()'),
      guarded('except(KeyError, ValueError):\n    b()'),
      guarded('except(TypeError, ValueError):\n    b()'),
    ],
    // FileNotFoundError is an OSError: only the parent is needed.
    [guarded('except (FileNotFoundError, OSError):\n    b()'), guarded('except FileNotFoundError:\n    b()')],
    // A member that is no name, and a fix of more than eight tokens.
    [guarded('except (KeyError, a()):\n    b()'), guarded('except a():\n    b()')],
    [guarded('except (a.b.c.Missing, a.b.c.Wrong):\n    b()')],
  ],
  'swallowed-exception': [
    [
      guarded('except KeyError:\n    b()\n    raise'),
      guarded('except KeyError:\n    b()\n    pass'),
      guarded('except KeyError:\n    b()\n    return'),
    ],
    [
      'while a:\n    try:\n        a()\n    except KeyError:\n        raise',
      'while a:\n    try:\n        a()\n    except KeyError:\n        pass',
      'while a:\n    try:\n        a()\n    except KeyError:\n        continue',
    ],
    // The loop is outside the function that the handler stands in.
    [
      'while a:\n    def g():\n        try:\n            a()\n        except KeyError:\n            raise\n    b(g)',
      'while a:\n    def g():\n        try:\n            a()\n        except KeyError:\n            pass\n    b(g)',
      'while a:\n    def g():\n        try:\n            a()\n        except KeyError:\n            return\n    b(g)',
    ],
  ],
});

test.run();
