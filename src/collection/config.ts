import { z } from 'zod';
import { TIERS } from '../records/mined-fix';

/** Version of the collect stage's code; raised when the same config would give other samples. */
export const COLLECT_VERSION = 6;

/** Path patterns of tests; see {@link matchesPath} for their form. */
export const TEST_PATTERNS = [
  'test',
  'tests',
  'testing',
  'test_*.py',
  '*_test.py',
  '*_tests.py',
  'conftest.py',
] as const;

/** Default of `exclude`: other people's code, documentation, examples, generated and legacy code. */
export const DEFAULT_EXCLUDE = [
  'site-packages',
  'dist-packages',
  'node_modules',
  '__pycache__',
  '.*',
  'vendor',
  'vendored',
  '_vendor',
  'third_party',
  'doc',
  'docs',
  'example',
  'examples',
  'migrations',
  'idlelib',
  'lib2to3',
  'turtledemo',
  'pydoc_data',
];

const name = z.string().regex(/^[A-Za-z0-9._/-]+$/, 'expected letters, digits, ".", "_", "-" and "/"');

const common = {
  /** Name of the source, as it stands in samples (`origin.repo`, `group`). Null: `cpython` or the folder's name. */
  name: name.nullable().default(null),
  /** SPDX id of everything in the source. Null: read from its licence file, `NOASSERTION` when unsure. */
  licence: z.string().min(1).nullable().default(null),
  /**
   * Its repository, `https://<host>/<owner>/<name>`; a project's package, history and forks go to one split by it. Null: read
   * from the package's metadata or from the folder's git remotes.
   */
  url: z
    .string()
    .regex(/^(?:https:\/\/|pkg:pypi\/)\S+$/, 'expected https://<host>/<owner>/<name>')
    .nullable()
    .default(null),
  /** Paths left out: a pattern without `/` fits any part of the path, one with `/` fits from the root; `*`, `**`, `?`, `[ab]` and `{a,b}` as in shells. */
  exclude: z.array(z.string().min(1)).default(DEFAULT_EXCLUDE),
  /** True: take tests too. */
  includeTests: z.boolean().default(false),
};

/** A folder of Python files: its functions become clean samples. */
export const folderSourceSchema = z.strictObject({
  kind: z.literal('folder'),
  /** A folder, or `python:stdlib` for the standard library of the project's Python. */
  path: z.string().min(1).default('python:stdlib'),
  ...common,
  /** `top_level`: a group for each module or package below the root; `source`: one group in all. */
  groupBy: z.enum(['top_level', 'source']).default('top_level'),
  /** Most functions taken, from files in seeded random order. Null: all. */
  maxFunctions: z.int().positive().nullable().default(null),
});
/** A value of {@link folderSourceSchema}. */
export type FolderSource = z.infer<typeof folderSourceSchema>;

/** A published package, one exact version: its functions become clean samples. Its code is never run. */
export const packageSourceSchema = z.strictObject({
  kind: z.literal('package'),
  /** `name==version`. Taken from the project's Python where it is installed, else downloaded, once. */
  package: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+_-]+$/, 'expected name==version'),
  ...common,
  /** `top_level`: a group for each module or package below the root; `source`: one group in all. */
  groupBy: z.enum(['top_level', 'source']).default('top_level'),
  /** Most functions taken, from files in seeded random order. Null: all. */
  maxFunctions: z.int().positive().nullable().default(null),
});
/** A value of {@link packageSourceSchema}. */
export type PackageSource = z.infer<typeof packageSourceSchema>;

/** The history of a local git repository: its fix commits become samples with a before and an after. */
export const gitSourceSchema = z.strictObject({
  kind: z.literal('git'),
  /** A repository (bare or not), or `demo` for the small history of this project's own demo package. */
  path: z.string().min(1).default('demo'),
  ...common,
  /** Commit, branch or tag whose ancestors are read. */
  revision: z.string().min(1).default('HEAD'),
  /** Commits that change more files are left out. */
  maxFiles: z.int().positive().default(5),
  /** Commits that add and delete more lines together are left out. */
  maxLines: z.int().positive().default(100),
  /** Fixes whose smallest single edit removes or writes more tokens are left out. */
  maxEditTokens: z.int().positive().default(20),
  /** Most fixes taken, newest first. Null: all. */
  maxFixes: z.int().positive().nullable().default(null),
});
/** A value of {@link gitSourceSchema}. */
export type GitSource = z.infer<typeof gitSourceSchema>;

/**
 * Mined fixes with their whole files, as `real-files` and `real-syntax` publish them (docs/DATA.md has the fields): each becomes a
 * sample with a before and an after, and its mended form a clean one.
 */
export const pairsSourceSchema = z.strictObject({
  kind: z.literal('pairs'),
  /**
   * `real-files` or `real-syntax`, folders of `TRM_DATA_DIR`; else a file (`.parquet`, `.jsonl`, `.jsonl.gz`) or a folder
   * of files `train*` and `dev*`.
   */
  path: z.string().min(1).default('real-files'),
  name: common.name,
  /** SPDX id of all of them. Null: each record's own. */
  licence: common.licence,
  /** Repository of all of them. Null: projects are told by the records' repositories. */
  url: common.url,
  /** `training` refuses files of the dev split and leaves out rows of the projects that judge; `evaluation` reads the dev files. */
  purpose: z.enum(['training', 'evaluation']).default('training'),
  /**
   * `forward`: from the bug to its fix. `reversed`: from the fixed function to the buggy one, what a breaker learns from; the
   * clean function beside each fix is left out, since it is the one to be broken. See {@link checkDirections}.
   */
  direction: z.enum(['forward', 'reversed']).default('forward'),
  /** Tiers that are taken; records without one always are. */
  tiers: z.array(z.enum(TIERS)).min(1).default(['A', 'B']),
  /** True: records whose commit changed more of the file are left out. */
  onlyThisChange: z.boolean().default(false),
  /** Fixes whose smallest single edit removes or writes more tokens are left out. */
  maxEditTokens: z.int().positive().default(20),
  /** Most fixes taken, in the order of the files. Null: all. */
  maxFixes: z.int().positive().nullable().default(null),
});
/** A value of {@link pairsSourceSchema}. */
export type PairsSource = z.infer<typeof pairsSourceSchema>;

/**
 * Refuses reversed fixes beside others: what was trained on both would learn to plant the bugs that it is to mend. None of
 * them may judge either.
 */
function checkDirections(
  sources: readonly { kind: string; direction?: string; purpose?: string }[],
  context: z.RefinementCtx,
): void {
  if (!sources.some(({ direction }) => direction === 'reversed')) return;
  sources.forEach(({ kind, direction, purpose }, i) => {
    const message =
      kind === 'git' || direction === 'forward'
        ? 'expected no fixes beside reversed ones, which are for a breaker alone'
        : purpose === 'evaluation'
          ? 'expected purpose training: reversed fixes judge nothing'
          : null;
    if (message !== null) context.addIssue({ code: 'custom', path: [i], message });
  });
}

/** Config of the collect stage; `{}` reads the standard library and the demo history. */
export const collectConfigSchema = z.strictObject({
  sources: z
    .array(
      z.discriminatedUnion('kind', [
        folderSourceSchema,
        packageSourceSchema,
        gitSourceSchema,
        pairsSourceSchema,
      ]),
    )
    .min(1)
    .superRefine(checkDirections)
    .prefault([{ kind: 'folder' }, { kind: 'git' }]),
  /** Functions with fewer program tokens are left out. */
  minTokens: z.int().positive().default(12),
  /** Functions with more program tokens are left out. */
  maxTokens: z.int().positive().default(512),
  /** Files with more bytes are left out. */
  maxFileBytes: z.int().positive().default(1_000_000),
  /** Rows of a sample shard. */
  rowsPerShard: z.int().positive().default(10_000),
  /** Python processes that check whether code parses. */
  criticWorkers: z.int().positive().max(64).default(1),
});
/** A value of {@link collectConfigSchema}. */
export type CollectConfig = z.infer<typeof collectConfigSchema>;
