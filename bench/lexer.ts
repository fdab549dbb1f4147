/**
 * Lexer, function finder, tree and critic over a sample of the installed standard library, beside Python's own
 * `tokenize` on the same files in the same run (rounds alternate, the median counts). Times are processor time, the critic's wall time.
 *
 *   node dist/bench/lexer.js [--megabytes 3] [--rounds 3]
 *
 * The last line is JSON: mbPerSecond (ours), peerMbPerSecond, ratio (ours over the peer's), treeMbPerSecond (lexer and
 * tree), criticPerSecond (functions judged a second by one worker).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonPath } from '../src/core/paths';
import { seedStream } from '../src/core/rng';
import { runProcess } from '../src/core/processes/subprocess';
import { decodeSource } from '../src/python/tokens/codec';
import { Critic } from '../src/python/critic/critic';
import { findFunctions } from '../src/python/structure/functions';
import { lex } from '../src/python/tokens/lexer';
import { createParser, nodesOfTokens } from '../src/python/structure/tree';

const PEER = `
import io, json, sys, time, tokenize
sources = []
for path in json.load(sys.stdin):
    with tokenize.open(path) as file:
        sources.append(file.read())
start = time.process_time()
for source in sources:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        pass
print(time.process_time() - start)
`;

/** Library files drawn until they hold so many bytes; files broken on purpose left out. */
async function sampleFiles(bytes: number): Promise<string[]> {
  const script = 'import sysconfig; print(sysconfig.get_path("stdlib"))';
  const root = (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim();
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => name.endsWith('.py') && !/site-packages|lib2to3|bad|test_unicode_identifiers/.test(name),
    )
    .sort();
  const chosen: string[] = [];
  let total = 0;
  for (const name of seedStream(1, 'bench-lexer').shuffle(names)) {
    if (total >= bytes) break;
    const path = join(root, name);
    chosen.push(path);
    total += statSync(path).size;
  }
  return chosen;
}

/** Processor seconds of a piece of work: a busy machine does not slow them. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const files = await sampleFiles(Number(values.megabytes) * 1e6);
  const sources = files.map((file) => decodeSource(readFileSync(file)).text);
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  const times = { lexer: [] as number[], peer: [] as number[], tree: [] as number[] };
  const parser = await createParser();
  for (let round = 0; round < Number(values.rounds); round++) {
    times.lexer.push(seconds(() => sources.forEach((source) => lex(source))));
    const { stdout } = await runProcess(pythonPath(), ['-I', '-c', PEER], { input: JSON.stringify(files) });
    times.peer.push(Number(stdout));
    times.tree.push(
      seconds(() => {
        for (const source of sources)
          parser.withTree(source, (tree) => nodesOfTokens(tree, lex(source)).length);
      }),
    );
  }
  parser.close();
  const functions = sources
    .flatMap((source) => findFunctions(source, lex(source)))
    .filter(({ nested }) => !nested);
  const critic = await Critic.start({ workers: 1 });
  const start = performance.now();
  const verdicts = await critic.check(functions.map(({ source }) => source));
  const criticPerSecond = functions.length / ((performance.now() - start) / 1000);
  await critic.close();
  const valid = verdicts.filter((verdict) => verdict.valid).length;
  const rate = (list: readonly number[]): number => megabytes / median(list);
  console.log(
    `${files.length} files, ${megabytes.toFixed(2)} MB, ${functions.length} functions (${valid} valid)`,
  );
  console.log(`lexer            ${rate(times.lexer).toFixed(1)} MB/s`);
  console.log(`lexer and tree   ${rate(times.tree).toFixed(1)} MB/s`);
  console.log(`Python tokenize  ${rate(times.peer).toFixed(1)} MB/s`);
  console.log(`critic           ${criticPerSecond.toFixed(0)} functions/s with one worker`);
  const round = (value: number): number => Number(value.toFixed(2));
  console.log(
    JSON.stringify({
      bench: 'lexer',
      mbPerSecond: round(rate(times.lexer)),
      ratio: round(rate(times.lexer) / rate(times.peer)),
      peerMbPerSecond: round(rate(times.peer)),
      treeMbPerSecond: round(rate(times.tree)),
      criticPerSecond: Math.round(criticPerSecond),
    }),
  );
}

void main();
