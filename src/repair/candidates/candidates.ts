import { nearness } from '../../core/text/near-spelling';
import { breathe } from '../../core/processes/breathe';
import type { TokenEdit } from '../../processing/encoding/encode';
import { charSpanOf } from '../../python/edits/edits';
import { isIndentation } from '../../python/tokens/indentation';
import { bugType, BUG_TYPES } from '../../taxonomy/table';
import { predict } from '../../trm/predict';
import { scoreEdits } from '../../trm/score-edits';
import { confidenceOf } from '../calibration';
import type { RepairModel } from '../model-folder';
import type { Program } from '../program';
import { editSize, type Candidate } from '../proposals';
import { encodeFor } from '../window-predictor';
import { importEdits, nearNameEdits, suggestedEdits } from './near';
import { PlaceReader, type Statement, type UndoPlace } from './undo/place';
import { editKey, plausibleTypes, smallestEdit, undoAt } from './undo/undo';

/** Where edits come from: the model asked at the place, names near by, the tool's own advice, mutators run backwards. */
export const EDIT_SOURCES = ['model', 'near', 'tool', 'undo'] as const;
/** One of {@link EDIT_SOURCES}. */
export type EditSource = (typeof EDIT_SOURCES)[number];

/** A place of a program that somebody marks. */
export interface MarkedPlace {
  /** UTF-16 offsets [start, end): the statement around its start is edited. */
  span: readonly [start: number, end: number];
  /** Taxonomy id of what is wrong; null where nobody says. Default null. */
  bugType?: string | null;
  /** What the tool would write in place of what it marks. Default: it says nothing. */
  suggestion?: string;
}

/**
 * An edit at a marked place. Its `probability` is the model's, given that an edit starts in the statement; its `confidence` is
 * calibrated and is not told the place.
 */
export interface PlacedCandidate extends Candidate {
  sources: EditSource[];
}

/** Settings of {@link candidatesAt}. */
export interface CandidateOptions {
  /** False: the types of syntax bugs are undone. Default true. */
  parses?: boolean;
  /** Token at which the parser stopped; null when the file parses. Default null. */
  stoppedAt?: number | null;
  /** Most candidates of a place. Default 64. */
  most?: number;
  /** Proposals that the model is asked for. Default 16. */
  topK?: number;
  /** Where edits are looked for. Default: all of {@link EDIT_SOURCES}. */
  sources?: readonly EditSource[];
  signal?: AbortSignal;
}

/** Spans that the model is asked for at each token. */
const SPANS_PER_PLACE = 3;

/** Types that the model names in its likeliest proposals, whose undoing is tried although many edits could do it. */
const NAMED_BY_MODEL = 8;

/**
 * Edits at marked places of a program, one list a place: what the model would write there, names that are near and bound,
 * the tool's suggestion, and what undoes the bug types that are plausible there. Each comes once, with the model's
 * probability of exactly that edit given the statement; most probable first, then those of fewest tokens.
 * @throws InterruptedError when the signal is aborted
 */
export async function candidatesAt(
  parts: RepairModel,
  program: Program,
  places: readonly MarkedPlace[],
  options: CandidateOptions = {},
): Promise<PlacedCandidate[][]> {
  const reader = new PlaceReader(program.tokens);
  const out: PlacedCandidate[][] = [];
  for (const place of places) {
    await breathe(options.signal, 'the repair');
    out.push(await candidatesOf(parts, program, reader, place, options));
  }
  return out;
}

/** Tokens that lie in [start, end) of the text; those before which it stands where it is empty. */
function tokensIn({ tokens }: Program, [start, end]: readonly [number, number]): [number, number] {
  const first = tokens.findIndex(
    (token) => token.end > start || (token.end === start && token.kind === 'newline'),
  );
  if (first < 0) return [tokens.length - 1, tokens.length - 1];
  let last = first;
  while (last < tokens.length - 1 && tokens[last].start < end) last++;
  return [first, last];
}

async function candidatesOf(
  parts: RepairModel,
  program: Program,
  reader: PlaceReader,
  marked: MarkedPlace,
  options: CandidateOptions,
): Promise<PlacedCandidate[]> {
  const { most = 64, sources = EDIT_SOURCES } = options;
  const span = tokensIn(program, marked.span);
  const place = reader.at(reader.statementAt(span[0]));
  const found = new Gathered(program);
  const window = windowOf(program, place);
  if (window < 0) return [];
  const asked = sources.includes('model') ? await askModel(parts, program, place, window, options) : [];
  for (const { edit, bugType: code } of asked) found.add(edit, 'model', code);
  if (sources.includes('near'))
    for (const edit of [...nearNameEdits(program, place), ...importEdits(program, place)])
      found.add(edit, 'near');
  if (sources.includes('tool') && marked.suggestion !== undefined)
    for (const edit of suggestedEdits(marked.suggestion, span)) found.add(edit, 'tool');
  if (sources.includes('undo')) {
    const named = asked.slice(0, NAMED_BY_MODEL).flatMap((one) => idOf(one.bugType) ?? []);
    const known = marked.bugType ?? null;
    const types = plausibleTypes(options.parses ?? true, known === null ? named : [...named, known]);
    for (const edit of undoAt(place, known !== null && !types.includes(known) ? [...types, known] : types))
      found.add(edit, 'undo', bugType(edit.bugTypes[0]).code);
  }
  const edits = found.edits();
  const told = new Set(edits.flatMap((one, i) => (isTold(program, span, one) ? [i] : [])));
  const scored = await score(parts, program, place, { index: window, edits, told }, options);
  const keys = new Set([...told].map((i) => editKey(edits[i].edit)));
  return bounded(scored.sort(byProbability), (edit) => keys.has(editKey(edit)), most);
}

const idOf = (code: number): string | undefined => BUG_TYPES.find((type) => type.code === code)?.id;

/** Of the most that are kept, those that are kept whatever the model says of them. */
const RESERVED = 16;

/** The first ones; where there are more, edits that are told come before the last others. */
function bounded(
  ranked: readonly PlacedCandidate[],
  isTold: (edit: TokenEdit) => boolean,
  most: number,
): PlacedCandidate[] {
  const told = ranked.filter(({ edit }) => isTold(edit)).slice(0, Math.min(RESERVED, most));
  const others = ranked.filter((one) => !told.includes(one)).slice(0, most - told.length);
  return ranked.filter((one) => told.includes(one) || others.includes(one));
}

/** What others than the model say: a tool's advice, an import, a slip of the hand in what is marked. */
function isTold(
  { tokens }: Program,
  [from, to]: readonly [number, number],
  { edit, sources }: FoundEdit,
): boolean {
  if (sources.includes('tool')) return true;
  const {
    tokenSpan: [start, end],
    replacement,
  } = edit;
  if (!sources.includes('near')) return false;
  if (start === end) return true;
  const isMarked = start >= from && start < Math.max(to, from + 1);
  return isMarked && replacement.length === 1 && nearness(tokens[start].text, replacement[0].text) !== null;
}

/** Most probable first; then fewest tokens, then by place. */
function byProbability(a: Candidate, b: Candidate): number {
  return (
    b.probability - a.probability ||
    editSize(a.edit) - editSize(b.edit) ||
    a.edit.tokenSpan[0] - b.edit.tokenSpan[0]
  );
}

/** An edit on its way to a candidate. */
interface FoundEdit {
  edit: TokenEdit;
  bugType: number;
  sources: EditSource[];
}

/** Edits, each once. */
class Gathered {
  private readonly byKey = new Map<string, FoundEdit>();

  constructor(private readonly program: Program) {}

  /** @param bugType taxonomy code. Default 0 = none named */
  add(edit: TokenEdit, source: EditSource, bugType = 0): void {
    const smallest = smallestEdit(this.program.tokens, edit);
    if (!smallest) return;
    const key = editKey(smallest);
    const known = this.byKey.get(key);
    if (!known) this.byKey.set(key, { edit: smallest, bugType, sources: [source] });
    else if (!known.sources.includes(source)) known.sources.push(source);
  }

  edits(): FoundEdit[] {
    return [...this.byKey.values()];
  }
}

/** Index of the window that shows most around a statement; -1 where none holds it. */
function windowOf({ windows }: Program, { first, end }: Statement): number {
  let best = -1;
  let most = -1;
  windows.forEach(({ firstToken, endToken }, i) => {
    if (first < firstToken || first >= endToken) return;
    const around = Math.min(first - firstToken, 64) + Math.min(endToken - end, 64);
    if (around > most) [best, most] = [i, around];
  });
  return best;
}

/** Tokens of a window at which an edit of a statement may start: its own, its end, and the layout before it. */
function startsOf(program: Program, { first, end }: Statement, index: number): number[] {
  const { firstToken, endToken } = program.windows[index];
  let from = first;
  while (from > firstToken && isIndentation(program.tokens[from - 1])) from--;
  const starts: number[] = [];
  for (let i = from; i <= Math.min(end + 1, endToken - 1); i++) starts.push(i - firstToken);
  return starts;
}

/** What the model would write at a statement. */
async function askModel(
  parts: RepairModel,
  program: Program,
  place: UndoPlace,
  index: number,
  { topK = 16, stoppedAt = null, signal }: CandidateOptions,
): Promise<{ edit: TokenEdit; bugType: number }[]> {
  const { model, tokenizer, vocabulary, calibration } = parts;
  const window = encodeFor(parts, program, program.windows[index], stoppedAt);
  if (!window) return [];
  const { firstToken } = program.windows[index];
  const { supervisionSteps } = calibration;
  const settings = { tokenizer, vocabulary, supervisionSteps, topK, spansPerPlace: SPANS_PER_PLACE, signal };
  const allowedStarts = startsOf(program, place, index);
  const [{ proposals }] = await predict(model, [{ ...window, allowedStarts }], settings);
  return proposals.map(({ location, spanLength, replacement, bugType }) => ({
    edit: { tokenSpan: [firstToken + location, firstToken + location + spanLength], replacement },
    bugType,
  }));
}

/** Candidates of edits, with the model's probability of each in the window that holds its start. */
async function score(
  parts: RepairModel,
  program: Program,
  place: UndoPlace,
  { index, edits, told }: { index: number; edits: readonly FoundEdit[]; told: ReadonlySet<number> },
  { stoppedAt = null, most = 64, signal }: CandidateOptions,
): Promise<PlacedCandidate[]> {
  const { model, tokenizer, vocabulary, calibration } = parts;
  const { firstToken, endToken } = program.windows[index];
  const inside = edits.map(
    ({ edit: { tokenSpan } }) => firstToken <= tokenSpan[0] && tokenSpan[0] < endToken,
  );
  const window = encodeFor(parts, program, program.windows[index], stoppedAt);
  // Edits slide to the left: their starts belong to the place wherever they end up.
  const own = edits.flatMap(({ edit: { tokenSpan } }, i) => (inside[i] ? [tokenSpan[0] - firstToken] : []));
  const allowedStarts = [...new Set([...startsOf(program, place, index), ...own])];
  const asked = edits.map(
    ({
      edit: {
        tokenSpan: [start, end],
        replacement,
      },
    }) => ({
      location: start - firstToken,
      spanLength: end - start,
      replacement,
    }),
  );
  const { supervisionSteps } = calibration;
  const settings = { tokenizer, vocabulary, supervisionSteps, most, always: told, signal };
  const scores = window ? await scoreEdits(model, { ...window, allowedStarts }, asked, settings) : null;
  return edits.flatMap(({ edit, bugType, sources }, i) => {
    const { tokenSpan, replacement } = edit;
    const probability = scores ? scores.probabilities[i] : 0;
    if (probability === null) return [];
    const { placed = 0, noBug = 1 } = scores ?? {};
    const confidence = confidenceOf({ probability: probability * placed, noBug }, calibration);
    const charSpan = charSpanOf(program.tokens, ...tokenSpan);
    const steps = supervisionSteps ?? model.config.supervisionSteps;
    return [
      {
        edit: { tokenSpan, charSpan, replacement },
        bugType,
        probability,
        confidence,
        window: index,
        steps,
        sources,
      },
    ];
  });
}
