import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { EngineInfo } from '../../core/engine';
import { projectRoot } from '../../core/paths';
import { redactValue, type Redactor } from '../../core/text/redact';
import { runProcess } from '../../core/processes/subprocess';
import { codeIdentity } from '../../shards/manifest';
import type { Machine } from '../../stages/machine';

/** `environment.json` of a run: what would be needed to understand a difference between two machines. */
export interface Environment {
  /** ISO 8601, UTC. */
  capturedAt: string;
  host: { name: string; platform: string; release: string; arch: string };
  cpu: {
    model: string;
    /** Logical processors. */
    count: number;
    /** Vector extensions that decide speed, for example `avx2`, `avx512f`. Empty off Linux. */
    flags: string[];
  };
  /** Bytes. */
  memory: number;
  git: { commit: string | null; dirty: boolean };
  /** The TensorFlow engine, or why it did not load. */
  engine: EngineInfo | { error: string };
  node: string;
  /** Installed versions of this package's dependencies. */
  packages: Record<string, string>;
  /** Version of Python and of the tools that run notebooks. */
  python: Record<string, string>;
  /** Variables that steer the programs used, secrets redacted. */
  variables: Record<string, string>;
}

/** Variables worth recording, by prefix; everything else in the environment is nobody's business. */
const VARIABLES =
  /^(TRM_|NODE_|TF_|OMP_|ONEDNN_|MKL_|KMP_|CUDA_|NVIDIA_|LD_LIBRARY_PATH|PYTHON|JUPYTER|PAPERMILL|LANG$|LC_|TZ$|UV_THREADPOOL)/;

const VECTOR_FLAGS = /^(sse4_2|avx\d?|avx512\w*|avx_vnni|fma|f16c|bmi2|amx_\w+|asimd\w*|sve\w*|bf16)$/;

const PYTHON_TOOLS = ['papermill', 'nbconvert', 'nbclient', 'jupyterlab', 'jupyter_client', 'plotly'];

/** Reads the environment. Programs that are missing are recorded as missing, never an error. */
export async function captureEnvironment(
  { git: program, python: path }: Pick<Machine, 'git' | 'python'>,
  redact: Redactor,
): Promise<Environment> {
  const [engine, git, python] = await Promise.all([
    probeEngine(),
    codeIdentity(program),
    probePython(path),
  ]);
  const snapshot: Environment = {
    capturedAt: new Date().toISOString(),
    host: { name: hostname(), platform: platform(), release: release(), arch: arch() },
    cpu: { model: cpus()[0]?.model ?? 'unknown', count: cpus().length, flags: vectorFlags() },
    memory: totalmem(),
    git,
    engine,
    node: process.version,
    packages: packageVersions(),
    python,
    variables: Object.fromEntries(
      Object.entries(process.env)
        .filter((entry): entry is [string, string] => VARIABLES.test(entry[0]) && entry[1] !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
  return redactValue(snapshot, redact) as Environment;
}

function vectorFlags(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return (line?.[1] ?? '').split(/\s+/).filter((flag) => VECTOR_FLAGS.test(flag));
  } catch {
    return [];
  }
}

/** Asks a process of its own: loading TensorFlow costs a second and 200 MB that the caller need not carry. */
async function probeEngine(): Promise<Environment['engine']> {
  const program = `require(${JSON.stringify(join(projectRoot(), 'dist/src/core/engine.js'))})
    .loadEngine({ choice: 'native' })
    .then((info) => console.log('\\n' + JSON.stringify(info)))`;
  try {
    const { stdout } = await runProcess(process.execPath, ['-e', program], { timeoutMs: 120_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as EngineInfo;
  } catch (error) {
    return { error: (error as Error).message.split('\n')[0] };
  }
}

async function probePython(path: string): Promise<Record<string, string>> {
  const program = [
    'import json, sys, importlib.metadata as m',
    'out = {"python": sys.version.split()[0]}',
    `for name in ${JSON.stringify(PYTHON_TOOLS)}:`,
    '    try: out[name] = m.version(name)',
    '    except m.PackageNotFoundError: out[name] = "missing"',
    'print(json.dumps(out))',
  ].join('\n');
  try {
    const { stdout } = await runProcess(path, ['-I', '-c', program], { timeoutMs: 30_000 });
    return JSON.parse(stdout) as Record<string, string>;
  } catch (error) {
    return { python: `missing: ${(error as Error).message.split('\n')[0]}` };
  }
}

function packageVersions(): Record<string, string> {
  const root = projectRoot();
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    dependencies: Record<string, string>;
  };
  const installed = Object.keys(own.dependencies).map((name) => {
    try {
      const path = join(root, 'node_modules', name, 'package.json');
      return [name, (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version] as const;
    } catch {
      return [name, 'missing'] as const;
    }
  });
  return { [own.name]: own.version, ...Object.fromEntries(installed) };
}
