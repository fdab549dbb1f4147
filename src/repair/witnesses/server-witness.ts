import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { throwIfAborted } from '../../core/errors';
import { unlessAborted } from '../../core/processes/breathe';
import type { WitnessFinding, WitnessName } from '../../records/witness';
import { findingsOf, type Told } from './findings';
import { LanguageServer, type Diagnostic, type ServerDocument, type ServerOptions } from './language-server';
import { Places, toolText } from './places';
import { WitnessError, type Witness, type WitnessInput } from './witness';

/** Settings of {@link openServerWitness}. */
export interface ServerWitnessOptions extends Omit<ServerOptions, 'roots'> {
  name: WitnessName;
  version: string;
  /**
   * Folder of the user's project: inputs below it are seen where they stand, beside their neighbours. Default: none, and
   * every input stands alone in a temporary folder.
   */
  root?: string;
  /** What a diagnostic says; undefined for one that is no finding. */
  told: (diagnostic: Diagnostic) => Omit<Told, 'place'> | undefined;
}

/** Documents that are open at once. */
const MOST_OPEN = 32;

/** Documents after which the process starts afresh: ty keeps half a megabyte of each. */
const MOST_GIVEN = 2000;

/**
 * A witness whose tool is a resident server. Texts are given to it in memory: those below the project's root under their
 * own path, all others as files of a temporary folder that stays empty. The process starts with the first batch, and
 * afresh after a failure.
 */
export async function openServerWitness(options: ServerWitnessOptions): Promise<Witness> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `trm-${options.name}-`)));
  return new ServerWitness(options, folder);
}

class ServerWitness implements Witness {
  readonly name: WitnessName;
  readonly version: string;
  private server: LanguageServer | undefined;
  /** Documents that the server has been given. */
  private given = 0;
  /** Batches wait for each other: a text that comes or goes disturbs what is under way. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: ServerWitnessOptions,
    private readonly folder: string,
  ) {
    this.name = options.name;
    this.version = options.version;
  }

  async find(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]> {
    throwIfAborted(signal);
    const turn = this.last.then(() => this.ask(files, signal));
    this.last = turn.catch(() => undefined);
    return unlessAborted(turn, signal, `the check by ${this.name}`);
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ask(files: readonly WitnessInput[], signal?: AbortSignal): Promise<WitnessFinding[][]> {
    const found: WitnessFinding[][] = [];
    const documents = files.map((file, i) => this.document(file, i));
    for (const group of groupsOf(documents)) {
      throwIfAborted(signal);
      const reports = await this.diagnose(group.map((i) => documents[i]));
      group.forEach((i, k) => (found[i] = this.findings(files[i].source, reports[k])));
    }
    return found;
  }

  private async diagnose(documents: readonly ServerDocument[]): Promise<Diagnostic[][]> {
    const { options } = this;
    try {
      this.server ??= LanguageServer.start({
        ...options,
        roots: [...(options.root ? [options.root] : []), this.folder],
      });
      const reports = await this.server.diagnose(documents);
      this.given += documents.length;
      if (this.given >= MOST_GIVEN) await this.stop();
      return reports;
    } catch (error) {
      await this.stop();
      throw new WitnessError(this.name, (error as Error).message, { cause: error });
    }
  }

  private document({ path, source }: WitnessInput, index: number): ServerDocument {
    const { root } = this.options;
    const below = root === undefined ? '' : relative(root, resolve(root, path));
    const isBelow = root !== undefined && below !== '' && !below.startsWith('..') && !isAbsolute(below);
    const place = isBelow ? join(root, below) : join(this.folder, String(index % MOST_OPEN), fileName(path));
    return { uri: pathToFileURL(place).href, text: toolText(source) };
  }

  private findings(source: string, diagnostics: readonly Diagnostic[]): WitnessFinding[] {
    const places = new Places(source, 'utf-16');
    const told = diagnostics.flatMap((diagnostic): Told[] => {
      const { start, end } = diagnostic.range;
      const one = this.options.told(diagnostic);
      if (one === undefined) return [];
      const at = { line: start.line, column: start.character };
      return [{ ...one, place: places.between(at, { line: end.line, column: end.character }) }];
    });
    return findingsOf(this.name, told);
  }

  private async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.given = 0;
    await server?.close();
  }
}

/** A name that tools take for Python's. */
export function fileName(path: string): string {
  const name = basename(path).replace(/[^\w.-]/g, '_');
  return /\.pyi?$/.test(name) ? name : 'text.py';
}

/** Indices of documents in groups that hold each URI once; versions of one file come in different groups. */
function groupsOf(documents: readonly ServerDocument[]): number[][] {
  const groups: number[][] = [];
  const seen = new Map<string, number>();
  const rounds: number[][] = [];
  documents.forEach(({ uri }, i) => {
    const round = seen.get(uri) ?? 0;
    seen.set(uri, round + 1);
    (rounds[round] ??= []).push(i);
  });
  for (const round of rounds)
    for (let at = 0; at < round.length; at += MOST_OPEN) groups.push(round.slice(at, at + MOST_OPEN));
  return groups;
}
