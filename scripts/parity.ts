/**
 * `make parity`: compares the model with the committed float64 reference, on the native engine with and without the
 * fused kernels and (forward passes) on WASM, and prints the largest relative difference of each quantity. Exit code 1
 * when one is above its tolerance.
 */
import { loadEngine, requireNativeEngine } from '../src/core/engine';
import { runProcess } from '../src/core/processes/subprocess';
import { agrees, summarize } from '../src/training/parity/compare';
import { compareNative, compareWasm, type Comparison } from '../src/training/parity/parity';

async function main(): Promise<number> {
  const { tensorflow } = await requireNativeEngine();
  // An engine is loaded once a process, so WASM computes in another one.
  const { stdout } = await runProcess(process.execPath, [__filename, 'wasm']);
  const all = [...(await compareNative()), JSON.parse(stdout) as Comparison];
  for (const { way, rows } of all)
    for (const row of rows) {
      const unit = row.unit === 'relative' ? '' : ` ${row.unit}`;
      const verdict = agrees(row) ? 'ok  ' : 'FAIL';
      console.log(
        `${verdict} ${row.difference.toExponential(2)}${unit}  ${way}: ${row.name} (${row.values} values)`,
      );
    }
  for (const { way, rows } of all) console.log(`${way}: ${summarize(rows)}`);
  const rows = all.flatMap((comparison) => comparison.rows);
  console.log(`in all on TensorFlow ${tensorflow ?? ''} and WASM: ${summarize(rows)}`);
  return rows.every(agrees) ? 0 : 1;
}

async function wasm(): Promise<number> {
  await loadEngine({ choice: 'wasm' });
  process.stdout.write(JSON.stringify(await compareWasm()));
  return 0;
}

void (process.argv[2] === 'wasm' ? wasm() : main()).then((code) => {
  process.exitCode = code;
});
