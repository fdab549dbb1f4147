import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import type { Check } from './check';

/** Instruction sets that decide the engine's speed, as `/proc/cpuinfo` names them, newest last. */
const CPU_FEATURES = ['sse4_2', 'avx', 'fma', 'avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16'];

/** Checks the Node version against package.json's `engines`. */
export function probeNode(): Check[] {
  const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const wanted = manifest.engines.node.replace(/^>=/, '');
  const fine = compareVersions(process.versions.node, wanted) >= 0;
  return [
    {
      name: 'node',
      state: fine ? 'ok' : 'missing',
      value: `${process.versions.node} (needs ${manifest.engines.node})`,
      fix: fine ? null : `install Node ${wanted} or newer`,
    },
  ];
}

/** Processor, cores, instruction sets and memory. */
export function probeProcessor(): Check[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const features = cpuFeatures(readCpuInfo());
  const fast = features.includes('avx2') || process.arch !== 'x64';
  return [
    {
      name: 'processor',
      state: 'ok',
      value: `${model}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB memory`,
      fix: null,
    },
    {
      name: 'cpu features',
      state: fast ? 'ok' : 'warning',
      value: features.join(' ') || 'unknown on this system',
      fix: fast ? null : 'a processor with AVX2 trains several times faster',
    },
  ];
}

/** The C++ compiler: needed to build the native engine, not to run a built one. */
export async function probeCompiler(): Promise<Check[]> {
  const name = process.env.CXX || 'g++';
  try {
    const { stdout } = await runProcess(name, ['--version'], { timeoutMs: 10_000 });
    return [{ name: 'compiler', state: 'ok', value: stdout.split('\n')[0], fix: null }];
  } catch {
    return [
      {
        name: 'compiler',
        state: 'warning',
        value: `no ${name}`,
        fix: 'install g++ (Debian: apt-get install g++); it is needed to build the engine, not to run it',
      },
    ];
  }
}

/** Those of the interesting features that the text of `/proc/cpuinfo` lists. */
export function cpuFeatures(cpuInfo: string): string[] {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? '';
  const present = new Set(line.trim().split(/\s+/));
  return CPU_FEATURES.filter((feature) => present.has(feature));
}

/** Sign of a - b for dotted versions; missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    // No such file outside Linux: features stay unknown, which the check says.
    return '';
  }
}
