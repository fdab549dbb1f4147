import { realpath } from 'node:fs/promises';
import { UserError } from '../core/errors';
import type { Fix } from '../records/finding';
import { patchBytes, patchPath } from '../repair/diff';
import type { Repairer, RepairOptions } from '../repair/repairer';
import type { Document } from './documents/document';
import { openDocument } from './documents/open-document';
import { reportUnused } from './findings/ignore-comments';
import { reviewFix, wantsEdit, type Policy } from './findings/policy';
import type { ReportedFinding } from './findings/reported-finding';
import { NOTEBOOK_ENDING } from './python-files';
import { replaceContent, type ReplaceOptions } from './replace-file';
import { readSourceFile, STDIN } from './source-file';

/** A file's repair, and how to put it back. */
export interface RepairedFile {
  /** Of a notebook, `fixed` and `diff` are of its code cells, one after the other. */
  fix: Fix;
  /** What is to be reported of all tiers, in the order of `fix`, then notes, then comments that hide nothing. */
  reported: ReportedFinding[];
  /** How many findings a comment or the baseline hides. */
  hidden: number;
  /** True for standard input. */
  isStdin: boolean;
  /** True when `fix.fixed` differs from the file. */
  changed: boolean;
  /**
   * The patch from the file's bytes to those that {@link write} would write, in the file's own encoding: `git apply` takes
   * it in the working directory, or in `/` for a file that lies elsewhere. Empty when nothing changed.
   */
  patch(): Uint8Array;
  /** Writes `fix.fixed` to the file in its own encoding (see `replaceContent`); on standard input, to standard output. */
  write(options?: ReplaceOptions): void;
}

/** Settings of {@link repairFile}. */
export interface RepairFileOptions extends RepairOptions {
  /** What is neither reported nor mended. Default: nothing. */
  policy?: Policy;
  /** Name of what comes on standard input, in messages; its ending says what it is. Default `<stdin>`. */
  stdinFilename?: string;
}

/**
 * Repairs a file or notebook, or standard input when its name is `-`. Nothing is written.
 * @throws UserError when the file cannot be read, or holds what CPython would refuse to decode
 */
export async function repairFile(
  name: string,
  repairer: Repairer,
  { policy = {}, stdinFilename = '<stdin>', ...options }: RepairFileOptions,
): Promise<RepairedFile> {
  const { bytes, readOnlyBecause } = await readSourceFile(name, options.signal);
  const file = name === STDIN ? stdinFilename : name;
  const document = await openDocument(file, bytes);
  const { fix, reported, hidden } = await repairDocument(document, repairer, { ...options, policy, file });
  // git knows a symbolic link by what it points to, and refuses to look behind it.
  const real = await realpath(name).catch(() => file);
  const changed = fix.fixed !== document.text;
  const after = (): Uint8Array => (changed ? document.encode(fix.fixed) : bytes);
  const headings = file.toLowerCase().endsWith(NOTEBOOK_ENDING) ? '' : fix.diff;
  return {
    ...{ fix, reported, hidden, changed, isStdin: name === STDIN },
    patch: () =>
      patchBytes(bytes, after(), { file: file === '<stdin>' ? 'stdin' : patchPath(real), like: headings }),
    write: (settings) => {
      if (name === STDIN) process.stdout.write(after());
      else if (readOnlyBecause === null) replaceContent(name, bytes, after(), settings);
      else
        throw new UserError(
          `cannot write ${name}: ${readOnlyBecause}; nothing was written`,
          '--diff shows the patch, and `trm fix -` writes the fixed source to standard output',
        );
    },
  };
}

/** Repairs a text, and once more without the edits that are hidden, where some were found. */
async function repairDocument(
  document: Document,
  repairer: Repairer,
  { policy, ...options }: RepairOptions & { policy: Policy; file: string },
): Promise<{ fix: Fix; reported: ReportedFinding[]; hidden: number }> {
  const { text } = document;
  const repair = (wants: NonNullable<RepairOptions['wants']>): Promise<Fix> =>
    repairer.repair(text, {
      ...options,
      wants: (edit, source) => document.isEditable(source, edit.span) && wants(edit, source),
    });
  const selectedOnly = wantsEdit({ select: policy.select, ignore: policy.ignore }, new Set(), false);
  const first = await repair(selectedOnly);
  const { hidden, known, unused, reported } = reviewFix(first, text, policy);
  // What is hidden now may have been in the way of another edit.
  const fix = hidden === 0 ? first : await repair(wantsEdit(policy, known));
  const again = hidden === 0 ? reported : reviewFix(fix, text, policy).reported;
  // That the file stays broken without a hidden edit is hidden with it.
  const noted = new Set(first.notes.map(({ kind }) => kind as string));
  const shown = again.filter(({ witness, rule }) => witness !== 'parser' || noted.has(rule));
  const all = [...shown, ...reportUnused({ file: options.file, source: text }, unused)];
  return { fix, reported: all.map((finding) => ({ ...finding, ...document.place(finding.range) })), hidden };
}
