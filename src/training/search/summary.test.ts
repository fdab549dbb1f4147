import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { ConfigError } from '../../core/errors';
import type { Metric } from '../../records/run';
import { finalMetric, metricInterval } from './metric';
import { bestExperiment, parameterImportance, settingFlags, trialRows } from './summary';
import { DESCENT, emptyJournal, trialResult } from './testing';

const journalOf = (results: ReturnType<typeof trialResult>[]) => ({ ...emptyJournal(DESCENT), results });

test('trials that got further stand first, then the better ones, then those that failed', () => {
  const journal = journalOf([
    trialResult(0, 0, 0.9),
    trialResult(1, 0, 0.5),
    trialResult(2, 0, null),
    trialResult(3, 0, 0.95),
    trialResult(1, 1, 0.6),
    trialResult(3, 1, null),
  ]);
  const rows = (goal: 'minimize' | 'maximize') => trialRows(journal, goal).map(({ trial }) => trial);
  assert.equal(rows('maximize'), [1, 0, 2, 3]);
  assert.equal(
    trialRows(journalOf([0.9, 0.5, 0.7].map((v, i) => trialResult(i, 0, v))), 'minimize').map(
      ({ trial }) => trial,
    ),
    [1, 2, 0],
  );
  assert.is(trialRows(journal, 'maximize')[0].budget, 30);
});

test('importance is the share of rank variance: all for the parameter that decides, little for noise', () => {
  const noise = [3, 1, 2, 2, 3, 1, 1, 3];
  const results = noise.map((n, i) =>
    trialResult(i, 0, 10 * i ** 2, { rate: i, noise: n, kind: i < 4 ? 'a' : 'b', fixed: 7 }),
  );
  const [rate, kind, other, ...rest] = parameterImportance(journalOf(results), 'maximize');
  assert.equal(rate, { name: 'rate', trials: 8, share: 1, direction: 1 });
  assert.is(kind.name, 'kind');
  // Ranks 1..8 halved in the middle: 32 of 42 between the groups.
  assert.ok(Math.abs(kind.share - 32 / 42) < 1e-12);
  assert.is(kind.direction, null);
  assert.ok(other.share < 0.1);
  assert.is(rest.length, 0, 'what did not vary has no share');
  assert.is(parameterImportance(journalOf(results), 'minimize')[0].direction, -1);
  assert.equal(parameterImportance(journalOf(results.slice(0, 3)), 'minimize'), []);
});

test('the best parameters become flags for a shell and an experiment that extends the first', () => {
  const parameters = {
    'train.optimizer.learningRate': 0.002,
    'train.bucketLengths': [8, 16],
    'train.preset': 'trm-cpu',
  };
  assert.equal(settingFlags(parameters), [
    '--set train.optimizer.learningRate=0.002',
    "--set 'train.bucketLengths=[8,16]'",
    '--set train.preset=trm-cpu',
  ]);
  const best = trialResult(4, 1, 0.5, parameters);
  const text = bestExperiment(journalOf([best]), best, '../../tiny.yaml', 'val_score');
  assert.equal(parse(text), {
    extends: '../../tiny.yaml',
    train: { optimizer: { learningRate: 0.002 }, bucketLengths: [8, 16], preset: 'trm-cpu' },
  });
  assert.match(text, /^# Trial 4 of sweep sweep-test, the best of 1: val_score 0\.5\n# at a budget of 30/);
});

const line = (values: Record<string, unknown>): Metric => ({
  step: 9,
  time: 0,
  kind: 'evaluation',
  ...values,
});

test('the metric is that of the last evaluation, with an interval where it is a share', () => {
  const last = line({
    seconds: 4,
    val_examples: 200,
    val_buggy: 100,
    val_joint: 0.4,
    val_cleanKept: 0.9,
    val_score: 0.65,
  });
  const metrics = [line({ step: 3, val_joint: 0.9 }), last, { step: 10, time: 0, kind: 'train', loss: 1 }];
  const joint = finalMetric(metrics, 'val_joint');
  assert.is(joint.value, 0.4);
  assert.is(joint.steps, 10);
  assert.is(joint.seconds, 4);
  // Wilson, 40 of 100.
  assert.ok(
    Math.abs((joint.interval?.[0] ?? 0) - 0.3094) < 1e-4 &&
      Math.abs((joint.interval?.[1] ?? 0) - 0.498) < 1e-4,
  );
  const [low, high] = metricInterval(last, 'val_score') ?? [0, 0];
  assert.ok(low > 0.585 && low < 0.6 && high > 0.69 && high < 0.71, `${low} to ${high}`);
  assert.is(metricInterval({ ...last, val_buggy: null }, 'val_joint'), null);
  assert.is(metricInterval(last, 'val_examples'), null);
  assert.is(finalMetric([line({ val_loss: null })], 'val_loss').value, null);
  assert.is(finalMetric([], 'val_loss').value, null);
  assert.throws(
    () => finalMetric(metrics, 'val_jont'),
    (error: Error) => error instanceof ConfigError && /did you mean "val_joint"/.test(error.message),
  );
});

test.run();
