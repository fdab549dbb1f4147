/** Undoing of bugs that make code unsafe. */
import { textAt } from '../../../generation/mutation/target';
import { SLOTS } from '../../../records/example';
import { anyOf, indices, replaced, type Undo } from './place';
import {
  addedArguments,
  alike,
  operands,
  phrases,
  removedArguments,
  suffixed,
  swapped,
  wrapped,
} from './tokens';
import { lines } from './names';

/** Functions that are safe in place of those that are not. */
export const safeFunctions: Undo = anyOf(
  phrases({
    'yaml.load': ['yaml.safe_load', 'yaml.full_load'],
    'yaml.unsafe_load': ['yaml.safe_load'],
    'yaml.load_all': ['yaml.safe_load_all'],
    'yaml.full_load': ['yaml.safe_load'],
    'Loader=yaml.Loader': ['Loader=yaml.SafeLoader'],
    eval: ['ast.literal_eval', 'literal_eval', 'json.loads', 'int', 'float'],
    'random.choice': ['secrets.choice', 'random.SystemRandom().choice'],
    'random.choices': ['secrets.choice'],
    'random.randint': ['secrets.randbelow'],
    'random.randrange': ['secrets.randbelow'],
    'random.getrandbits': ['secrets.randbits'],
    'random.Random': ['random.SystemRandom', 'secrets.SystemRandom'],
    'random.random': ['secrets.randbelow', 'random.SystemRandom().random'],
    'random.bytes': ['os.urandom', 'secrets.token_bytes'],
    'random.randbytes': ['secrets.token_bytes', 'os.urandom'],
    random: ['secrets', 'SystemRandom'],
    mktemp: ['mkdtemp', 'mkstemp', 'NamedTemporaryFile', 'TemporaryFile', 'TemporaryDirectory'],
    'pickle.loads': ['json.loads'],
    'pickle.load': ['json.load'],
    'pickle.dumps': ['json.dumps'],
    'marshal.loads': ['json.loads'],
    'marshal.load': ['json.load'],
    pickle: ['json'],
    marshal: ['json'],
    'os.stat': ['os.lstat'],
    'os.chown': ['os.lchown'],
    'os.path.exists': ['os.path.lexists'],
    'os.system': ['subprocess.run', 'subprocess.call'],
    stat: ['lstat'],
    '. extractall': ['. extract'],
    Loader: ['SafeLoader', 'CSafeLoader'],
    FullLoader: ['SafeLoader'],
    UnsafeLoader: ['SafeLoader'],
    load: ['safe_load'],
    exists: ['lexists'],
    'http:': ['https:'],
    FTP: ['FTP_TLS'],
    HTTPConnection: ['HTTPSConnection'],
    SMTP: ['SMTP_SSL'],
    AutoAddPolicy: ['RejectPolicy'],
    WarningPolicy: ['RejectPolicy'],
    CERT_NONE: ['CERT_REQUIRED'],
    _create_unverified_context: ['create_default_context', '_create_default_https_context'],
  }),
  swapped(alike('md5', 'sha1', 'sha256', 'sha224', 'sha384', 'sha512', 'blake2b', 'sha3_256')),
  swapped({
    MD5: ['SHA256'],
    SHA1: ['SHA256', 'SHA512'],
    DES: ['AES'],
    ARC4: ['AES'],
    RC4: ['AES'],
    Blowfish: ['AES'],
    MODE_ECB: ['MODE_CBC', 'MODE_GCM', 'MODE_EAX'],
    ECB: ['CBC', 'GCM'],
    TripleDES: ['AES'],
    DES3: ['AES'],
    MD2: ['SHA256'],
    MD4: ['SHA256'],
    PKCS1v15: ['OAEP'],
  }),
  swapped({
    "'md5'": ["'sha256'", "'sha1'", "'sha512'"],
    "'sha1'": ["'sha256'", "'sha512'"],
    '"md5"': ['"sha256"'],
    '"sha1"': ['"sha256"'],
  }),
  swapped({
    PROTOCOL_SSLv2: ['PROTOCOL_TLS', 'PROTOCOL_TLS_CLIENT'],
    PROTOCOL_SSLv3: ['PROTOCOL_TLS', 'PROTOCOL_TLS_CLIENT'],
    PROTOCOL_SSLv23: ['PROTOCOL_TLS'],
    PROTOCOL_TLSv1: ['PROTOCOL_TLSv1_2', 'PROTOCOL_TLS', 'PROTOCOL_TLS_CLIENT'],
    TLSv1: ['TLSv1_2'],
    TLSv1_1: ['TLSv1_2'],
  }),
);

/** Settings that make a call unsafe taken away, or given the other value. */
export const safeSettings: Undo = anyOf(
  removedArguments((place, { first }) =>
    /^(shell|verify|check_hostname|cert_reqs|debug|usedforsecurity|context|autoescape)$/.test(
      textAt(place, first),
    ),
  ),
  phrases({
    'shell=True': ['shell=False'],
    'verify=False': ['verify=True', 'verify=verify'],
    'check_hostname = False': ['check_hostname = True'],
    'debug=True': ['debug=False'],
  }),
  swapped(alike('True', 'False')),
  addedArguments(() => [
    'verify=True',
    'autoescape=True',
    'usedforsecurity=False',
    'Loader=yaml.SafeLoader',
    'filter="data"',
    "filter='data'",
    'resolve_entities=False',
    'forbid_dtd=True',
  ]),
);

/** Values that are escaped, quoted or cut down before they go on. */
export const escaping: Undo = anyOf(
  wrapped([
    ...[
      'escape',
      'html.escape',
      'quote',
      'quote_plus',
      'urlquote',
      'shlex.quote',
      'urllib.parse.quote',
      'conditional_escape',
      'cgi.escape',
      'saxutils.escape',
      're.escape',
      'force_escape',
      'xml_escape',
      'os.path.basename',
      'os.path.abspath',
      'os.path.realpath',
      'os.path.normpath',
      'secure_filename',
      'basename',
      'urlencode',
      'pipes.quote',
      'bleach.clean',
      'mark_safe',
      'quoteattr',
      'unquote',
      'repr',
      'conn.escape',
      'parse.quote',
      'xmlescape',
      'html_escape',
      'url_quote',
      'h',
    ].map((name) => [`${name}(`, ')'] as const),
  ]),
  (place) =>
    [
      'connection.ops',
      'self',
      'editor',
      'schema_editor',
      'connection',
      'self.connection.ops',
      ...place.names.slice(0, 4),
    ].flatMap((owner) =>
      ['quote_name', 'quote', 'escape', 'quote_ident', 'quote_identifier'].flatMap((method) =>
        wrapped([[`${owner}.${method}(`, ')']])(place),
      ),
    ),
  suffixed([
    ".replace('&', '&amp;')",
    ".replace('<', '&lt;')",
    ".replace('>', '&gt;')",
    `.replace('"', '&quot;')`,
    `.replace("'", "''")`,
    ".replace('\\\\', '\\\\\\\\')",
    `.replace('"', '\\\\"')`,
    `.replace('"', '""')`,
    ".replace('%', '%%')",
    ".replace('_', '\\\\_')",
  ]),
);

/** Values passed beside a statement of SQL, not written into it. */
export const sqlParameters: Undo = anyOf(swapped({ '%': [','] }), phrases({ '. format (': [', ('] }));

/** A comparison that takes the same time for all. */
export const safeComparisons: Undo = (place) => [
  ...operands(place).flatMap(({ first, last }) =>
    /^(==|!=)$/.test(textAt(place, last + 1))
      ? operands(place)
          .filter((other) => other.first === last + 2)
          .flatMap((other) => {
            const text = (from: number, to: number): string =>
              place.tokens
                .slice(from, to + 1)
                .map((one) => one.text)
                .join('');
            const negated = textAt(place, last + 1) === '!=' ? 'not ' : '';
            return [
              'compare_digest',
              'hmac.compare_digest',
              'secrets.compare_digest',
              'constant_time_compare',
            ]
              .map((name) =>
                replaced(
                  first,
                  other.last + 1,
                  `${negated}${name}(${text(first, last)}, ${text(other.first, other.last)})`,
                ),
              )
              .filter(({ replacement }) => replacement.length <= SLOTS);
          })
      : [],
  ),
  ...phrases({ '==': [','], '!=': [','] })(place),
];

/** A secret that stands in the code. */
export const credentials: Undo = (place) =>
  indices(place).flatMap((i) =>
    place.tokens[i].kind === 'string'
      ? [
          'None',
          "''",
          '""',
          ...place.names.slice(0, 6),
          'getpass.getpass()',
          'getpass()',
          ...['PASSWORD', 'SECRET_KEY'].map((one) => `os.environ['${one}']`),
        ].map((code) => replaced(i, i + 1, code))
      : [],
  );

/** Decorators that ask who calls. */
export const authorisation: Undo = (place) =>
  [
    '@login_required',
    '@staff_member_required',
    '@permission_required',
    '@require_POST',
    '@csrf_protect',
    '@requires_auth',
    '@jwt_required()',
    '@admin_required',
    '@auth.login_required',
    '@authenticated',
    '@tornado.web.authenticated',
    '@web.authenticated',
    '@require_login',
    '@user_passes_test',
  ].flatMap((code) => lines(place, code));

/** Modes of files that not everybody may read or write. */
export const fileModes: Undo = (place) =>
  indices(place).flatMap((i) =>
    /^0o?\d{3,4}$/.test(textAt(place, i))
      ? [
          '0o600',
          '0o700',
          '0o644',
          '0o755',
          '0o640',
          '0o750',
          '0o400',
          '0o500',
          '0o660',
          '0o770',
          '0o664',
          '0o077',
          '0o022',
          '0o027',
          '0o444',
          '0600',
          '0700',
          '0644',
          '0755',
        ]
          .filter((mode) => mode !== textAt(place, i))
          .map((mode) => replaced(i, i + 1, mode))
      : [],
  );

/** Keys that are long enough. */
export const keySizes: Undo = swapped({
  '512': ['2048', '1024', '4096'],
  '768': ['2048'],
  '1024': ['2048', '4096', '3072'],
  '2048': ['4096'],
  '64': ['128', '256'],
  '56': ['128', '256'],
  '40': ['128', '256'],
  '128': ['256'],
  '1000': ['100000', '600000'],
  '1': ['100000'],
  '16': ['32'],
  '8': ['16', '32'],
});

/** A limit on what is read or waited for. */
export const limits: Undo = anyOf(
  addedArguments(({ names, attributes }) => [
    ...[
      'timeout=10',
      'timeout=30',
      'timeout=5',
      'timeout=60',
      'timeout=timeout',
      'timeout=self.timeout',
      '1024',
      '4096',
      '65536',
      '8192',
      'timeout=1',
      'timeout=3',
      'timeout=20',
      'timeout=15',
      'timeout=120',
      'timeout=100',
      'maxsize=128',
      'maxsize=100',
      'timeout=300',
      'timeout=2',
    ],
    ...names,
    ...attributes.slice(0, 8).map((name) => `self.${name}`),
  ]),
);

/** Encrypted ways to send, for those that are not. */
export const encrypted: Undo = anyOf(swapped({ False: ['True'] }), (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    const plain = kind === 'string' ? /\b(http|ws|ftp|smtp|imap|ldap)\b/.exec(text) : null;
    if (!plain) return [];
    const at = plain.index + plain[0].length;
    return [replaced(i, i + 1, `${text.slice(0, at)}s${text.slice(at)}`)];
  }),
);
