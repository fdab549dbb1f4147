import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../core/paths';

/** What a front end sees of a cell. */
interface CellReply {
  output: string;
  status: string;
  ename: string | null;
}

/** A front end in a process of its own, talking to a kernel of its own. */
interface FrontEnd {
  ask<Answer>(step: object): Promise<Answer>;
  close(): Promise<void>;
}

function startFrontEnd(): FrontEnd {
  const root = projectRoot();
  const script = join(root, 'src/workbench/kernel/fixtures/client.py');
  const child = spawn(pythonPath(), [script], {
    cwd: root,
    env: { ...process.env, JUPYTER_PATH: join(root, 'jupyter') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<Answer>(step: object) {
      child.stdin.write(`${JSON.stringify(step)}\n`);
      const answer = (await answers.next()) as IteratorResult<string, undefined>;
      if (answer.done) throw new Error('the front end ended');
      return JSON.parse(answer.value) as Answer;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

const Client = suite('kernel client');
const folder = mkdtempSync(join(tmpdir(), 'trm-client-'));
let frontEnd: FrontEnd;

Client.before(() => {
  frontEnd = startFrontEnd();
});
Client.after(async () => {
  await frontEnd.close();
  rmSync(folder, { recursive: true });
});

const execute = (...cells: string[]): Promise<CellReply[]> => frontEnd.ask({ do: 'execute', cells });

Client('cells sent along with a failing one are aborted, later ones run', async () => {
  const replies = await execute(
    'console.log(1);',
    'throw new Error("no");',
    'console.log(3);',
    'console.log(4);',
  );
  assert.equal(
    replies.map(({ status, output }) => [status, output]),
    [
      ['ok', '1\n'],
      ['error', ''],
      ['aborted', ''],
      ['aborted', ''],
    ],
  );
  assert.is(replies[1].ename, 'Error');
  assert.equal(await execute('console.log(5);'), [{ output: '5\n', status: 'ok', ename: null }]);
});

Client('an interrupt aborts the signal of onInterrupt(), and the cell ends by itself', async () => {
  await execute("import { onInterrupt } from 'trm-code-repair';");
  const cell = `const signal = onInterrupt();
console.log('working');
while (!signal.aborted) await new Promise((wake) => setTimeout(wake, 10));
console.log('checkpoint written');`;
  const reply = await frontEnd.ask<CellReply>({ do: 'interrupt', cell, after: 'working' });
  assert.is(reply.status, 'ok');
  assert.match(reply.output, 'working\ninterrupting: ');
  assert.match(reply.output, 'checkpoint written\n');
});

Client('a cell without the signal is left at once; the next cell has a fresh signal', async () => {
  const cell = "console.log('waiting');\nawait new Promise(() => {});";
  const reply = await frontEnd.ask<CellReply>({ do: 'interrupt', cell, after: 'waiting' });
  assert.equal([reply.status, reply.ename], ['error', 'InterruptedError']);
  const [next] = await execute('console.log(onInterrupt().aborted);');
  assert.is(next.output, 'false\n');
});

Client('an endless loop is stopped', async () => {
  const cell = "console.log('spinning');\nfor (;;) {}";
  const reply = await frontEnd.ask<CellReply>({ do: 'interrupt', cell, after: 'spinning' });
  assert.equal([reply.status, reply.ename], ['error', 'InterruptedError']);
});

Client('completion and inspection know earlier cells and the library', async () => {
  await execute("const training = { learningRate: 0.1 };\nimport { live } from 'trm-code-repair';");
  const code = 'training.learn';
  const matches = await frontEnd.ask<string[]>({ do: 'complete', code, at: code.length });
  assert.equal(matches, ['learningRate']);
  const text = await frontEnd.ask<string>({ do: 'inspect', code: 'live', at: 2 });
  assert.match(text, 'A live figure');
});

Client('the kernel ends on request', async () => {
  assert.is(await frontEnd.ask({ do: 'shutdown' }), true);
});

Client('an orphaned kernel aborts its work and ends', async () => {
  const orphaning = startFrontEnd();
  const mark = join(folder, 'stopped');
  const cell = `import { writeFileSync } from 'node:fs';
import { onInterrupt } from 'trm-code-repair';
onInterrupt().addEventListener('abort', () => writeFileSync(${JSON.stringify(mark)}, 'stopped'));
console.log('working');
await new Promise(() => {});`;
  const pid = await orphaning.ask<number>({ do: 'orphan', cell });
  await orphaning.close();
  for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 100) await sleep(100);
  assert.not(isAlive(pid), 'the kernel has ended');
  assert.ok(existsSync(mark), 'its work was told to stop first');
  assert.is(readFileSync(mark, 'utf8'), 'stopped');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A zombie, which nobody reaped, counts as ended.
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

Client.run();
