import type { BugType } from '../../bug-type';

/** Data frames used wrongly. */
export const PANDAS_BUGS: readonly BugType[] = [
  {
    code: 114,
    id: 'dropped-copy-result',
    family: 'framework',
    title: 'Changed copy thrown away',
    description:
      'A method or function of a data frame or array that returns a changed copy is called as if it worked in place; the data stays as it was.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'import pandas as pd\n\ndef load(path):\n    df = pd.read_csv(path)\n    df.dropna()\n    return df\n',
      after:
        'import pandas as pd\n\ndef load(path):\n    df = pd.read_csv(path)\n    df = df.dropna()\n    return df\n',
    },
    rule: null,
  },
  {
    code: 115,
    id: 'wrong-indexer',
    family: 'framework',
    title: 'Wrong indexer of a data frame',
    description:
      '`.loc` (labels) and `.iloc` (positions) are confused, or a value is assigned through two brackets (`df.loc[rows][column] = x`), which changes a temporary copy.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        "import pandas as pd\n\ndef clear(df: pd.DataFrame, rows):\n    df.loc[rows]['price'] = 0\n    return df\n",
      after:
        "import pandas as pd\n\ndef clear(df: pd.DataFrame, rows):\n    df.loc[rows, 'price'] = 0\n    return df\n",
    },
    rule: null,
    rare: 'Few libraries index data frames: some 160 places in the four packages of 25 that work with pandas.',
  },
  {
    code: 116,
    id: 'missing-frame-option',
    family: 'framework',
    title: 'Option of a data frame method missing',
    description:
      'A method of a data frame runs with the default of an option that matters: rows are lost in a join, groups are sorted or dropped, the old index stays as a column.',
    cwe: null,
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "import pandas as pd\n\ndef enrich(orders: pd.DataFrame, users):\n    return orders.merge(users, on='user')\n",
      after:
        "import pandas as pd\n\ndef enrich(orders: pd.DataFrame, users):\n    return orders.merge(users, on='user', how='left')\n",
    },
    rule: null,
    rare: 'Few libraries call data frames with such options: some 460 places in the four packages of 25 that work with pandas.',
  },
];
