import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess } from '../core/processes/subprocess';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { Machine, withMachine } from './machine';
import { recorder, testMachine, whereIs, type Recorder } from './testing';

/** Processes of the pool that were started so far. */
const workersOf = async ({ calls }: Recorder): Promise<number[]> =>
  (await calls()).filter(({ args }) => args.includes('critic-worker.py')).map(({ pid }) => pid);

const python = (): Promise<string> => whereIs(testMachine.python);

test('all who ask share one pool of the machine, which starts when it is asked for, grows, and ends with the machine', async () => {
  await withTemporaryFolder(async (folder) => {
    const interpreter = await recorder(folder, await python());
    const machine = new Machine({ python: interpreter.path });
    assert.equal(await interpreter.calls(), []);
    const [first, second] = await Promise.all([machine.critic(), machine.critic({ workers: 2 })]);
    assert.is(first, second);
    assert.is((await workersOf(interpreter)).length, 2);
    assert.is(await machine.critic(), first);
    assert.is(await machine.critic({ workers: 3 }), first);
    const pids = await workersOf(interpreter);
    assert.is(pids.length, 3);
    assert.equal(
      (await first.check(['x = 1\n', 'x = (\n'])).map(({ valid }) => valid),
      [true, false],
    );
    await machine.close();
    await machine.close();
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/);
    assert.match((await rejection(() => machine.critic())).message, 'the machine was closed');
  });
});

test('what one stage did to the pool harms no other: lost processes are replaced, those that could not be, later', async () => {
  await withTemporaryFolder(async (folder) => {
    const flag = join(folder, 'broken');
    const interpreter = await recorder(folder, await python(), flag);
    await withMachine(
      async (machine) => {
        const critic = await machine.critic();
        const kill = async (): Promise<void> => {
          process.kill((await workersOf(interpreter)).at(-1) ?? NaN, 'SIGKILL');
          await setTimeout(200);
        };
        await kill();
        assert.equal(
          (await critic.check(['x = 1\n'])).map(({ error }) => error),
          [null],
        );
        await writeFile(flag, '');
        await kill();
        assert.match((await rejection(() => critic.check(['x\n']))).message, 'did not start');
        assert.match((await rejection(() => machine.critic())).message, 'did not start');
        await rm(flag);
        const [verdict] = await (await machine.critic()).check(['x = 1\n']);
        assert.ok(verdict.valid);
      },
      { python: interpreter.path },
    );
  });
});

test('the interpreter that is given is the one that is asked, once; a machine ends with its use', async () => {
  await withTemporaryFolder(async (folder) => {
    const interpreter = await recorder(folder, await python());
    let kept: Machine | undefined;
    const failed = await rejection(() =>
      withMachine(
        async (machine) => {
          kept = machine;
          const { path, version } = await machine.pythonFacts();
          await machine.pythonFacts();
          assert.equal([path, version], [interpreter.path, (await machine.critic()).pythonVersion]);
          throw new Error('stage failed');
        },
        { python: interpreter.path },
      ),
    );
    assert.is(failed.message, 'stage failed');
    assert.is((await interpreter.calls()).length, 2);
    assert.match((await rejection(async () => kept?.critic())).message, 'the machine was closed');
  });
  const nowhere = new Machine({ python: '/nonexistent/python' });
  const asks: (() => Promise<unknown>)[] = [() => nowhere.pythonFacts(), () => nowhere.critic()];
  for (const ask of asks) assert.match((await rejection(ask)).message, '/nonexistent/python');
});

test('a machine that nobody closed keeps no program running, and its processes end with the program', async () => {
  const module = JSON.stringify(require.resolve('./machine'));
  await withTemporaryFolder(async (folder) => {
    const interpreter = await recorder(folder, await python());
    const options = JSON.stringify({ python: interpreter.path });
    const script = `new (require(${module}).Machine)(${options}).critic({ workers: 2 }).then((c) => c.check(['x\\n']))`;
    await runProcess(process.execPath, ['-e', script], { timeoutMs: 30_000 });
    const pids = await workersOf(interpreter);
    assert.is(pids.length, 2);
    const running = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    for (let waited = 0; pids.some(running) && waited < 50; waited++) await setTimeout(100);
    assert.equal(pids.filter(running), []);
  });
});

test.run();
