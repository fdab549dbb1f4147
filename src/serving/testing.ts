/** A model for tests of the command line, trained for seconds: it knows three bugs by heart. */
import { writeTrainedModel, type Lesson } from '../repair/testing';

/** Code that the lesson's model leaves alone. */
export const FIXED = `"""Three functions; the model of this test knows one bug of each by heart."""


def smallest(values):
    best = values[0]
    for value in values:
        if value < best:  # the first one wins
            best = value
    return best


def total(prices):
    amount = 0
    for price in prices:
        amount += price
    return amount


def is_even(number):
    if number % 2 == 0:
        return True
    return False
`;

const BUGS: readonly [right: string, wrong: string, bugType: string][] = [
  ['if number % 2 == 0:', 'if number % 2 == 0', 'missing-colon'],
  ['return amount', 'return amont', 'misspelled-name'],
  ['if value < best:', 'if value > best:', 'wrong-comparison-operator'],
];

/** The code with all three bugs. */
export const BUGGY = BUGS.reduce((text, [right, wrong]) => text.replace(right, wrong), FIXED);

/** Mended where a verifier saw the bug; the comparison is only plausible. */
export const VERIFIED = FIXED.replace(BUGS[2][0], BUGS[2][1]);

/** Writes the folder of the model. */
export async function writeLessonModel(folder: string): Promise<void> {
  const lessons: Lesson[] = BUGS.map(([right, wrong, bugType]) => ({
    buggy: FIXED.replace(right, wrong),
    fixed: FIXED,
    bugType,
  }));
  await writeTrainedModel(folder, lessons, { code: FIXED });
}
