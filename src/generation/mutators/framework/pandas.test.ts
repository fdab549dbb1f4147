import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import numpy as np\nimport pandas as pd\ndef f(self, df, how, m):\n', {
  'dropped-copy-result': [
    ['df = df.reset_index(drop=True)', 'df.reset_index(drop=True)'],
    ["df['a'] = df['a'].fillna(0)", "df['a'].fillna(0)"],
    ['self.df = self.df.groupby(1).agg(2).dropna()', 'self.df.groupby(1).agg(2).dropna()'],
    ['m = np.append(m, df)', 'np.append(m, df)'],
    ['df.drop(m, inplace=True)', 'df.drop(m)'],
    // What a conversion returns is mostly the same array.
    ['m = np.asarray(m)'],
  ],
  'wrong-indexer': [
    ['return df.loc[m]', 'return df.iloc[m]'],
    ['return df.iloc[0]', 'return df.loc[0]', 'return df[0]'],
    ['return df.iloc[:m]', 'return df.loc[:m]'],
    ["df.loc[m > 1, 'a'] = 0", "df.iloc[m > 1, 'a'] = 0", "df.loc[m > 1]['a'] = 0"],
  ],
  'missing-frame-option': [
    ["return df.groupby('a', sort=False)", "return df.groupby('a')"],
    ['return df.reset_index(\n    drop=True\n)', 'return df.reset_index()'],
    [
      "return pd.merge(df, m, how='left', on=how)",
      'return pd.merge(df, m, on=how)',
      "return pd.merge(df, m, how='left')",
    ],
    // The parameter would not be passed on, which is another type.
    ['return df.merge(m, how=how)'],
  ],
});

test.run();
