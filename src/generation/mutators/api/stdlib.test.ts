import { test } from 'uvu';
import { testForms } from '../tools/testing';

testForms('import datetime\nimport os\nimport time\nfrom pathlib import Path\ndef f(a, b):\n', {
  'missing-default': [
    ["return getattr(a, 'b', None)", "return getattr(a, 'b')"],
    ['return a.b.pop(b, None)', 'return a.b.pop(b)'],
    ['return next(c for c, d in a)'],
    ['return next((c for c in a), None)', 'return next((c for c in a))'],
    ['return max(a, default=0)', 'return max(a)'],
    ["return os.environ.get('A', '')", "return os.environ.get('A')"],
    ["return os.getenv('A', b)", "return os.getenv('A')"],
    ["return os.getenv('A', None)"],
    ["return getattr(a, '__class__', None)"],
    ['return a.get(b, [])', 'return a.get(b)'],
    ['return a.get(b, c)'],
  ],
  'wrong-logging-arguments': [
    [
      "self.log.error('no %s: %d%%', a, b)",
      "self.log.error('no %s: %d%%', a)",
      "self.log.error('no %s: %d%%', b)",
      "self.log.error('no %s: %d%%', (a, b))",
    ],
    ["logger.log(a, 'no %r', b, exc_info=True)", "logger.log(a, 'no %r', exc_info=True)"],
    ["catalog.error('no %s', a)"],
  ],
  'absolute-path-component': [
    ["return os.path.join(a, 'b', c)", "return os.path.join(a, '/b', c)"],
    ["return os.path.join(a, b + '.py')"],
    ["return Path(a) / 'b'", "return Path(a) / '/b'"],
  ],
  'unguarded-attribute': [
    ["return getattr(a, 'b', None) or b", 'return a.b or b'],
    // One token more, and the fix would not fit.
    ["return getattr(a.c, 'b', None)"],
  ],
  'local-time-for-utc': [
    ['return datetime.datetime.utcnow()', 'return datetime.datetime.now()'],
    ['return datetime.datetime.now(tz=b)', 'return datetime.datetime.now()'],
    [
      'return datetime.datetime.fromtimestamp(a, datetime.timezone.utc)',
      'return datetime.datetime.fromtimestamp(a)',
    ],
    ['return time.gmtime(a)', 'return time.localtime(a)'],
    ['return a.replace(tzinfo=utc)', 'return a'],
    ['return a.astimezone(timezone.utc)', 'return a.astimezone()'],
    ['return a.astimezone(b)'],
  ],
});

test.run();
