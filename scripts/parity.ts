/**
 * `make parity`: compares the model with the committed NumPy float64 reference and prints the largest relative
 * difference of each quantity. Exit code 1 when one is above the tolerance.
 */
import { requireNativeEngine } from '../src/core/engine';
import { compareWithReference, PARITY_TOLERANCE } from '../src/training/parity';

async function main(): Promise<number> {
  const { backend, tensorflow } = await requireNativeEngine();
  const rows = await compareWithReference();
  for (const { name, difference, values } of rows) {
    const verdict = difference <= PARITY_TOLERANCE ? 'ok  ' : 'FAIL';
    console.log(`${verdict} ${difference.toExponential(2)}  ${name} (${values} values)`);
  }
  const worst = Math.max(...rows.map(({ difference }) => difference));
  const failed = rows.filter(({ difference }) => !(difference <= PARITY_TOLERANCE)).length;
  console.log(
    `${rows.length} quantities on ${backend} ${tensorflow ?? ''}, largest relative difference ${worst.toExponential(2)}, ` +
      `tolerance ${PARITY_TOLERANCE}: ${failed} failed`,
  );
  return failed > 0 ? 1 : 0;
}

void main().then((code) => {
  process.exitCode = code;
});
