/** What a text is that the judging Python refuses for a reason that no edit should mend. */
import { unlessAborted } from '../../core/processes/breathe';
import { isConflictMarker } from '../../python/tokens/conflict-markers';
import { lineMap } from '../../python/tokens/positions';
import { findPythons, VersionCritics, type PythonInstallation } from '../../python/critic/pythons';
import { findRuff, versionErrors } from '../../python/critic/ruff';
import type { Token } from '../../python/tokens/token';
import type { Note, Range } from '../../records/finding';
import { lineRange } from '../ranges';
import { python2Signs } from './python2';

/** Settings of {@link Diagnoser}. */
export interface DiagnoserOptions {
  /** Version of the Python that judges, for example `3.11.7`. */
  version: string;
  /** Path of ruff; null: do not ask it. Default: the one that `findRuff` finds. */
  ruff?: string | null;
  /** Other interpreters to ask. Default: those on the search path, looked for when the first text needs it. */
  pythons?: () => Promise<readonly PythonInstallation[]>;
}

/**
 * Tells a text that is broken from one that is something else: Python 2, a newer Python, half of a merge. Owns processes
 * once it has asked other interpreters: close it.
 */
export class Diagnoser {
  private others: Promise<VersionCritics> | undefined;
  private readonly ruff: string | null;

  constructor(private readonly options: DiagnoserOptions) {
    this.ruff = options.ruff === undefined ? (findRuff() ?? null) : options.ruff;
  }

  /**
   * Why a text that the judge refuses should be left alone; null when it is simply broken.
   * @throws InterruptedError when the signal is aborted
   */
  async diagnose(source: string, tokens: readonly Token[], signal?: AbortSignal): Promise<Note | null> {
    return conflictNote(source, tokens) ?? python2Note(source, tokens) ?? this.newerPython(source, signal);
  }

  /** Ends the other interpreters. Safe to call twice. */
  async close(): Promise<void> {
    const others = await this.others?.catch(() => undefined);
    await others?.close();
  }

  private async newerPython(source: string, signal: AbortSignal | undefined): Promise<Note | null> {
    const { version } = this.options;
    const [first, ...rest] = this.ruff ? await versionErrors(this.ruff, source, version, signal) : [];
    if (first) {
      const needs = [first, ...rest]
        .map((one) => one.needs)
        .sort(byVersion)
        .at(-1) as string;
      return newerNote(version, needs, lineRange(source, first.line - 1), first.message);
    }
    // Ruff has read it and found nothing newer. Without ruff, only interpreters that are installed can tell.
    if (this.ruff) return null;
    const critics = await unlessAborted(this.newerCritics(), signal, 'the repair');
    const [reader] = (await critics.validIn([source], signal))[0];
    return reader
      ? newerNote(
          version,
          minorOf(reader),
          lineRange(source, 0),
          `Python ${reader}, which is installed, compiles it`,
        )
      : null;
  }

  private newerCritics(): Promise<VersionCritics> {
    const { version, pythons = findPythons } = this.options;
    this.others ??= pythons().then((found) =>
      VersionCritics.start(found.filter((one) => byVersion(minorOf(one.version), minorOf(version)) > 0)),
    );
    return this.others;
  }
}

function newerNote(version: string, needs: string, range: Range, because: string): Note {
  return {
    kind: 'newer-python',
    range,
    message:
      `needs Python ${needs} or newer, and CPython ${version} judges here, so nothing was changed (${because}); ` +
      'set TRM_PYTHON to an interpreter that can read it',
  };
}

function python2Note(source: string, tokens: readonly Token[]): Note | null {
  const [sign] = python2Signs(tokens);
  if (!sign) return null;
  return {
    kind: 'python-2',
    range: lineAt(source, tokens[sign.token].start),
    message: `is Python 2 (${sign.what}), so nothing was changed; convert it first, for example with 2to3 or modernize`,
  };
}

function conflictNote(source: string, tokens: readonly Token[]): Note | null {
  const marker = tokens.find((token) => isConflictMarker(token));
  if (!marker) return null;
  return {
    kind: 'merge-conflict',
    range: lineAt(source, marker.start),
    message: 'holds a merge conflict, so nothing was changed; choose one of the sides first',
  };
}

/** The line that holds an offset. */
function lineAt(source: string, offset: number): Range {
  return lineRange(source, lineMap(source).at(offset).line - 1);
}

/** `3.11.7` -> `3.11`. */
function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
