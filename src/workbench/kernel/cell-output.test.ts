import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { CellOutput } from './cell-output';

const PLOTLY = 'application/vnd.plotly.v1+json';

type Message = [type: string, content: Record<string, unknown>];

/** What a client shows after the messages: streams joined where they follow each other, displays replaced by id. */
function shown(messages: readonly Message[]): string[] {
  let outputs: { id?: string; text: string; stream?: string }[] = [];
  let clearFirst = false;
  for (const [type, content] of messages) {
    const { display_id: id } = (content.transient ?? {}) as { display_id?: string };
    const data = content.data as Record<string, unknown> | undefined;
    if (type === 'clear_output') {
      if (content.wait) clearFirst = true;
      else outputs = [];
      continue;
    }
    if (type === 'update_display_data') {
      for (const output of outputs) if (output.id === id) output.text = String(Object.values(data!)[0]);
      continue;
    }
    if (clearFirst) outputs = [];
    clearFirst = false;
    const last = outputs.at(-1);
    if (type === 'stream' && last && last.stream === content.name) last.text += String(content.text);
    else if (type === 'stream') outputs.push({ stream: String(content.name), text: String(content.text) });
    else outputs.push({ id, text: String(Object.values(data!)[0]) });
  }
  return outputs.map(({ text }) => text);
}

function record(): { output: CellOutput; messages: Message[] } {
  const messages: Message[] = [];
  const output = new CellOutput((type, content) => messages.push([type, content as Record<string, unknown>]));
  return { output, messages };
}

test('no text is lost and none changes place, whatever the order of streams', () => {
  const rng = seedStream(7, 'cell-output');
  for (let round = 0; round < 50; round++) {
    const { output, messages } = record();
    const expected: string[] = [];
    let lastStream = '';
    for (let i = 0; i < 100; i++) {
      const stream = rng.next() < 0.5 ? 'stdout' : 'stderr';
      const text = `${i} `.repeat(rng.next() < 0.02 ? 40_000 : 1);
      output.write(stream, text);
      if (stream === lastStream) expected[expected.length - 1] += text;
      else expected.push(text);
      lastStream = stream;
    }
    output.flush();
    assert.equal(shown(messages), expected);
  }
});

test('many writes become few messages, the first is sent at once, the last without a flush', async () => {
  const { output, messages } = record();
  output.write('stdout', 'first\n');
  assert.is(messages.length, 1);
  for (let i = 0; i < 10_000; i++) output.write('stdout', `${i}\n`);
  await sleep(150);
  assert.ok(messages.length < 10, `${messages.length} messages`);
  assert.match(shown(messages)[0], /9999\n$/);
});

test('a display with a known id is replaced in its place', () => {
  const { output, messages } = record();
  output.display({ 'text/html': '10 %' }, { id: 'bar' });
  output.write('stdout', 'text');
  output.display({ 'text/html': '20 %' }, { id: 'bar' });
  assert.equal(shown(messages), ['20 %', 'text']);
});

test('a new Plotly figure of a known id redraws the cell, other outputs included', () => {
  const { output, messages } = record();
  output.display({ [PLOTLY]: 'first figure' }, { id: 'curve' });
  output.write('stdout', 'a');
  output.display({ 'text/html': 'bar' }, { id: 'bar' });
  output.write('stdout', 'b');
  output.display({ [PLOTLY]: 'second figure' }, { id: 'curve' });
  output.write('stdout', 'c');
  output.flush();
  assert.equal(shown(messages), ['second figure', 'a', 'bar', 'bc']);
  const updates = messages.filter(([type]) => type === 'update_display_data');
  assert.is(updates.length, 0, 'a Plotly output ignores updates');
});

test('clearing forgets what was shown', () => {
  const { output, messages } = record();
  output.display({ [PLOTLY]: 'old' }, { id: 'curve' });
  output.clear(true);
  output.display({ [PLOTLY]: 'new' }, { id: 'curve' });
  assert.equal(shown(messages), ['new']);
});

test('a display of an earlier cell is updated, not added', () => {
  const { output, messages } = record();
  output.update({ 'text/html': 'later' }, { id: 'elsewhere' });
  assert.equal(
    messages.map(([type]) => type),
    ['update_display_data'],
  );
});

test.run();
