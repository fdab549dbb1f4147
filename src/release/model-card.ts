import { stringify } from 'yaml';
import type { RepairScores } from '../evaluation/demonstration';
import { daggerOf, INTERVAL_NOTE, percentOf, shareCell, sizeCell } from '../evaluation/benchmarks/cells';
import type { Report } from '../evaluation/report';
import type { Baseline, Rate } from '../evaluation/report-parts';
import { thresholdRows } from '../evaluation/threshold-rows';
import type { Manifest } from '../records/manifest';
import type { ModelFile } from '../trm/model';
import type { ReleaseConfig } from './config';

/** What the card is made from. */
export interface CardParts {
  config: ReleaseConfig;
  model: ModelFile;
  report: Report;
  /** Manifest of the processed data: licences, counts, lineage. */
  data: Manifest;
  /** Code the release was made by; null outside a git checkout. */
  commit: string | null;
  /** What the released model did to examples/buggy.py; null when it was not tried. */
  demonstration: RepairScores | null;
}

/** `README.md` of a release: YAML header, what it is, how to use it, measured tables, data, limits. */
export function renderModelCard(parts: CardParts): string {
  return (
    [
      `---\n${stringify(header(parts))}---`,
      `# ${parts.config.name}`,
      intro(parts),
      usage(),
      measured(parts),
      data(parts),
      limits(parts),
      provenance(parts),
    ].join('\n\n') + '\n'
  );
}

function header({ config, report }: CardParts): Record<string, unknown> {
  return {
    license: config.licence.toLowerCase(),
    language: ['code'],
    library_name: 'trm-code-repair',
    tags: ['code', 'python', 'program-repair', 'tiny-recursive-model'],
    'model-index': [
      {
        name: config.name,
        results: [
          {
            task: { type: 'program-repair', name: 'Find and fix one bug in a Python function' },
            dataset: {
              type: 'trm-code-repair',
              name: 'test split (groups unseen in training)',
              split: 'test',
            },
            metrics: [
              {
                type: 'joint_accuracy',
                name: 'right place and right content',
                value: report.overall.joint.rate,
              },
              { type: 'clean_kept', name: 'clean functions left alone', value: report.cleanKept.rate },
            ],
          },
        ],
      },
    ],
  };
}

function intro({ model, report }: CardParts): string {
  const { total, core, embedding, heads } = model.parameters;
  const n = (value: number): string => value.toLocaleString('en-US');
  return `A tiny recursive model that reads one window of Python (at most ${model.model.maxTokens} program tokens) and
proposes an edit: where, how many tokens to replace, and what to write. ${n(total)} weights (core ${n(core)}, embedding
${n(embedding)}, heads ${n(heads)}), width ${model.model.width}, ${model.model.recursions} recursions of
${model.model.latentUpdates} latent updates, ${report.mainSteps} supervision steps. The model proposes; CPython's own
compiler and a check of undefined names decide what is applied.`;
}

function usage(): string {
  return `## Use

\`\`\`sh
trm fix module.py --diff --model <this folder>   # show what it would change, write nothing
trm fix module.py --model <this folder>          # apply verified fixes only
\`\`\``;
}

function measured({ report, demonstration }: CardParts): string {
  const { test, overall, cleanKept, atThreshold, baselines, latency } = report;
  const rows: [string, Rate][] = [
    ['exactly right: place and content (joint)', overall.joint],
    ['right place', overall.location],
    ['right place and span', overall.span],
    ['right content, at whatever place', overall.contentAnywhere],
    ['exactly right when told the place', overall.contentGivenPlace],
    ['bug type named right', overall.bugType],
    ['clean functions left alone', cleanKept],
    [`shown to the user (confidence > ${atThreshold.threshold.toFixed(2)}) and right`, atThreshold.found],
    [
      `right among those shown (${percentOf(test.buggy / Math.max(1, test.buggy + test.clean))} % of these functions have a bug)`,
      atThreshold.precisionOfSet,
    ],
    ['clean functions with nothing shown', atThreshold.cleanKept],
    ...baselines.flatMap(({ name, joint, cleanKept: kept }): [string, Rate][] => [
      [`baseline, ${name}: joint`, joint],
      [`baseline, ${name}: clean functions left alone`, kept],
    ]),
  ];
  const steps = report.steps.map(
    ({ supervisionSteps, accuracy }) => [`${supervisionSteps}`, accuracy.joint] as const,
  );
  const time = (value: number | null): string => (value === null ? 'not measured' : `${value.toFixed(1)} ms`);
  return `## Measured

On the test split: ${test.buggy} buggy and ${test.clean} clean functions of ${test.groups} groups (packages or modules)
that training never saw. ${INTERVAL_NOTE}
The place where CPython's parser stops is an input of the model, and of the parser-guided ranker.

${table('measure', rows)}

What a user sees at the threshold, at realistic shares of buggy functions:

${estimates(report)}

By bug family (joint), baselines beside:

${familyTable(report.byFamily, baselines)}

By supervision steps at inference (joint):

${table('steps', steps)}

Latency of one function, ${latency.n} measured: median ${time(latency.p50Milliseconds)}, p99 ${time(latency.p99Milliseconds)}
(tfjs backend "${report.model.backend}").${demonstration ? `\n\n${demonstrated(demonstration)}` : ''}`;
}

function demonstrated({ verified, shown }: RepairScores): string {
  return `Demonstration: of the ${shown.bugs.length} bugs in \`examples/buggy.py\`, written before training and never tuned to,
its verified edits mend ${verified.mended}, all edits it shows ${shown.mended}; of the file's ${shown.clean} clean functions they
change ${verified.damaged.length} and ${shown.damaged.length}. The patch is \`examples/buggy.diff\`.`;
}

function table(title: string, rows: readonly (readonly [string, Rate])[]): string {
  return [
    `| ${title} | share | 95 % interval | n | groups |`,
    '|---|---|---|---|---|',
    ...rows.map(([name, { rate, low, high, count, total, clusters }]) =>
      rate === null
        ? `| ${name} | - | - | 0 | 0 |`
        : `| ${name} | ${percent(rate)} | ${percent(low)} to ${percent(high)}${daggerOf({ clusters })} | ${count} of ${total} | ${clusters} |`,
    ),
  ].join('\n');
}

function estimates({ atThreshold }: Report): string {
  return [
    '| measure | value | 95 % interval | groups |',
    '|---|---|---|---|',
    ...thresholdRows(atThreshold).map(
      ({ measure, value, interval, clusters }) =>
        `| ${measure} | ${value} | ${interval}${daggerOf({ clusters })} | ${clusters} |`,
    ),
  ].join('\n');
}

function familyTable(byFamily: Report['byFamily'], baselines: readonly Baseline[]): string {
  return [
    `| family | n in groups | model, % | ${baselines.map(({ name }) => `${name}, %`).join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(baselines.length)}`,
    ...byFamily.map(({ family, accuracy: { joint } }) => {
      const beside = baselines.map((each) =>
        shareCell(each.byFamily.find(({ key }) => key === family)?.joint),
      );
      return `| ${[family, sizeCell(joint), shareCell(joint), ...beside].join(' | ')} |`;
    }),
  ].join('\n');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function data({ data: manifest }: CardParts): string {
  const licences = Object.entries(manifest['trm:licences'] ?? {}).sort((a, b) => b[1] - a[1]);
  const { counts } = manifest['trm:lineage'];
  const dropped = Object.entries(counts.dropped).map(([reason, count]) => `${reason} ${count}`);
  return `## Data

${counts.in} samples read, ${counts.out} rows written (clean functions repeated for balance); groups (packages, modules,
repositories) are never divided among splits. Dropped: ${dropped.join(', ') || 'none'}.
Bugs are synthetic mutants of real functions and, where the sources held a git history, fixes from it. Rows by licence
of the code:

| licence (SPDX) | rows |
|---|---|
${licences.map(([licence, count]) => `| ${licence} | ${count} |`).join('\n')}`;
}

function limits({ config, model }: CardParts): string {
  const known = [
    'Trained mostly on synthetic bugs: real bugs are more varied, and accuracy on them is lower than the tables say.',
    `It sees ${model.model.maxTokens} program tokens at a time, with the names of their file, and no comments, docstrings or other files.`,
    'One edit replaces at most 8 tokens by at most 8; larger repairs are found only as a sequence of such edits.',
    'A plausible fix has no verifier behind it but the parser and the name check: read it before applying it.',
    ...(config.storage === 'float32'
      ? []
      : [`The weights are stored as ${config.storage}; the tables were measured with those of float32.`]),
    ...config.notes,
  ];
  return `## Limits\n\n${known.map((line) => `- ${line}`).join('\n')}`;
}

function provenance({ model, data: manifest, commit }: CardParts): string {
  const { hashes } = model;
  const rows = [
    ['code commit', commit ?? 'unknown'],
    ['training step', String(model.step)],
    ['seed', String(manifest['trm:lineage'].seed)],
    ['dataset manifest', hashes.dataset],
    ['tokenizer', hashes.tokenizer],
    ['closed vocabulary', hashes.vocabulary],
    ['taxonomy', hashes.taxonomy],
  ];
  return `## Provenance

| what | value |
|---|---|
${rows.map(([what, value]) => `| ${what} | \`${value}\` |`).join('\n')}

\`manifest.json\` holds the SHA-256 of every file here.`;
}
