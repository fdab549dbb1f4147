/** Programs that try to do harm, run in the sandbox: what each tries, and that the machine outside is as it was. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { processesOf, newProcessTree } from '../../src/core/processes/process-tree';
import type { SandboxLimits } from '../../src/sandbox/limits';
import { findProgram, openSandbox, type SandboxResult } from '../../src/sandbox/sandbox';
import { testWith } from './needs';

const missing = ['bwrap', 'python3'].find((name) => findProgram(name, '/usr/bin:/bin') === undefined);
const why = missing && `${missing} is not installed: apt-get install bubblewrap python3`;
const MIB = 2 ** 20;

/** Runs a Python program in the sandbox, /usr/bin's interpreter, with a host folder bound at /host. */
async function hostile(
  program: string,
  limits: Partial<SandboxLimits> = {},
  host?: string,
): Promise<SandboxResult> {
  const sandbox = await openSandbox();
  return sandbox.run({
    command: ['python3', '-I', '-c', program],
    limits: { wallSeconds: 60, ...limits },
    readOnly: new Map(host === undefined ? [] : [[host, '/host']]),
  });
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trm-hostile-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

testWith(test, 'an ordinary program runs, writes to its folder and says how it ended', why, async () => {
  const result = await hostile('open("x", "w").write("hi"); print(open("x").read()); raise SystemExit(3)');
  assert.equal([result.stdout, result.exitCode, result.killed], ['hi\n', 3, null]);
});

testWith(test, 'a fork bomb stops at the limit of processes', why, async () => {
  const result = await hostile(
    `import os, time
n = 0
try:
    while n < 500:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        n += 1
except BlockingIOError:
    pass
print(n)`,
    { processes: 20 },
  );
  assert.ok(Number(result.stdout) > 0 && Number(result.stdout) < 20, result.stdout + result.stderr);
});

testWith(test, 'a server that listens on this machine cannot be reached', why, async () => {
  let visits = 0;
  const server = createServer((socket) => {
    visits++;
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const result = await hostile(
      `import socket
try:
    socket.create_connection(("127.0.0.1", ${port}), 5)
    print("reached")
except OSError as error:
    print("refused", error.errno)`,
    );
    assert.match(result.stdout, /^refused \d+/);
    assert.is(visits, 0);
  } finally {
    server.close();
  }
});

testWith(test, "the caller's environment is not to be read", why, async () => {
  process.env.TRM_TEST_SECRET = 'do-not-tell-9f3a';
  try {
    const result = await hostile(
      `import os, glob
print(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(path, open(path, "rb").read())
    except OSError as error:
        print(path, error)`,
    );
    assert.match(result.stdout, /\/proc\/1\/environ/);
    assert.not.match(result.stdout, /do-not-tell|TRM_TEST_SECRET/);
  } finally {
    delete process.env.TRM_TEST_SECRET;
  }
});

testWith(test, 'the disk is not filled: by one file, nor by many', why, async () => {
  const result = await hostile(
    `import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
total = 0
for folder in ("/box", "/tmp", "/dev/shm"):
    written = 0
    for i in range(40):
        try:
            with open(f"{folder}/{i}", "wb", 0) as file:
                for _ in range(4):
                    written += file.write(b"x" * (1 << 20))
        except OSError:
            pass
    print(folder, written >> 20)
    total += written
print(total >> 20)`,
    { fileBytes: 2 * MIB, diskBytes: 16 * MIB },
  );
  const lines = result.stdout.trim().split('\n');
  const total = Number(lines.at(-1));
  assert.ok(total >= 16 && total <= 48, result.stdout + result.stderr);
});

testWith(test, 'nothing outside is written to, through a symbolic link or directly', why, () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'kept.txt'), 'kept');
    symlinkSync(join(folder, 'kept.txt'), join(folder, 'link'));
    const result = await hostile(
      `import os
os.symlink("/host/kept.txt", "inner")
os.symlink(${JSON.stringify(join(folder, 'kept.txt'))}, "outer")
os.symlink("/proc/1/root", "root")
for path in ("inner", "outer", "/host/kept.txt", "/host/link", "/host/new", "/usr/new", "/etc/new", "/new", "root/host/kept.txt"):
    try:
        open(path, "w").write("lost")
        print(path, "written")
    except OSError as error:
        print(path, "refused")`,
      {},
      folder,
    );
    assert.is(result.stdout.match(/refused/g)?.length, 9, result.stdout + result.stderr);
    assert.is(readFileSync(join(folder, 'kept.txt'), 'utf8'), 'kept');
    assert.not.ok(existsSync(join(folder, 'new')));
  }),
);

testWith(test, "people's files are not there to be read", why, async () => {
  const result = await hostile(
    `import os
for path in ("/etc/passwd", "/etc/shadow", "/root", "/home", ${JSON.stringify(process.cwd())}):
    print(path, os.path.exists(path))`,
  );
  assert.not.match(result.stdout, /True/);
});

testWith(test, 'nothing outside is seen or killed', why, async () => {
  const result = await hostile(
    `import os, signal
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print(len(pids))
for pid in {${process.pid}, ${process.ppid}, os.getppid()} | set(pids) - {os.getpid()}:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
print("still here")`,
  );
  assert.ok(Number(result.stdout.split('\n')[0]) <= 4, result.stdout);
  // Reached: this process was not killed.
  assert.is(result.killed, null);
});

testWith(test, 'an endless loop ends with the processor time, a sleep with the wall time', why, async () => {
  const loop = await hostile('while True: pass', { cpuSeconds: 1 });
  assert.is(loop.killed, null);
  assert.ok(loop.exitCode !== 0, String(loop.exitCode));
  const sleep = await hostile('import time; time.sleep(600)', { wallSeconds: 2 });
  assert.is(sleep.killed, 'time');
});

testWith(test, 'memory is limited', why, async () => {
  const result = await hostile(
    `try:
    bytearray(2 << 30)
    print("had")
except MemoryError:
    print("refused")`,
    { memoryBytes: 512 * MIB },
  );
  assert.is(result.stdout, 'refused\n');
});

testWith(test, 'output without end is cut off', why, async () => {
  const result = await hostile('while True: print("x" * 4096)', { outputBytes: MIB });
  assert.is(result.killed, 'output');
  assert.ok(result.stdout.length <= MIB);
});

testWith(test, 'processes that leave their session end with the sandbox', why, async () => {
  const { mark, env } = newProcessTree({});
  const sandbox = await openSandbox();
  const program = `import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print("gone")`;
  const result = await sandbox.run({ command: ['python3', '-I', '-c', program], env });
  assert.is(result.stdout, 'gone\n');
  assert.equal(processesOf(mark), []);
});

test.run();
