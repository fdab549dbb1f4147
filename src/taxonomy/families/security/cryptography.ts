import type { BugType } from '../../bug-type';

/** Hashes, keys, random numbers and comparisons that are too weak. */
export const CRYPTOGRAPHY_BUGS: readonly BugType[] = [
  {
    code: 57,
    id: 'weak-hash',
    family: 'security',
    title: 'Broken hash function',
    description: 'MD5 or SHA-1 is used where collisions must be infeasible.',
    cwe: 'CWE-328',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import hashlib\n\n\ndef digest(data):\n    return hashlib.md5(data).hexdigest()\n',
      after: 'import hashlib\n\n\ndef digest(data):\n    return hashlib.sha256(data).hexdigest()\n',
    },
    rule: 'ruff S324',
    rare: 'About one function in 1,800 of the packages looked at hashes with a strong function.',
  },
  {
    code: 58,
    id: 'insecure-random',
    family: 'security',
    title: 'Predictable randomness for a secret',
    description: 'A token or key is drawn from `random`, whose numbers can be predicted from earlier ones.',
    cwe: 'CWE-338',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import secrets\nimport random\n\n\ndef token(letters):\n    return random.choice(letters)\n',
      after: 'import secrets\nimport random\n\n\ndef token(letters):\n    return secrets.choice(letters)\n',
    },
    rule: 'ruff S311',
    rare: 'About one function in 3,500 draws a secret.',
  },
  {
    code: 149,
    id: 'timing-unsafe-comparison',
    family: 'security',
    title: 'Secret compared with ==',
    description:
      'A signature or token is compared by `==`, which stops at the first difference: the time tells how much of a guess is right.',
    cwe: 'CWE-208',
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'from hmac import compare_digest\n\n\ndef is_valid(token, expected):\n    return token == expected\n',
      after:
        'from hmac import compare_digest\n\n\ndef is_valid(token, expected):\n    return compare_digest(token, expected)\n',
    },
    rule: null,
    rare: 'Only code that checks signatures, tokens or passwords compares in constant time: one function in 11,000.',
  },
  {
    code: 159,
    id: 'inadequate-encryption',
    family: 'security',
    title: 'Key too short or protocol broken',
    description:
      'A key or token is short enough to be found by trying, or the protocol or mode of a cipher is known to be broken.',
    cwe: 'CWE-326',
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'from cryptography.hazmat.primitives.asymmetric import rsa\n\n\ndef new_key():\n    return rsa.generate_private_key(public_exponent=65537, key_size=1024)\n',
      after:
        'from cryptography.hazmat.primitives.asymmetric import rsa\n\n\ndef new_key():\n    return rsa.generate_private_key(public_exponent=65537, key_size=2048)\n',
    },
    rule: 'ruff S505',
    rare: 'Most code leaves sizes and protocols to a library; about one function in 2,700 names one.',
  },
];
