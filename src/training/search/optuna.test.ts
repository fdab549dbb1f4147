/** Runs where Optuna is installed (`pip install -r requirements-search.txt`), and skips with that reason elsewhere. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, DataError, TrmError } from '../../core/errors';
import { pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { OptunaBridge } from './bridge';
import { createOptunaEngine } from './optuna';
import { runSweep } from './sweep';
import { DESCENT, descend, emptyJournal, searchIn } from './testing';

test('without Optuna the message says how to install it', async () => {
  await withTemporaryFolder(async (folder) => {
    // Without its site packages no Python has Optuna.
    const bare = join(folder, 'bare-python');
    await writeFile(bare, `#!/bin/sh\nexec "${pythonPath()}" -S -E "$@"\n`);
    await chmod(bare, 0o755);
    const error = (await rejection(() => createOptunaEngine(DESCENT, { python: bare }))) as ConfigError;
    assert.instance(error, ConfigError);
    assert.match(error.message, /expected Optuna in .*bare-python: No module named 'optuna'/);
    assert.match(error.hint ?? '', /pip install -r requirements-search\.txt/);
    assert.match(
      (await rejection(() => OptunaBridge.start(join(folder, 'none')))).message,
      /could not be started/,
    );
  });
});

test('what Optuna does not have is refused before it is started', async () => {
  const refused = async (change: Partial<typeof DESCENT>): Promise<string> => {
    const error = await rejection(() => createOptunaEngine({ ...DESCENT, ...change }, { python: '/none' }));
    assert.instance(error, ConfigError);
    return error.message;
  };
  assert.match(await refused({ method: 'grid' }), /walked by the own engine/);
  const normal = { distribution: 'normal', mu: 0, sigma: 1 } as const;
  assert.match(await refused({ parameters: { rate: normal } }), /rate: Optuna has no distribution normal/);
});

async function hasOptuna(): Promise<boolean> {
  const { exitCode } = await runProcess(pythonPath(), ['-c', 'import optuna'], { okCodes: [0, 1] });
  return exitCode === 0;
}

void hasOptuna().then((installed) => {
  const each = (name: string, run: () => Promise<void>): void => {
    if (installed) test(name, run);
    else test.skip(`${name} (skipped: no Optuna, see requirements-search.txt)`, run);
  };

  each('TPE with pruning finds a fast descent; cut off after any job it comes to the same end', async () => {
    const plan = { ...DESCENT, method: 'bayes' as const };
    await withTemporaryFolder(async (folder) => {
      const straight = await searchIn(join(folder, 'straight'), 'optuna');
      const { results } = straight;
      assert.is(new Set(results.map(({ trial }) => trial)).size, plan.trials);
      const rungs = [0, 1, 2].map((rung) => results.filter((result) => result.rung === rung).length);
      assert.ok(rungs[1] < rungs[0] && rungs[2] <= rungs[1] && rungs[2] > 0, `pruning: ${rungs.join(', ')}`);
      assert.ok(results.some(({ state }) => state === 'diverged'));
      assert.ok(results.every(({ parameters }) => parameters.norm === 'two'));
      for (const cut of [1, 4, results.length - 1]) {
        const engine = await createOptunaEngine(plan);
        const journal = { ...emptyJournal(plan, 'optuna'), results: results.slice(0, cut) };
        const path = join(folder, `cut-${cut}.json`);
        const resumed = await runSweep({
          journal,
          path,
          engine,
          run: (job) => Promise.resolve(descend(job)),
        });
        await engine.close();
        assert.equal(resumed.results, results);
      }
    });
  });

  each('a journal of other draws is refused, and an error in Optuna is told', async () => {
    const engine = await createOptunaEngine({ ...DESCENT, seed: 1 });
    const job = await engine.next([]);
    assert.ok(job);
    const foreign = { ...job, parameters: { ...job.parameters, rate: 0.5 }, ...descend(job) };
    const error = await rejection(() => engine.next([foreign]));
    assert.instance(error, DataError);
    assert.match(error.message, /the journal has .*"rate":0\.5/);
    await engine.close();
    const bridge = await OptunaBridge.start();
    assert.match((await rejection(() => bridge.call('ask'))).message, /Optuna: AttributeError/);
    await bridge.close();
    assert.instance(await rejection(() => bridge.call('ask')), TrmError);
  });

  test.run();
});
