import type { MutationSite, Mutator } from '../mutator';
import { argumentsOf, isCall, matchesAt, textAt, type MutationTarget } from '../target';
import { replaceToken, replaceTokens, type TextEdit } from '../text-edit';
import { tokenSites } from './sites';

/** A mutator that writes another text for `module.name`; a text without a dot replaces both. */
function qualifiedSwap(
  bugType: string,
  why: string,
  swaps: Readonly<Record<string, readonly string[]>>,
): Mutator {
  const alternatives = (target: MutationTarget, i: number): readonly string[] => {
    if (textAt(target, i + 1) !== '.' || textAt(target, i - 1) === '.') return [];
    const name = `${textAt(target, i)}.${textAt(target, i + 2)}`;
    return Object.hasOwn(swaps, name) ? swaps[name] : [];
  };
  return {
    bugType,
    why,
    sites: (target) => tokenSites(target, (_, i) => alternatives(target, i).length > 0),
    apply: (target, { token }, rng) =>
      replaceTokens(target, token, token + 2, rng.pick(alternatives(target, token))),
  };
}

/** `yaml.safe_load` -> `yaml.load` (CWE-502). */
export const unsafeYamlLoad = qualifiedSwap(
  'unsafe-yaml-load',
  'A document can name any Python object to build, and so run code.',
  { 'yaml.safe_load': ['yaml.load', 'yaml.unsafe_load'], 'yaml.safe_load_all': ['yaml.load_all'] },
);

/** `hashlib.sha256` -> `hashlib.md5` and the like (CWE-328). */
export const weakHash = qualifiedSwap('weak-hash', 'Collisions of MD5 and SHA-1 can be made.', {
  'hashlib.sha256': ['hashlib.md5', 'hashlib.sha1'],
  'hashlib.sha512': ['hashlib.md5', 'hashlib.sha1'],
  'hashlib.sha384': ['hashlib.sha1'],
  'hashlib.sha224': ['hashlib.sha1'],
  'hashlib.blake2b': ['hashlib.md5'],
  'hashlib.sha3_256': ['hashlib.sha1'],
});

/** `secrets` -> `random` (CWE-338). */
export const insecureRandom = qualifiedSwap(
  'insecure-random',
  'The numbers of `random` can be predicted from earlier ones.',
  {
    'secrets.choice': ['random.choice'],
    'secrets.randbelow': ['random.randrange'],
    'secrets.randbits': ['random.getrandbits'],
    'secrets.token_bytes': ['random.randbytes'],
    'os.urandom': ['random.randbytes'],
    'random.SystemRandom': ['random.Random'],
  },
);

/** `tempfile.mkstemp` -> `tempfile.mktemp` (CWE-377). */
export const insecureTemporaryFile = qualifiedSwap(
  'insecure-temporary-file',
  'Another process can create the file between the choice of its name and its use.',
  { 'tempfile.mkdtemp': ['tempfile.mktemp'], 'tempfile.mkstemp': ['tempfile.mktemp'] },
);

const evalSwap = qualifiedSwap('eval-injection', 'Text that may come from outside is run as code.', {
  'ast.literal_eval': ['eval'],
  'json.loads': ['eval'],
});

/** `ast.literal_eval(x)`, `json.loads(x)`, `int(name)` and `float(name)` become `eval(x)`. */
export const evalInjection: Mutator = {
  ...evalSwap,
  sites: (target) => [
    ...evalSwap.sites(target),
    ...tokenSites(
      target,
      ({ text }, i) =>
        (text === 'int' || text === 'float') &&
        textAt(target, i - 1) !== '.' &&
        isCall(target, i + 1) &&
        target.partner[i + 1] === i + 3 &&
        target.bindings[i + 2] === 'parameter',
    ).map((site) => ({ ...site, form: 'number' })),
  ],
  apply: (target, site, rng) =>
    site.form === 'number' ? replaceToken(target, site.token, 'eval') : evalSwap.apply(target, site, rng),
};

const STARTERS = new Set(['run', 'call', 'check_call', 'check_output', 'Popen']);

/** Adds `shell=True` to a subprocess call. */
export const shellInjection: Mutator = {
  bugType: 'shell-injection',
  why: 'A shell reads the command, and characters of an argument can start other commands.',
  sites: (target) =>
    callSites(target, (open) => {
      const known = matchesAt(target, open - 3, 'subprocess', '.') && STARTERS.has(textAt(target, open - 1));
      return known && !hasKeyword(target, open, 'shell');
    }),
  apply: (target, { token }) => appendArgument(target, token, 'shell=True'),
};

const CLIENTS = new Set(['requests', 'session', 'httpx', 'client']);
const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'request']);

/** Adds `verify=False` to a request, or weakens the settings of a TLS context. */
export const disabledTlsVerification: Mutator = {
  bugType: 'disabled-tls-verification',
  why: 'Any certificate is accepted, also that of somebody in between.',
  sites: (target) => [
    ...callSites(
      target,
      (open) =>
        VERBS.has(textAt(target, open - 1)) &&
        textAt(target, open - 2) === '.' &&
        CLIENTS.has(textAt(target, open - 3)) &&
        !hasKeyword(target, open, 'verify'),
    ),
    ...tokenSites(target, (_, i) => weakerSetting(target, i) !== undefined).map((site) => ({
      ...site,
      form: 'setting',
    })),
  ],
  apply(target, { token, form }) {
    if (form !== 'setting') return appendArgument(target, token, 'verify=False');
    const text = weakerSetting(target, token);
    return text === undefined ? null : replaceToken(target, token, text);
  },
};

function weakerSetting(target: MutationTarget, index: number): string | undefined {
  const text = textAt(target, index);
  const setting = textAt(target, index - 2);
  if (text === 'CERT_REQUIRED') return 'CERT_NONE';
  if (text === 'create_default_context') return '_create_unverified_context';
  const isSwitch =
    (setting === 'verify' || setting === 'check_hostname') && textAt(target, index - 1) === '=';
  return text === 'True' && isSwitch ? 'False' : undefined;
}

/** `execute(sql, values)` becomes `execute(sql % values)`. */
export const sqlInjection: Mutator = {
  bugType: 'sql-injection',
  why: 'A value becomes part of the statement, unquoted, and can change it.',
  sites: (target) =>
    callSites(target, (open) => {
      if (textAt(target, open - 1) !== 'execute' || textAt(target, open - 2) !== '.') return false;
      const [sql, values, ...more] = argumentsOf(target, open);
      if (!values?.positional || more.length > 0 || sql.first !== sql.last) return false;
      return target.tokens[sql.first].kind === 'string' && textAt(target, sql.first).includes('%s');
    }),
  apply(target, { token }) {
    const [sql] = argumentsOf(target, token);
    return replaceToken(target, sql.last + 1, ' %');
  },
};

/** Sites at the opening parenthesis of every call with arguments that fits. */
function callSites(target: MutationTarget, fits: (open: number) => boolean): MutationSite[] {
  return tokenSites(target, (_, i) => isCall(target, i) && target.partner[i] > i + 1 && fits(i));
}

function hasKeyword(target: MutationTarget, open: number, name: string): boolean {
  // `**options` may hold the keyword already.
  return argumentsOf(target, open).some(
    ({ first }) => matchesAt(target, first, name, '=') || textAt(target, first) === '**',
  );
}

function appendArgument(target: MutationTarget, open: number, text: string): TextEdit {
  const last = target.partner[open] - 1;
  const { end } = target.tokens[last];
  return { start: end, end, text: textAt(target, last) === ',' ? ` ${text}` : `, ${text}` };
}
