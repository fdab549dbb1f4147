import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../../core/rng';
import { makeMutant } from '../../mutation/mutant';
import { createTarget } from '../../mutation/target';
import { MUTATORS } from '../index';
import { mutantsOf, testPairs, type Pairs } from '../tools/testing';

/** By bug type: clean code and one of its mutants, one pair a form beyond the example of the taxonomy. */
const FORMS: Pairs = {
  'unsafe-yaml-load': [
    [
      'import yaml as y\nx = y.load(a, Loader=y.SafeLoader)\n',
      'import yaml as y\nx = y.load(a, Loader=y.UnsafeLoader)\n',
    ],
    ['from yaml import safe_load\nx = safe_load(a)\n', 'from yaml import safe_load\nx = unsafe_load(a)\n'],
    [
      "from ruamel.yaml import YAML\nx = YAML(typ='safe')\n",
      "from ruamel.yaml import YAML\nx = YAML(typ='unsafe')\n",
    ],
  ],
  'unsafe-deserialization': [
    ['import json\nx = json.load(a)\n', 'import json\nx = pickle.load(a)\n'],
    ['import orjson, pickle as p\nx = orjson.loads(a)\n', 'import orjson, pickle as p\nx = p.loads(a)\n'],
    ['def f(a, allow_pickle=False):\n    pass\n', 'def f(a, allow_pickle=True):\n    pass\n'],
    ['x = load(a, weights_only=True)\n', 'x = load(a, weights_only=False)\n'],
  ],
  'eval-injection': [
    ['from json import loads\nx = loads(a)\n', 'from json import loads\nx = eval(a)\n'],
    ['def f(a):\n    return int(a)\n', 'def f(a):\n    return eval(a)\n'],
  ],
  'shell-injection': [
    [
      'from subprocess import run\nrun(a, cwd=b)\n',
      'from subprocess import run\nrun(a, cwd=b, shell=True)\n',
    ],
    ['import subprocess as s\ns.Popen(a, shell=False)\n', 'import subprocess as s\ns.Popen(a, shell=True)\n'],
    ["import shlex\nx = 'ls ' + shlex.quote(a)\n", "import shlex\nx = 'ls ' + a\n"],
    ['import shlex\nx = shlex.join(a)\n', "import shlex\nx = ' '.join(a)\n"],
  ],
  'sql-injection': [
    ["a.execute('select %s', (b,))\n", "a.execute('select %s' % (b,))\n"],
    ['cursor.execute(sql, params)\n', 'cursor.execute(sql % params)\n'],
    ["a.execute('select x from y where z = ?', (b,))\n", 'a.execute(f\'select x from y where z = "{b}"\')\n'],
    [
      'from sqlalchemy import text\na.execute(text("delete from y where z = :b"), {"b": c})\n',
      'from sqlalchemy import text\na.execute(text(f"delete from y where z = \'{c}\'"))\n',
    ],
  ],
  'missing-sql-quoting': [
    ["x = 'DROP ' + self.preparer.quote(a)\n", "x = 'DROP ' + a\n"],
    ['x = a.replace("\'", "\'\'")\n', 'x = a\n'],
    ['from psycopg2 import sql\nx = sql.Identifier(a)\n', 'from psycopg2 import sql\nx = sql.SQL(a)\n'],
  ],
  'cross-site-scripting': [
    [
      'from django.utils.html import escape\nfrom django.utils.safestring import mark_safe\nx = escape(a)\n',
      'from django.utils.html import escape\nfrom django.utils.safestring import mark_safe\nx = mark_safe(a)\n',
    ],
    ['x = Environment(autoescape=True)\n', 'x = Environment(autoescape=False)\n'],
    ["x = a.replace('<', '&lt;')\n", 'x = a\n'],
    ["x = '<b>%s</b>' % self.escape(a.b)\n", "x = '<b>%s</b>' % a.b\n"],
  ],
  'missing-escaping': [
    [
      "from urllib.parse import quote as q\nx = q(a, safe='')\n",
      'from urllib.parse import quote as q\nx = q(a)\n',
    ],
    ["import re\nx = re.compile('^' + re.escape(a))\n", "import re\nx = re.compile('^' + a)\n"],
    ["x = a.replace('%', '%%')\n", 'x = a\n'],
    ["x = a \\\n    .replace('%', '%%')\n", 'x = a\n'],
  ],
  'path-traversal': [
    [
      'from werkzeug.utils import secure_filename\nx = secure_filename(a)\n',
      'from werkzeug.utils import secure_filename\nx = a\n',
    ],
    [
      'import os\nfrom flask import safe_join\nx = safe_join(a, b)\n',
      'import os\nfrom flask import safe_join\nx = os.path.join(a, b)\n',
    ],
    ["a.extractall(b, filter='data')\n", 'a.extractall(b)\n'],
    ['import os\nx = os.path.realpath(a).startswith(b)\n', 'import os\nx = a.startswith(b)\n'],
    ['import os\nx = os.path.commonpath(a)\n', 'import os\nx = os.path.commonprefix(a)\n'],
    ['x = a.resolve().relative_to(b)\n', 'x = a.relative_to(b)\n'],
    ['import pathlib\nx = a / b.name\n', 'import pathlib\nx = a / b\n'],
    [
      'import os\nn = os.path.basename(a)\nx = os.path.join(b, n)\n',
      'import os\nn = a\nx = os.path.join(b, n)\n',
    ],
    [
      'import os\nn = os.path.abspath(a)\nif n.startswith(b):\n    pass\n',
      'import os\nn = a\nif n.startswith(b):\n    pass\n',
    ],
  ],
  'permissive-file-mode': [
    ['import os\nos.umask(0o077)\n', 'import os\nos.umask(0)\n'],
    ['import stat\na.chmod(stat.S_IRUSR)\n', 'import stat\na.chmod(stat.S_IRUSR | stat.S_IWOTH)\n'],
    ['import os\nos.makedirs(a, mode=0o700)\n', 'import os\nos.makedirs(a)\n'],
    ['def f(a, mode=0o600):\n    pass\n', 'def f(a, mode=0o666):\n    pass\n'],
  ],
  'link-following': [
    ['import os\nx = os.path.realpath(a)\n', 'import os\nx = os.path.abspath(a)\n'],
    ['x = a.lstat()\n', 'x = a.stat()\n'],
    ['x = os.walk(a, followlinks=False)\n', 'x = os.walk(a, followlinks=True)\n'],
    ['x = a.stat(follow_symlinks=False)\n', 'x = a.stat()\n'],
    ['if a and not b.is_symlink():\n    pass\n', 'if a:\n    pass\n'],
    ['import os\nx = os.O_RDONLY | os.O_NOFOLLOW\n', 'import os\nx = os.O_RDONLY\n'],
  ],
  'insecure-temporary-file': [
    ['from tempfile import mkstemp\nx = mkstemp()\n', 'from tempfile import mkstemp\nx = mktemp()\n'],
    ['import tempfile\nx = tempfile.mkdtemp()\n', 'import tempfile\nx = tempfile.gettempdir()\n'],
    ['import os\nx = os.O_CREAT | os.O_EXCL\n', 'import os\nx = os.O_CREAT\n'],
    ["x = open(a, 'x')\n", "x = open(a, 'w')\n"],
  ],
  'weak-hash': [
    ["import hashlib\nx = hashlib.new('sha256')\n", "import hashlib\nx = hashlib.new('md5')\n"],
    [
      'from cryptography.hazmat.primitives import hashes\nx = hashes.SHA256()\n',
      'from cryptography.hazmat.primitives import hashes\nx = hashes.SHA1()\n',
    ],
  ],
  'insecure-random': [
    ['import os\nx = os.urandom(8)\n', 'import os\nx = random.randbytes(8)\n'],
    ['from secrets import choice\nx = choice(a)\n', 'from secrets import choice\nx = random.choice(a)\n'],
  ],
  'timing-unsafe-comparison': [
    ['import hmac\nif not hmac.compare_digest(a, b):\n    pass\n', 'import hmac\nif not a == b:\n    pass\n'],
    ['x = not constant_time_compare(a, b)\n', 'x = a != b\n'],
  ],
  'disabled-tls-verification': [
    [
      'import httpx\nx = httpx.AsyncClient(timeout=a)\n',
      'import httpx\nx = httpx.AsyncClient(timeout=a, verify=False)\n',
    ],
    ['import aiohttp\nx = self.session.get(a)\n', 'import aiohttp\nx = self.session.get(a, ssl=False)\n'],
    ['import ssl\nx = ssl.create_default_context()\n', 'import ssl\nx = ssl._create_unverified_context()\n'],
    ['from ssl import CERT_REQUIRED\nx = CERT_REQUIRED\n', 'from ssl import CERT_REQUIRED\nx = CERT_NONE\n'],
    [
      'import paramiko\na.set_missing_host_key_policy(paramiko.RejectPolicy())\n',
      'import paramiko\na.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n',
    ],
    ['a.check_hostname = True\n', 'a.check_hostname = False\n'],
  ],
  'inadequate-encryption': [
    ['import os\nx = os.urandom(32)\n', 'import os\nx = os.urandom(4)\n'],
    ['import ssl\nx = ssl.PROTOCOL_TLS_CLIENT\n', 'import ssl\nx = ssl.PROTOCOL_SSLv3\n'],
    [
      'from Crypto.Cipher import AES\nx = AES.MODE_CBC\n',
      'from Crypto.Cipher import AES\nx = AES.MODE_ECB\n',
    ],
    [
      'from cryptography.hazmat.primitives.ciphers import modes\nx = modes.CBC(a)\n',
      'from cryptography.hazmat.primitives.ciphers import modes\nx = modes.ECB()\n',
    ],
    [
      "import hashlib\nx = hashlib.pbkdf2_hmac('sha256', a, b, 100_000)\n",
      "import hashlib\nx = hashlib.pbkdf2_hmac('sha256', a, b, 1000)\n",
    ],
  ],
  'cleartext-transmission': [
    ["x = get('https://a.org/b')\n", "x = get('http://a.org/b')\n"],
    ["x = a or 'https'\n", "x = a or 'http'\n"],
    ['import smtplib\nx = smtplib.SMTP_SSL(a)\n', 'import smtplib\nx = smtplib.SMTP(a)\n'],
    ['def f(a, is_secure=True):\n    pass\n', 'def f(a, is_secure=False):\n    pass\n'],
    ['def f(a, *, use_tls: bool = True):\n    pass\n', 'def f(a, *, use_tls: bool = False):\n    pass\n'],
  ],
  'hard-coded-credential': [
    ['def f(user, password):\n    pass\n', "def f(user, password='changeme'):\n    pass\n"],
    ['x = f(api_key=self.api_key)\n', "x = f(api_key='changeme')\n"],
    ['self.password = password\n', "self.password = 'changeme'\n"],
    ['x = {"client_secret": client_secret}\n', 'x = {"client_secret": "changeme"}\n'],
  ],
  'missing-authorization': [
    ["@a.needs_scope('users')\ndef f(a):\n    pass\n", 'def f(a):\n    pass\n'],
    ['if a:\n    self.check_permissions(b)\n    c()\n', 'if a:\n    c()\n'],
    ['if user.is_staff and a:\n    pass\n', 'if a:\n    pass\n'],
    ['if a and user.has_perm(b):\n    pass\n', 'if a:\n    pass\n'],
  ],
  'incorrect-authorization': [
    ['if user.is_superuser:\n    pass\n', 'if user.is_staff:\n    pass\n'],
    ["x = user.has_perm('app.delete_page')\n", "x = user.has_perm('app.view_page')\n"],
    [
      "@needs_scope('admin:users')\ndef f(a):\n    pass\n",
      "@needs_scope('read:users')\ndef f(a):\n    pass\n",
    ],
  ],
  'missing-resource-limit': [
    ['from queue import Queue\nx = Queue(10)\n', 'from queue import Queue\nx = Queue()\n'],
    [
      'from collections import deque\nx = deque(a, maxlen=5)\n',
      'from collections import deque\nx = deque(a)\n',
    ],
    ['x = a.decompress(b, max_length=c)\n', 'x = a.decompress(b)\n'],
    ['x = a.readline(_MAXLINE + 1)\n', 'x = a.readline()\n'],
  ],
};

testPairs(FORMS);

test('every fix of a form is one small edit that gives the clean code back', () => {
  let checked = 0;
  for (const mutator of MUTATORS)
    for (const [clean] of FORMS[mutator.bugType] ?? []) {
      const target = createTarget(clean, { imports: {}, names: [] });
      for (const site of mutator.sites(target)) {
        const mutant = makeMutant(target, mutator, site, seedStream(1, mutator.bugType));
        assert.not('dropped' in mutant, `${mutator.bugType}: ${clean}${JSON.stringify(mutant)}`);
        checked += 1;
      }
    }
  assert.ok(checked > 70, `${checked}`);
});

test('a line that would assign a name to itself goes, where the block keeps another', () => {
  const mutants = mutantsOf(
    'from html import escape\ndef f(a):\n    a = escape(a)\n    return a\n',
    'cross-site-scripting',
  );
  assert.equal([...mutants], ['from html import escape\ndef f(a):\n    return a\n']);
  const only = 'from html import escape\nif a:\n    a = escape(a)\n';
  assert.is(mutantsOf(only, 'cross-site-scripting').size, 0);
});

test('unwrapped values keep the precedence that the call gave them', () => {
  const mutants = mutantsOf("import re\nx = '^' + re.escape(a % b)\n", 'missing-escaping');
  assert.equal([...mutants], ["import re\nx = '^' + (a % b)\n"]);
});

test.run();
