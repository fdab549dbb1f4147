import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clearOutput, inNotebook, onInterrupt } from './display';
import { lineFigure } from './figures';
import { setKernelBridge, type MimeBundle } from './kernel/bridge';
import { live, plotly } from './plot';
import { notebookProgress } from './progress';
import { show } from './show';

const PLOTLY = 'application/vnd.plotly.v1+json';

/** Runs with a bridge that keeps what is displayed. */
function displayed(run: () => void): { bundle: MimeBundle; id: string | undefined }[] {
  const shown: { bundle: MimeBundle; id: string | undefined }[] = [];
  setKernelBridge({
    display: (bundle, { id } = {}) => shown.push({ bundle, id }),
    clearOutput: () => shown.splice(0),
    interruptSignal: () => new AbortController().signal,
  });
  try {
    run();
  } finally {
    setKernelBridge(undefined);
  }
  return shown;
}

/** Runs and returns what was printed. */
function printed(run: () => void): string {
  const write = process.stdout.write.bind(process.stdout);
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  try {
    run();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

const FIGURE = lineFigure([{ name: 'a', x: [1, 2], y: [3, NaN] }], { title: 'Loss' });
const PAIR = { before: 'a', after: 'b', edits: [] };

test('each kind of value has its form in a notebook', () => {
  const kind = (value: unknown): string => Object.keys(displayed(() => show(value))[0].bundle)[0];
  assert.is(kind(FIGURE), PLOTLY);
  assert.is(kind([{ a: 1 }]), 'text/html');
  assert.is(kind(new Map([['a', 1]])), 'text/html');
  assert.is(kind(PAIR), 'text/html');
  for (const plain of ['text', 5, null, undefined, [], [1, 2], { a: 1 }, { data: [1, 2] }])
    assert.is(kind(plain), 'text/plain', JSON.stringify(plain));
});

test('outside a notebook everything is plain text', () => {
  assert.not(inNotebook());
  assert.is(
    printed(() => show(FIGURE)),
    '[figure] Loss: 1 traces, 2 points\n',
  );
  assert.is(
    printed(() => show([{ a: 1 }])),
    'a\n1\n',
  );
  assert.is(
    printed(() => show(PAIR)),
    '- a\n+ b\n',
  );
  clearOutput();
});

test('a figure is plain JSON: gaps for NaN, lists for typed arrays', () => {
  const x = new Float32Array([1, 2]) as unknown as number[];
  const [{ bundle }] = displayed(() => plotly({ data: [{ type: 'scatter', x, y: [NaN, 1] }] }));
  const figure = bundle[PLOTLY] as { data: unknown[]; layout: unknown };
  assert.equal(figure.data, [{ type: 'scatter', x: [1, 2], y: [null, 1] }]);
  assert.equal(figure.layout, {});
});

test('a live figure draws at most once an interval, always at the end, under one id', () => {
  let clock = 0;
  const shown = displayed(() => {
    const curve = live(undefined, { intervalMs: 1000, now: () => clock });
    for (let step = 0; step < 100; step++) {
      curve.add({ step, loss: 1 });
      clock += 30;
    }
    curve.finish();
  });
  assert.is(shown.length, 4);
  assert.is(new Set(shown.map(({ id }) => id)).size, 1);
  const last = shown[3].bundle[PLOTLY] as { data: { x: number[] }[] };
  assert.is(last.data[0].x.length, 100);
});

test('progress bars keep one id a task and say the rate', () => {
  const shown = displayed(() => {
    const progress = notebookProgress();
    const [one, two] = [progress.start('lexing <a>', { total: 2 }), progress.start('other')];
    one.advance(2);
    one.finish();
    two.finish('done');
  });
  assert.is(new Set(shown.map(({ id }) => id)).size, 2);
  const markup = shown.map(({ bundle }) => String(bundle['text/html']));
  assert.ok(
    markup.some((html) => html.includes('lexing &lt;a&gt; 2/2 100%')),
    markup.join('\n'),
  );
});

test('outside a notebook Ctrl-C aborts the signal', () => {
  const signal = onInterrupt();
  assert.not(signal.aborted);
  process.emit('SIGINT');
  assert.ok(signal.aborted);
});

test.run();
