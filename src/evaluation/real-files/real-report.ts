import { z } from 'zod';
import { rateSchema } from '../report-parts';
import { FIX_SLICES, TIER_GROUPS, VIEWS } from './fix-kinds';
import { REAL_SPLITS } from './real-fixes';

/** Version of `real-files.json`. */
export const REAL_REPORT_VERSION = 2;

/** Shares of fixed functions that may be called buggy where the joint figure is stated. */
export const FALSE_ALARMS = [0.01, 0.05, 0.1] as const;

/** What is measured of a group of fixes; all are shares of its fixes, those that could not be asked or written included. */
export const REAL_MEASURES = [
  'joint-at-1',
  'joint-at-5',
  'joint-at-10',
  'exact',
  'exact-top-5',
  'start-top-1',
  'start-top-5',
  'line-top-1',
  'line-top-5',
  'given-line',
  'given-line-top-5',
  'not-writable',
] as const;
/** One of {@link REAL_MEASURES}. */
export type RealMeasure = (typeof REAL_MEASURES)[number];

/** What each measure is, for tables and readers. */
export const MEASURE_TEXT: Readonly<Record<RealMeasure, string>> = {
  'joint-at-1': 'told nothing: exactly right, at 1 % false alarms',
  'joint-at-5': 'told nothing: exactly right, at 5 % false alarms',
  'joint-at-10': 'told nothing: exactly right, at 10 % false alarms',
  exact: 'told that there is a bug: exactly right',
  'exact-top-5': 'told that there is a bug: right edit in the top 5',
  'start-top-1': "place: the edit's start token is the likeliest",
  'start-top-5': "place: the edit's start token in the top 5",
  'line-top-1': "place: the edit's line is the likeliest",
  'line-top-5': "place: the edit's line in the top 5",
  'given-line': 'told the line: exactly right',
  'given-line-top-5': 'told the line: right edit in the top 5',
  'not-writable': 'a token that the model has no way to write',
};

const ceilingShareSchema = z.strictObject({
  count: z.int().nonnegative(),
  total: z.int().positive(),
});

/** A measure of a group of fixes. */
export const measureRowSchema = z.strictObject({
  measure: z.enum(REAL_MEASURES),
  rate: rateSchema,
  /** What the reading of 120 fixes says can be done, as counts; null where it says nothing. */
  ceiling: ceilingShareSchema.nullable(),
});
/** A value of {@link measureRowSchema}. */
export type MeasureRow = z.infer<typeof measureRowSchema>;

/** A threshold on the log-odds of the best edit against "no bug". */
export const alarmPointSchema = z.strictObject({
  /** Share of fixed functions that may exceed the threshold. */
  allowed: z.number().gt(0).lt(1),
  /** Nats; an edit is an answer above it. Null: no finite one. */
  threshold: z.number().nullable(),
  /** Of the fixed functions that were asked about. */
  alarms: rateSchema,
});
/** A value of {@link alarmPointSchema}. */
export type AlarmPoint = z.infer<typeof alarmPointSchema>;

/** Fixes of some tiers in one view. */
export const realGroupSchema = z.strictObject({
  view: z.enum(VIEWS),
  tiers: z.enum(TIER_GROUPS),
  /** Thresholds, from the fixed functions of all fixes of these tiers. */
  points: z.array(alarmPointSchema),
  slices: z.array(
    z.strictObject({
      slice: z.enum(FIX_SLICES),
      n: z.int().nonnegative(),
      /** Fixes that nothing was asked of, or that the model cannot write, by reason. */
      lost: z.record(z.string(), z.int().positive()),
      /** Fixes of files that do not parse, which are asked all the same. */
      notParsing: z.int().nonnegative(),
      measures: z.array(measureRowSchema),
    }),
  ),
});
/** A value of {@link realGroupSchema}. */
export type RealGroup = z.infer<typeof realGroupSchema>;

/** How code that did not parse is mended. */
export const SYNTAX_MODES = ['search', 'fix', 'fix-unsafe'] as const;
/** One of {@link SYNTAX_MODES}. */
export type SyntaxMode = (typeof SYNTAX_MODES)[number];

/** What became of `real-syntax`, by mode. */
export const realSyntaxSchema = z.strictObject({
  /** Records left out, by reason. */
  rejected: z.record(z.string(), z.int().positive()),
  modes: z.array(
    z.strictObject({
      mode: z.enum(SYNTAX_MODES),
      parses: rateSchema,
      /** Parses, and no more tokens are edited than the author edited. */
      small: rateSchema,
      /** Token for token what the author made of it. */
      exact: rateSchema,
    }),
  ),
});
/** A value of {@link realSyntaxSchema}. */
export type RealSyntax = z.infer<typeof realSyntaxSchema>;

/** `real-files.json`: one or several models (seeds of one recipe) on real fixes. */
export const realReportSchema = z.strictObject({
  version: z.literal(REAL_REPORT_VERSION),
  set: z.strictObject({
    split: z.enum(REAL_SPLITS),
    /** SHA-256 over the ids of the fixes taken, sorted, one a line. */
    idsHash: z.string(),
    fixes: z.int().nonnegative(),
    repositories: z.int().nonnegative(),
    /** Rows that hold no fix, by reason: in no figure. */
    rejected: z.record(z.string(), z.int().positive()),
  }),
  /** The edit that was most often right at tokens like these in the fixes that training sees. */
  baseline: z
    .strictObject({
      /** Fixes that were counted. */
      fixes: z.int().nonnegative(),
      groups: z.array(realGroupSchema),
    })
    /** Null where those are not at hand. */
    .nullable(),
  models: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Trained weights. */
        parameters: z.int().positive(),
        /** Supervision steps run. */
        steps: z.int().positive(),
        groups: z.array(realGroupSchema),
        /** Null without `real-syntax`. */
        syntax: realSyntaxSchema.nullable(),
      }),
    )
    .min(1),
});
/** A value of {@link realReportSchema}. */
export type RealReport = z.infer<typeof realReportSchema>;
/** One model of a {@link RealReport}. */
export type RealModel = RealReport['models'][number];
