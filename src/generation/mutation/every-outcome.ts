import type { Rng } from '../../core/rng';

/**
 * Runs something random once for every way its draws can come out, in order, at most `most` times. A draw of
 * {@link Rng.next} stands for four evenly spaced numbers.
 */
export function* everyOutcome<T>(run: (rng: Rng) => T, most: number): Generator<T> {
  let choices: number[] = [];
  for (let i = 0; i < most; i++) {
    const rng = new ScriptedRng(choices);
    yield run(rng);
    choices = rng.choices;
    while (choices.length > 0 && choices[choices.length - 1] + 1 >= rng.bounds[choices.length - 1])
      choices.pop();
    if (choices.length === 0) return;
    choices[choices.length - 1] += 1;
  }
}

const STEPS = 4;

/** Follows a script of choices and takes the first way after its end; keeps what was taken and out of how many. */
class ScriptedRng implements Rng {
  readonly choices: number[] = [];
  readonly bounds: number[] = [];

  constructor(private readonly script: readonly number[]) {}

  int(bound: number): number {
    const choice = this.script[this.choices.length] ?? 0;
    this.choices.push(choice);
    this.bounds.push(bound);
    return choice;
  }

  next(): number {
    return (this.int(STEPS) + 0.5) / STEPS;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick: expected at least one item, got none');
    return items[this.int(items.length)];
  }

  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.map(() => left.splice(this.int(left.length), 1)[0]);
  }

  weighted(weights: readonly number[]): number {
    const count = weights.reduce((sum, weight) => (weight > 0 ? sum + 1 : sum), 0);
    if (count === 0) throw new RangeError('weighted: expected a positive weight, got none');
    let left = this.int(count);
    return weights.findIndex((weight) => weight > 0 && left-- === 0);
  }

  fork(): Rng {
    return this;
  }

  normal(): number {
    throw new RangeError('normal numbers have no list of outcomes');
  }

  state(): never {
    throw new RangeError('a scripted stream has no state');
  }

  restore(): never {
    throw new RangeError('a scripted stream has no state');
  }
}
