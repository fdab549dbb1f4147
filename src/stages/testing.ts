/** Helpers of tests; nothing else imports this file. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../core/processes/subprocess';
import { Machine } from './machine';

/** The machine of a test file's stages. It need not be closed: its processes end with the test's. */
export const testMachine = new Machine();

/** A program that writes down how it is called. */
export interface Recorder {
  path: string;
  /** So far: of each call the id of its process and its arguments, joined by spaces. */
  calls: () => Promise<{ pid: number; args: string }[]>;
}

/**
 * Makes a script that writes down its arguments and goes on as another program.
 * @param folder an existing folder, for the script and its log
 * @param program absolute path
 * @param unless a file: while it is there the script fails
 */
export async function recorder(folder: string, program: string, unless = ''): Promise<Recorder> {
  const path = join(folder, `recorded-${program.replace(/\W+/g, '-')}`);
  const log = `${path}.log`;
  const lines = ['#!/bin/sh', `[ -e "${unless}" ] && exit 1`, `echo "$$ $*" >> "${log}"`];
  await writeFile(path, `${lines.join('\n')}\nexec "${program}" "$@"\n`);
  await chmod(path, 0o755);
  const calls = async (): ReturnType<Recorder['calls']> => {
    const text = existsSync(log) ? await readFile(log, 'utf8') : '';
    return [...text.matchAll(/^(\d+) (.*)$/gm)].map(([, pid, args]) => ({ pid: Number(pid), args }));
  };
  return { path, calls };
}

/** Absolute path of a program on PATH. */
export async function whereIs(program: string): Promise<string> {
  return (await runProcess('/bin/sh', ['-c', 'command -v "$0"', program])).stdout.trim();
}
