import { calleeOf, importedAs, usesModule } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, textAt } from '../../mutation/target';
import { replaceToken, replaceTokens } from '../../mutation/text-edit';
import { appendArgument, mayHaveKeyword } from '../tools/arguments';
import {
  callNamed,
  callOf,
  droppedKeyword,
  droppedReplacement,
  mutatorOf,
  pathSwap,
  settingSwap,
  unwrapped,
} from '../tools/forms';
import { chainStart } from '../tools/operands';
import { textsOf } from '../tools/texts';

const STARTERS = callOf(
  ...['run', 'call', 'check_call', 'check_output', 'Popen'].map((name) => `subprocess.${name}`),
);

const QUOTES = callOf('shlex.quote', 'pipes.quote');

/** Is the token part of what is only shown? */
function isLogged(target: MutationTarget, i: number): boolean {
  const shown = callNamed(/^(debug|info|warning|error|log|print|output|echo|write)$/);
  for (let open = target.enclosing[i]; open >= 0; open = target.enclosing[open])
    if (shown(target, open)) return true;
  return false;
}

/** Runs a command through a shell, or hands a shell text that is not quoted for it (CWE-78). */
export const shellInjection = mutatorOf(
  'shell-injection',
  'A shell reads the command, and characters of an argument can start other commands.',
  {
    added: {
      on: 'call',
      at: (target, open) =>
        STARTERS(target, open) && target.partner[open] > open + 1 && !mayHaveKeyword(target, open, 'shell'),
      apply: (target, open) => appendArgument(target, open, 'shell=True'),
    },
    setting: settingSwap({ shell: { False: 'True' } }, (target) => usesModule(target, 'subprocess')),
    unquoted: unwrapped((target, open) => QUOTES(target, open) && !isLogged(target, open)),
    joined: pathSwap(
      { 'shlex.join': ["' '.join"], 'subprocess.list2cmdline': ["' '.join"] },
      (target, last) => !isLogged(target, last),
    ),
  },
);

/** Index of the comma between statement and values of `execute(sql, values)`, -1 for other calls. */
function valuesComma(target: MutationTarget, open: number): number {
  if (!isCall(target, open) || !['execute', 'raw', 'RawSQL'].includes(textAt(target, open - 1))) return -1;
  const [sql, values, ...more] = argumentsOf(target, open);
  return values?.positional && sql.positional && more.length === 0 ? sql.last + 1 : -1;
}

const STATEMENT = /^(sql|query|statement|stmt|command)$|_(sql|query|statement)$/;
const VALUES = /^(params?|parameters|args|values|bind(s|vars)?)$|_(params|args|values)$/;

function isFormatted(target: MutationTarget, open: number): boolean {
  const comma = valuesComma(target, open);
  if (comma < 0) return false;
  const [sql, values] = argumentsOf(target, open);
  if (sql.first === sql.last && target.tokens[sql.first].kind === 'name') {
    const simple = values.first === values.last && VALUES.test(textAt(target, values.first));
    // SQLAlchemy's statements are objects, which `%` does not format.
    const isObject = usesModule(target, 'sqlalchemy') && /conn|session|engine/.test(textAt(target, open - 3));
    return simple && !isObject && STATEMENT.test(textAt(target, sql.first));
  }
  const pieces = target.tokens.slice(sql.first, sql.last + 1);
  return (
    pieces.every(({ kind }) => kind === 'string') && pieces.some(({ text }) => /%(\(\w+\))?s/.test(text))
  );
}

/** A statement in quotes with one placeholder, and the name that is its only value. */
const PLACEHOLDER = /^(['"])([^{}\\?%:]*)(\?|%s|:\w+)([^{}\\?%:]*)\1$/s;

interface Interpolation {
  /** First and last token to replace by the f-string. */
  span: [number, number];
  text: string;
}

/** `execute('... = ?', (x,))` as `execute(f'... = {x}')`; through `text('... = :x')` as well. */
function interpolation(target: MutationTarget, open: number): Interpolation | undefined {
  const comma = valuesComma(target, open);
  if (comma < 0) return undefined;
  const [sql, values] = argumentsOf(target, open);
  const wrapped =
    calleeOf(target, sql.first + 1) === 'sqlalchemy.text' && target.partner[sql.first + 1] === sql.last;
  const at = wrapped ? sql.first + 2 : sql.first;
  if (at !== (wrapped ? sql.last - 1 : sql.last)) return undefined;
  const match = PLACEHOLDER.exec(textAt(target, at));
  const value = match ? onlyValue(target, values.first, match[3].startsWith(':')) : undefined;
  if (!match || value === undefined || !/^\s*(select|insert|update|delete|with)\b/i.test(match[2]))
    return undefined;
  const [, quote, before, , after] = match;
  const other = quote === "'" ? '"' : "'";
  const text = `f${quote}${before}${other}{${value}}${other}${after}${quote}`;
  return { span: [at, values.last], text: wrapped ? `${text})` : text };
}

/** The name in `(x,)`, `[x]` or, for named placeholders, `{'a': x}`. */
function onlyValue(target: MutationTarget, open: number, named: boolean): string | undefined {
  const texts = textsOf(target, open, target.partner[open]);
  const found = /^(?:\(,(\w+),,,\)|\[,(\w+),\])$/.exec(texts.join(',')) ?? undefined;
  const entry = /^\{,['"]\w+['"],:,(\w+),\}$/.exec(texts.join(','));
  const name = named ? entry?.[1] : (found?.[1] ?? found?.[2]);
  return name !== undefined && /^[A-Za-z_]/.test(name) ? name : undefined;
}

/** Values become part of an SQL statement (CWE-89). */
export const sqlInjection = mutatorOf(
  'sql-injection',
  'A value becomes part of the statement, unquoted, and can change it.',
  {
    formatted: {
      on: 'call',
      at: isFormatted,
      apply: (target, open) => replaceToken(target, valuesComma(target, open), ' %'),
    },
    interpolated: {
      on: 'call',
      at: (target, open) => interpolation(target, open) !== undefined,
      apply(target, open) {
        const found = interpolation(target, open);
        if (!found) return null;
        const [first, last] = found.span;
        return { start: target.tokens[first].start, end: target.tokens[last].end, text: found.text };
      },
    },
  },
);

const QUOTING = /^(quote_name(_unless_alias)?|quote_identifier|quote_ident|quote_schema|quote_value|qn)$/;

/** The call that quotes a name or a value for SQL is forgotten (CWE-89). */
export const missingSqlQuoting = mutatorOf(
  'missing-sql-quoting',
  'A name with a quote, a capital or a reserved word changes the statement.',
  {
    call: unwrapped((target, open) => {
      const name = textAt(target, open - 1);
      const ofPreparer =
        name === 'quote' && textAt(target, open - 2) === '.' && /preparer$/.test(textAt(target, open - 3));
      return isCall(target, open) && (ofPreparer || QUOTING.test(name));
    }),
    doubled: droppedReplacement((from, to) => /^['`]$/.test(from) && to === from + from),
    composed: pathSwap({
      'psycopg2.sql.Identifier': ['psycopg2.sql.SQL'],
      'psycopg.sql.Identifier': ['psycopg.sql.SQL'],
    }),
  },
);

const HTML_ESCAPES = callOf(
  'html.escape',
  'cgi.escape',
  'django.utils.html.escape',
  'django.utils.html.conditional_escape',
  'markupsafe.escape',
  'jinja2.escape',
  'flask.escape',
  'werkzeug.utils.escape',
  'tornado.escape.xhtml_escape',
  'xml.sax.saxutils.escape',
  'xml.sax.saxutils.quoteattr',
  'twisted.web.html.escape',
  'bleach.clean',
  'nh3.clean',
);
const ESCAPE_NAMES = callNamed(/^((html_?|xhtml_|conditional_|to)?escape(_?html|_?xml|ToXml)?)$/);
const MARK_SAFE = ['django.utils.safestring.mark_safe', 'markupsafe.Markup'];

/** Calls of a known HTML escape, or of something named like one in a function that writes markup. */
function escapesHtml(target: MutationTarget, open: number): boolean {
  if (HTML_ESCAPES(target, open)) return true;
  if (!ESCAPE_NAMES(target, open) || /^(re|glob)\./.test(calleeOf(target, open) ?? '')) return false;
  return target.tokens.some(({ kind, text }) => kind === 'string' && /<\/?\w+|\/>|&\w+;/.test(text));
}

/** Text becomes part of a page without being escaped (CWE-79). */
export const crossSiteScripting = mutatorOf(
  'cross-site-scripting',
  'Text with `<` or a quote becomes markup, and a script in it runs in the browser of whoever reads the page.',
  {
    // `format_html` escapes what it is given.
    unescaped: unwrapped(
      (target, open) =>
        escapesHtml(target, open) && textAt(target, target.enclosing[open] - 1) !== 'format_html',
    ),
    trusted: {
      on: 'call',
      at: (target, open) => HTML_ESCAPES(target, open) && trustedName(target) !== undefined,
      apply(target, open) {
        const name = trustedName(target);
        return name === undefined
          ? null
          : replaceTokens(target, chainStart(target, open - 1), open - 1, name);
      },
    },
    // SQLAlchemy's `contains(x, autoescape=True)` escapes for LIKE.
    setting: settingSwap(
      { autoescape: { True: 'False' } },
      (target, i) => !callNamed(/^i?(contains|startswith|endswith)$/)(target, target.enclosing[i]),
    ),
    entity: droppedReplacement((_, to) => /^&#?\w+;$/.test(to)),
  },
);

function trustedName(target: MutationTarget): string | undefined {
  return MARK_SAFE.map((path) => importedAs(target, path)).find((name) => name !== undefined);
}

/** Text becomes part of a URL, a pattern or a quoted literal without being escaped for it (CWE-116). */
export const missingEscaping = mutatorOf(
  'missing-escaping',
  'A special character of the text is read as part of the URL or pattern around it.',
  {
    call: unwrapped(
      callOf(
        'urllib.parse.quote',
        'urllib.parse.quote_plus',
        'urllib.quote',
        'urllib.quote_plus',
        'werkzeug.urls.url_quote',
        'django.utils.http.urlquote',
        'django.contrib.admin.utils.quote',
        'django.utils.encoding.escape_uri_path',
        're.escape',
        'glob.escape',
        'ldap.filter.escape_filter_chars',
      ),
    ),
    slash: droppedKeyword(callOf('urllib.parse.quote', 'urllib.parse.quote_plus'), /^safe$/, /^(''|"")$/),
    doubled: droppedReplacement(
      (from, to) =>
        !/^['`]$/.test(from) && (to === from + from || to === `\\\\${from}` || /^%[0-9A-F]{2}$/i.test(to)),
    ),
  },
);
