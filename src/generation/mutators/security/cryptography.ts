import type { Rng } from '../../../core/rng';
import { SLOTS } from '../../../records/example';
import { calleeOf } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, textAt } from '../../mutation/target';
import { replaceToken, replaceTokens } from '../../mutation/text-edit';
import { callNamed, callOf, mutatorOf, pathSwap } from '../tools/forms';
import { chainStart, isCompared } from '../tools/operands';

const HASHES = 'cryptography.hazmat.primitives.hashes';

/** `hashlib.sha256` -> `hashlib.md5` and the like (CWE-328). */
export const weakHash = mutatorOf('weak-hash', 'Collisions of MD5 and SHA-1 can be made.', {
  function: pathSwap({
    'hashlib.sha256': ['hashlib.md5', 'hashlib.sha1'],
    'hashlib.sha512': ['hashlib.md5', 'hashlib.sha1'],
    'hashlib.sha384': ['hashlib.sha1'],
    'hashlib.sha224': ['hashlib.sha1'],
    'hashlib.blake2b': ['hashlib.md5'],
    'hashlib.blake2s': ['hashlib.md5'],
    'hashlib.sha3_256': ['hashlib.sha1'],
    'hashlib.sha3_512': ['hashlib.sha1'],
    [`${HASHES}.SHA256`]: [`${HASHES}.SHA1`, `${HASHES}.MD5`],
    [`${HASHES}.SHA512`]: [`${HASHES}.SHA1`, `${HASHES}.MD5`],
  }),
  name: {
    on: 'string',
    at: (target, i) =>
      /^['"]sha-?(224|256|384|512)['"]$/i.test(textAt(target, i)) &&
      target.enclosing[i] >= 0 &&
      /^(hashlib|hmac)\./.test(calleeOf(target, target.enclosing[i]) ?? ''),
    apply: (target, i, rng) =>
      replaceToken(target, i, textAt(target, i).replace(/sha-?\d+/i, rng.pick(['md5', 'sha1']))),
  },
});

/** `secrets` -> `random` (CWE-338). */
export const insecureRandom = mutatorOf(
  'insecure-random',
  'The numbers of `random` can be predicted from earlier ones.',
  {
    function: pathSwap({
      'secrets.choice': ['random.choice'],
      'secrets.randbelow': ['random.randrange'],
      'secrets.randbits': ['random.getrandbits'],
      'secrets.token_bytes': ['random.randbytes'],
      'secrets.SystemRandom': ['random.Random'],
      'os.urandom': ['random.randbytes'],
      'random.SystemRandom': ['random.Random'],
    }),
  },
);

const CONSTANT_TIME = callOf(
  'hmac.compare_digest',
  'secrets.compare_digest',
  'django.utils.crypto.constant_time_compare',
  'werkzeug.security.safe_str_cmp',
);
const CONSTANT_TIME_NAMES = callNamed(
  /^(compare_digest|constant_time_(compare|equals?)|timing_safe_compare|safe_str_cmp|safe_compare|secure_compare)$/,
);

/** `compare_digest(a, b)` becomes `a == b`, `not compare_digest(a, b)` becomes `a != b` (CWE-208). */
export const timingUnsafeComparison = mutatorOf(
  'timing-unsafe-comparison',
  'The comparison stops at the first difference, and its time tells how much of a guess is right.',
  {
    equal: {
      on: 'call',
      at(target, open) {
        if (!CONSTANT_TIME(target, open) && !CONSTANT_TIME_NAMES(target, open)) return false;
        const [a, b, ...more] = argumentsOf(target, open);
        const first = chainStart(target, open - 1);
        return (
          !!a?.positional && !!b?.positional && more.length === 0 && target.partner[open] - first < SLOTS
        );
      },
      apply(target, open) {
        const { source, tokens } = target;
        const first = chainStart(target, open - 1);
        // Longer calls keep their `not`: the fix has no room for it.
        const negated = textAt(target, first - 1) === 'not' && target.partner[open] - first + 2 <= SLOTS;
        const [a, b] = argumentsOf(target, open).map(({ first: from, last }) =>
          source.slice(tokens[from].start, tokens[last].end),
        );
        const text = `${a} ${negated ? '!=' : '=='} ${b}`;
        return replaceTokens(target, negated ? first - 1 : first, target.partner[open], text);
      },
    },
  },
);

/** Sites of numbers that say how long a key or a secret is, or how often it is hashed -> shorter ones. */
function weakerSize(target: MutationTarget, i: number, rng?: Rng): string | undefined {
  const around = target.enclosing[i];
  const value = Number(textAt(target, i).replaceAll('_', ''));
  if (target.tokens[i].kind !== 'number' || around < 0 || !Number.isInteger(value)) return undefined;
  const name = textAt(target, i - 1) === '=' ? textAt(target, i - 2) : '';
  const pick = (...sizes: number[]): string => String(rng ? rng.pick(sizes) : sizes[0]);
  if (isKeySize(target, around, i, name) && value >= 2048) return pick(512, 768, 1024);
  if (BYTES(target, around) && around === i - 1 && value >= 16) return pick(2, 3, 4);
  if (RANDOM_STRINGS(target, around) && value >= 16) return pick(4, 5, 6);
  const rounds = /^(iterations|rounds|n_iterations)$/.test(name) || DERIVATIONS(target, around);
  return rounds && value >= 10_000 ? pick(1, 10, 100, 1000) : undefined;
}

const BYTES = callOf('os.urandom', 'secrets.token_bytes', 'secrets.token_hex', 'secrets.token_urlsafe');
const RANDOM_STRINGS = callOf('django.utils.crypto.get_random_string');
const DERIVATIONS = callOf('hashlib.pbkdf2_hmac', 'hashlib.scrypt', 'django.utils.crypto.pbkdf2');
const KEY_MAKERS = callNamed(/^(generate_private_key|generate_parameters|generate|generate_key|newkeys)$/);

function isKeySize(target: MutationTarget, open: number, i: number, name: string): boolean {
  if (/^(key_size|keysize|key_length|key_bits|bits|rsa_key_size)$/.test(name)) return true;
  return KEY_MAKERS(target, open) && (name === '' || name === 'key_size') && target.partner[open] >= i;
}

const MODES = 'cryptography.hazmat.primitives.ciphers.modes';
const ALGORITHMS = 'cryptography.hazmat.primitives.ciphers.algorithms';
const CURVES = 'cryptography.hazmat.primitives.asymmetric.ec';
const AES = ['Crypto.Cipher.AES', 'Cryptodome.Cipher.AES'].flatMap((path) =>
  ['CBC', 'CTR', 'GCM', 'EAX', 'CFB'].map((mode) => [`${path}.MODE_${mode}`, [`${path}.MODE_ECB`]] as const),
);

/** Keys that can be guessed, protocols and modes that are broken (CWE-326). */
export const inadequateEncryption = mutatorOf(
  'inadequate-encryption',
  'The key can be found by trying, or the protocol or mode can be broken without it.',
  {
    size: {
      on: 'number',
      at: (target, i) => weakerSize(target, i) !== undefined,
      apply(target, i, rng) {
        const text = weakerSize(target, i, rng);
        return text === undefined ? null : replaceToken(target, i, text);
      },
    },
    constant: pathSwap(
      {
        [`${CURVES}.SECP256R1`]: [`${CURVES}.SECT163R2`, `${CURVES}.SECP192R1`],
        [`${CURVES}.SECP384R1`]: [`${CURVES}.SECT163R2`, `${CURVES}.SECP192R1`],
        'ssl.PROTOCOL_TLS': ['ssl.PROTOCOL_SSLv3', 'ssl.PROTOCOL_TLSv1'],
        'ssl.PROTOCOL_TLS_CLIENT': ['ssl.PROTOCOL_SSLv3', 'ssl.PROTOCOL_TLSv1'],
        'ssl.PROTOCOL_TLS_SERVER': ['ssl.PROTOCOL_SSLv3', 'ssl.PROTOCOL_TLSv1'],
        'ssl.PROTOCOL_TLSv1_2': ['ssl.PROTOCOL_TLSv1', 'ssl.PROTOCOL_SSLv3'],
        'ssl.PROTOCOL_SSLv23': ['ssl.PROTOCOL_SSLv3', 'ssl.PROTOCOL_SSLv2'],
        'ssl.TLSVersion.TLSv1_2': ['ssl.TLSVersion.TLSv1', 'ssl.TLSVersion.SSLv3'],
        'ssl.TLSVersion.TLSv1_3': ['ssl.TLSVersion.TLSv1', 'ssl.TLSVersion.TLSv1_1'],
        'OpenSSL.SSL.TLS_METHOD': ['OpenSSL.SSL.SSLv3_METHOD'],
        'OpenSSL.SSL.SSLv23_METHOD': ['OpenSSL.SSL.SSLv3_METHOD', 'OpenSSL.SSL.SSLv2_METHOD'],
        [`${ALGORITHMS}.AES`]: [`${ALGORITHMS}.TripleDES`, `${ALGORITHMS}.Blowfish`, `${ALGORITHMS}.ARC4`],
        ...Object.fromEntries(AES),
      },
      (target, last) => !isCompared(target, chainStart(target, last), last),
    ),
    mode: {
      on: 'call',
      at: (target, open) =>
        [`${MODES}.CBC`, `${MODES}.CTR`, `${MODES}.GCM`].includes(calleeOf(target, open) ?? '') &&
        target.partner[open] - open < SLOTS - 1,
      apply: (target, open) => replaceTokens(target, open - 1, target.partner[open], 'ECB()'),
    },
  },
);
