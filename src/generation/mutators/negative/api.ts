/** Code that the mutators of family api for the standard library must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-default': [
    "x = getattr(a, 'b')\n",
    'x = a.pop(0, b)\n',
    "x = a.get('b', None)\n",
    "x = a.get('b', False)\n",
    'x = requests.get(url, options)\n',
    'x = max(a, b)\n',
    "x = self.getattr(a, 'b', c)\n",
  ],
  'wrong-logging-arguments': [
    "logger.info('done')\n",
    "logger.info('%s' % a)\n",
    "logger.info('%s %s', a)\n",
    "logger.info('%(a)s', a)\n",
    "logger.info('%s', *a)\n",
    "parser.error('%s', a)\n",
    "logger.info('100%%', a)\n",
  ],
  'absolute-path-component': [
    "import os\nx = os.path.join(a, '/b')\n",
    "x = ','.join((a, 'b'))\n",
    "import os\nx = os.path.join('a', b)\n",
    'x = a / 2\n',
  ],
  'unguarded-attribute': [
    "x = getattr(a, 'b')\n",
    'x = getattr(a, b, None)\n',
    "x = getattr(a, 'b-c', None)\n",
    "x = getattr(self.a.b, 'c', None)\n",
    "x = getattr(f(a), 'b', None)\n",
  ],
  'local-time-for-utc': [
    'from datetime import datetime\nx = datetime.now()\n',
    'import time\nx = time.localtime()\n',
    'x = clock.utcnow()\n',
    'x = a.replace(tzinfo=None)\n',
    'from datetime import date\nx = date.today()\n',
  ],
};
