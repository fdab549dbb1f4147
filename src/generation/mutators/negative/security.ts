/** Code that the mutators of family security must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'unsafe-yaml-load': ['x = json.safe_load(a)\n', 'x = a.yaml.safe_load(b)\n'],
  'shell-injection': [
    'run(a)\n',
    'subprocess.run(a, shell=True)\n',
    'subprocess.run(**a)\n',
    'subprocess.run()\n',
  ],
  'disabled-tls-verification': [
    'requests.get(a, verify=b)\n',
    'table.get(a)\n',
    'x = True\n',
    'requests.get()\n',
  ],
  'eval-injection': ['x = json.dumps(a)\n', "x = int('1')\n", 'def f():\n    a = 1\n    return int(a)\n'],
  'weak-hash': ['x = hashlib.md5(a)\n', 'x = sha256(a)\n'],
  'insecure-random': ['x = random.choice(a)\n', 'x = os.getpid()\n'],
  'insecure-temporary-file': ['x = tempfile.mktemp()\n', 'x = tempfile.TemporaryFile()\n'],
  'sql-injection': [
    "a.execute('select 1')\n",
    'a.execute(b, c)\n',
    "a.execute('select ?', b)\n",
    "a.submit('%s', b)\n",
  ],
};
