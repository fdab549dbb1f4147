/** The processor that a bench ran on. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** What decides how fast products are, and whether others were at work. */
export interface CpuFacts {
  cpu: string;
  /** Instruction sets that matter here, as the kernel names them. */
  flags: string[];
  cores: number;
  /** Programs that wanted to run in the last minute. */
  load: number;
}

/** Reads {@link CpuFacts} of this machine; no flags where the system does not tell them. */
export function cpuFacts(): CpuFacts {
  return { cpu: cpus()[0].model, flags: readFlags(), cores: availableParallelism(), load: loadavg()[0] };
}

function readFlags(): string[] {
  let text = '';
  try {
    text = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return [];
  }
  const found = /^flags\s*:(.*)$/m.exec(text)?.[1].split(' ') ?? [];
  return found.filter((flag) => /^(avx2|fma|avx512(f|_bf16|_vnni)|avx_vnni|amx_.*)$/.test(flag));
}
