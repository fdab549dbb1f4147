import type { BugType } from '../../bug-type';
import { ARGUMENT_LISTS_BUGS } from './argument-lists';
import { FOREIGN_SYNTAX_BUGS } from './foreign-syntax';
import { INCOMPLETE_BUGS } from './incomplete';
import { INDENTATION_BUGS } from './indentation';
import { KEYWORDS_BUGS } from './keywords';
import { LINE_BREAKS_BUGS } from './line-breaks';
import { PUNCTUATION_BUGS } from './punctuation';
import { PYTHON2_BUGS } from './python2';
import { QUOTES_BUGS } from './quotes';
import { STRAY_TEXT_BUGS } from './stray-text';

/** Code that Python cannot compile. */
export const SYNTAX_BUGS: readonly BugType[] = [
  ...ARGUMENT_LISTS_BUGS,
  ...FOREIGN_SYNTAX_BUGS,
  ...INCOMPLETE_BUGS,
  ...INDENTATION_BUGS,
  ...KEYWORDS_BUGS,
  ...LINE_BREAKS_BUGS,
  ...PUNCTUATION_BUGS,
  ...PYTHON2_BUGS,
  ...QUOTES_BUGS,
  ...STRAY_TEXT_BUGS,
];
