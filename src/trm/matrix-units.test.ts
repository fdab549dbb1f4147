import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../core/paths';

/** One line of native/testing/matrix-check.cc. */
interface Checked {
  unit: string;
  products: number;
  /** Largest error over its bound. */
  worst: number;
}

const compiler = process.env.CXX ?? 'g++';
const native = join(projectRoot(), 'native');

/** Compiles the units, those of rarer processors against emulated instructions, and runs the check on all that this processor has. */
function check(folder: string): Checked[] {
  const flags = ['-O2', '-std=c++17', '-fno-math-errno'];
  const objects: string[] = [];
  const compile = (source: string, name: string, ...more: string[]): void => {
    const object = join(folder, `${name}.o`);
    execFileSync(compiler, [...flags, ...more, '-c', join(native, source), '-o', object], { stdio: 'pipe' });
    objects.push(object);
  };
  const isas: [name: string, lanes: number, ...flags: string[]][] = [['base', 4]];
  if (process.arch === 'x64')
    isas.push(
      ['avx2', 8, '-mavx2', '-mfma'],
      ['avx512', 16, '-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma'],
    );
  const emulated = '-DTRM_EMULATE="../testing/emulated.h"';
  for (const [isa, lanes, ...more] of isas) {
    const variant = [`-DTRM_ISA=${isa}`, `-DTRM_LANES=${lanes}`];
    compile('kernels/matrix-float.cc', isa, ...variant, ...more);
    if (lanes < 16) compile('kernels/matrix-int16.cc', `int16-${isa}`, ...variant, ...more);
  }
  for (const [isa, ...more] of [['avx512'], ['avx512vnni', '-DTRM_VNNI']]) {
    const variant = [`-DTRM_ISA=${isa}`, '-DTRM_LANES=16', emulated];
    compile('kernels/matrix-int16.cc', `int16-${isa}`, ...variant, ...more);
  }
  for (const unit of ['amx', 'avx512bf16']) compile(`kernels/matrix-${unit}.cc`, unit, emulated);
  for (const name of ['product', 'pool']) compile(`kernels/${name}.cc`, name);
  compile(
    'testing/matrix-check.cc',
    'check',
    ...['AMX', 'AVX512BF16', 'AVX512VNNI'].map((name) => `-DTRM_HAS_${name}`),
  );
  const program = join(folder, 'check');
  execFileSync(compiler, [...objects, '-pthread', '-o', program], { stdio: 'pipe' });
  const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Checked);
}

test('every matrix unit is within the error bound of its sums, those of rarer processors by emulated instructions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trm-matrix-'));
  try {
    const checked = check(folder);
    const names = checked.map(({ unit }) => unit);
    const always = ['float_base', 'rounded_base', 'int16_base'];
    const emulated = ['bf16_amx', 'bf16_avx512', 'int16_avx512vnni'];
    for (const unit of [...always, ...emulated]) assert.ok(names.includes(unit), `${unit} is checked`);
    for (const { unit, products, worst } of checked) {
      assert.ok(products > 100, unit);
      assert.ok(worst > 0 && worst < 1, `${unit}: error of ${worst} bounds`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
