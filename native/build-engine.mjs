#!/usr/bin/env node
// Builds the native engine: @tensorflow/tfjs-node-gpu's own C++ binding, linked to the TensorFlow libraries that
// PyPI's wheel carries (the libtensorflow that the npm package would download is years old and needs a host that
// is often out of reach). Everything large lives in .engine/ (or TRM_ENGINE_DIR), so `npm ci` does not lose it.
//
//   node native/build-engine.mjs [--engine cpu|cuda] [--check]
//
// --check says whether the engine in node_modules is complete and of the asked kind; exit code 1 if not.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addonHome, engineHome, install, kernelHome, packageHome, python, root } from './places.mjs';

const TENSORFLOW = '2.21.0';
// Any CPython works as a donor: only the C libraries are taken from the wheel.
const WHEEL_PYTHON = '311';
const WHEELS = { cpu: 'tensorflow_cpu', cuda: 'tensorflow' };
// CUDA user-space libraries of `tensorflow[and-cuda]` 2.21.0; the driver's libcuda.so.1 comes from the host.
const CUDA_WHEELS = {
  'nvidia-cublas-cu12': '12.9.3.13',
  'nvidia-cuda-cupti-cu12': '12.9.79',
  'nvidia-cuda-nvcc-cu12': '12.9.86',
  'nvidia-cuda-nvrtc-cu12': '12.9.86',
  'nvidia-cuda-runtime-cu12': '12.9.79',
  'nvidia-cudnn-cu12': '9.28.0.42',
  'nvidia-cufft-cu12': '11.4.1.4',
  'nvidia-curand-cu12': '10.3.10.19',
  'nvidia-cusolver-cu12': '11.7.5.82',
  'nvidia-cusparse-cu12': '12.5.10.65',
  'nvidia-nccl-cu12': '2.32.3',
  'nvidia-nvjitlink-cu12': '12.9.86',
};
// The only headers the binding includes; the wheel's whole include tree is 430 MB.
const HEADER_FOLDERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/'];
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const say = (text) => console.log(`engine: ${text}`);
const fail = (text) => {
  console.error(`engine: ${text}`);
  process.exit(1);
};

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

const kind = option('engine', process.env.ENGINE || 'cpu');
if (!(kind in WHEELS)) fail(`ENGINE must be cpu or cuda, got "${kind}"`);
const libraryHome = join(engineHome, `${WHEELS[kind]}-${TENSORFLOW}-${process.arch}`);
// Node's C API is stable across versions, so its published headers serve every Node.
const nodeHeaders = createRequire(join(root, 'package.json'))('node-api-headers').include_dir;
const bindingPath = join(addonHome, 'tfjs_binding.node');

function isComplete() {
  return isBindingComplete() && (process.env.TRM_KERNELS === 'off' || areKernelsCurrent());
}

function isBindingComplete() {
  const link = join(packageHome, 'deps', 'lib', LIBRARIES[0]);
  try {
    return (
      existsSync(bindingPath) &&
      existsSync(join(addonHome, 'quiet_log.node')) &&
      existsSync(link) &&
      readlinkSync(link) === join(libraryHome, 'tensorflow', LIBRARIES[0])
    );
  } catch {
    return false;
  }
}

/** Platform tags of wheels that run here: pip matches a tag exactly, so every glibc up to 2.28 is named. */
function wheelPlatforms() {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const glibc = Array.from({ length: 24 }, (_, i) => `manylinux_2_${28 - i}_${machine}`);
  return [...glibc, `manylinux2014_${machine}`, `manylinux2010_${machine}`, `manylinux1_${machine}`];
}

/** Downloads wheels with pip and unpacks the named members with Python's own zip reader. */
function fetchWheels(wheels, wanted, target) {
  const folder = mkdtempSync(join(engineHome, 'download-'));
  try {
    for (const [name, version] of Object.entries(wheels)) {
      const spec = `${name}==${version}`;
      say(`downloading ${spec}`);
      execFileSync(
        python,
        [
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          '--python-version',
          WHEEL_PYTHON,
          ...wheelPlatforms().flatMap((platform) => ['--platform', platform]),
          '--dest',
          folder,
          spec,
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
    }
    const unzip = [
      'import sys, zipfile, glob, re',
      'for wheel in glob.glob(sys.argv[1] + "/*.whl"):',
      '    with zipfile.ZipFile(wheel) as archive:',
      '        archive.extractall(sys.argv[2], [n for n in archive.namelist() if re.match(sys.argv[3], n)])',
    ].join('\n');
    execFileSync(python, ['-c', unzip, folder, target, wanted], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function installLibraries() {
  if (existsSync(join(libraryHome, 'COMPLETE'))) return;
  mkdirSync(engineHome, { recursive: true });
  const staging = mkdtempSync(join(engineHome, 'staging-'));
  const cleanUp = () => rmSync(staging, { recursive: true, force: true });
  process.once('exit', cleanUp);
  const headers = HEADER_FOLDERS.map((folder) => `tensorflow/include/${folder}`).join('|');
  fetchWheels({ [WHEELS[kind]]: TENSORFLOW }, `(tensorflow/(${LIBRARIES.join('|')})$)|(${headers})`, staging);
  if (kind === 'cuda') fetchWheels(CUDA_WHEELS, 'nvidia/', staging);
  writeFileSync(join(staging, 'COMPLETE'), `${TENSORFLOW}\n`);
  rmSync(libraryHome, { recursive: true, force: true });
  renameSync(staging, libraryHome);
  say(`TensorFlow ${TENSORFLOW} (${kind}) unpacked in ${libraryHome}`);
}

/** Compiles one addon into lib/napi-v8 of the package, or takes the one compiled earlier from the same sources. */
function buildAddon(name, sources, flags) {
  const identity = createHash('sha256').update(`${libraryHome} ${flags.join(' ')}\n`);
  for (const source of sources) identity.update(readFileSync(source));
  const cached = join(engineHome, `${name}-${identity.digest('hex').slice(0, 16)}.node`);
  if (!existsSync(cached)) {
    const compiler = process.env.CXX || 'g++';
    say(`compiling ${name} with ${compiler}`);
    const base = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-w', `-I${nodeHeaders}`];
    try {
      execFileSync(compiler, [...base, ...sources, '-o', `${cached}.tmp`, ...flags], { stdio: 'inherit' });
    } catch (error) {
      fail(
        `the compiler failed (${error.message.split('\n')[0]}); a C++17 compiler is needed, CXX chooses another one`,
      );
    }
    renameSync(`${cached}.tmp`, cached);
  }
  install(cached, join(addonHome, `${name}.node`));
}

const kernelFlags = ['-fPIC', '-O3', '-std=c++17', '-fno-math-errno', '-fno-trapping-math'];
/** Compiled once for each of the variants below; the addon picks one when it is loaded. */
const kernelSources = ['numeric', 'matrix-float', 'matrix-int16'];
const kernelVariants = {
  x64: [
    ['base', 4, []],
    ['avx2', 8, ['-mavx2', '-mfma']],
    ['avx512', 16, ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma']],
  ],
  arm64: [['base', 4, []]],
};

/** Units where the compiler knows their instructions (name, source, flags); the addon looks whether the processor does. */
const optionalUnits = {
  x64: [
    ['amx', 'matrix-amx', ['-mamx-tile', '-mamx-bf16', '-mavx512f', '-mavx512bw', '-mavx512vl']],
    ['avx512bf16', 'matrix-avx512bf16', ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512bf16']],
    [
      'avx512vnni',
      'matrix-int16',
      [
        '-DTRM_ISA=avx512vnni',
        '-DTRM_LANES=16',
        '-DTRM_VNNI',
        '-mavx512f',
        '-mavx512dq',
        '-mavx512bw',
        '-mavx512vl',
        '-mfma',
        '-mavx512vnni',
      ],
    ],
  ],
  arm64: [],
};

/** Names the sources and flags of the fused kernels, so that another version is compiled anew. */
function kernelIdentity() {
  const identity = createHash('sha256').update(
    JSON.stringify([libraryHome, kernelFlags, kernelVariants, optionalUnits]),
  );
  for (const name of readdirSync(kernelHome).sort())
    identity.update(name).update(readFileSync(join(kernelHome, name)));
  return identity.digest('hex').slice(0, 16);
}

const kernelAddon = join(addonHome, 'trm_kernels.node');
const kernelMark = join(addonHome, 'trm_kernels.id');

function areKernelsCurrent() {
  return (
    existsSync(kernelAddon) && existsSync(kernelMark) && readFileSync(kernelMark, 'utf8') === kernelIdentity()
  );
}

/** Compiles native/kernels for every instruction set and links one addon. */
function compileKernels(output) {
  const compiler = process.env.CXX || 'g++';
  const library = join(libraryHome, 'tensorflow');
  const folder = mkdtempSync(join(engineHome, 'kernels-'));
  try {
    const objects = [];
    const compile = (source, name, flags, stdio = 'inherit') => {
      const object = join(folder, `${name}.o`);
      execFileSync(compiler, [...kernelFlags, ...flags, '-c', join(kernelHome, source), '-o', object], {
        stdio,
      });
      objects.push(object);
    };
    for (const [isa, lanes, flags] of kernelVariants[process.arch])
      for (const source of kernelSources)
        compile(`${source}.cc`, `${source}-${isa}`, [`-DTRM_ISA=${isa}`, `-DTRM_LANES=${lanes}`, ...flags]);
    const units = optionalUnits[process.arch].filter(([name, source, flags]) => {
      try {
        compile(`${source}.cc`, name, flags, 'ignore');
        return true;
      } catch {
        say(
          `${compiler} does not know ${name}: on processors that have it bf16 or int16 products are slower than they could be`,
        );
        return false;
      }
    });
    compile(
      'cpu.cc',
      'cpu',
      units.map(([name]) => `-DTRM_HAS_${name.toUpperCase()}`),
    );
    for (const name of ['product', 'core', 'core-gradient', 'pool', 'blocks'])
      compile(`${name}.cc`, name, []);
    for (const name of ['ops', 'matrix-ops', 'core-ops', 'addon'])
      compile(`${name}.cc`, name, [`-I${nodeHeaders}`, `-I${join(library, 'include')}`, '-DNAPI_VERSION=8']);
    const framework = join(library, LIBRARIES[1]);
    const link = ['-shared', '-pthread', ...objects, framework, `-Wl,-rpath,${library}`];
    execFileSync(compiler, [...link, '-o', `${output}.tmp`], { stdio: 'inherit' });
    renameSync(`${output}.tmp`, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The fused kernels. The engine works without them, so a compiler that cannot make them is no error. */
function buildKernels() {
  const id = kernelIdentity();
  const cached = join(engineHome, `trm_kernels-${id}.node`);
  try {
    if (!existsSync(cached)) {
      say('compiling the fused kernels');
      compileKernels(cached);
    }
    install(cached, kernelAddon);
    // By rename, too: work trees may share files by hard links.
    writeFileSync(`${kernelMark}.tmp`, id);
    renameSync(`${kernelMark}.tmp`, kernelMark);
  } catch (error) {
    rmSync(kernelAddon, { force: true });
    console.error(
      `engine: WARNING: the fused kernels could not be compiled (${error.message.split('\n')[0]}). ` +
        'Everything works without them, but training takes about twice as long. GCC 12 or newer is needed; CXX chooses the compiler.',
    );
  }
}

function buildAddons() {
  const library = join(libraryHome, 'tensorflow');
  const binding = join(packageHome, 'binding');
  const sources = readdirSync(binding).filter((name) => name.endsWith('.cc'));
  buildAddon(
    'quiet_log',
    [join(root, 'native', 'quiet-log.cc')],
    [`-DTENSORFLOW_FRAMEWORK="${join(library, LIBRARIES[1])}"`],
  );
  buildAddon(
    'tfjs_binding',
    sources.sort().map((name) => join(binding, name)),
    [
      `-I${packageHome}`,
      `-I${join(library, 'include')}`,
      ...LIBRARIES.map((name) => join(library, name)),
      // The wheel's libraries look for CUDA relative to themselves, so the path must be theirs and no link's.
      `-Wl,-rpath,${library}`,
    ],
  );
}

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  try {
    lstatSync(path);
    rmSync(path);
  } catch {
    // nothing there yet
  }
  symlinkSync(target, path);
}

if (process.platform !== 'linux')
  fail(
    `the native engine is built on Linux (x64, arm64); this is ${process.platform}. Inference runs on the WASM backend without it.`,
  );
if (process.argv.includes('--check')) process.exit(isComplete() ? 0 : 1);
if (isComplete()) {
  say(`${kind} engine is in place`);
} else if (isBindingComplete()) {
  buildKernels();
} else {
  try {
    installLibraries();
  } catch (error) {
    fail(
      `TensorFlow could not be fetched: ${error.message.split('\n')[0]}. Is the Python package registry within reach?`,
    );
  }
  buildAddons();
  buildKernels();
  for (const name of LIBRARIES)
    link(join(libraryHome, 'tensorflow', name), join(packageHome, 'deps', 'lib', name));
  say(`ready: ${bindingPath}`);
}
