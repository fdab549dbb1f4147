import { lex } from '../../python/tokens/lexer';
import { normalText } from '../../python/edits/edits';
import { sha256 } from '../../core/hash';
import { DataError } from '../../core/errors';
import type { Rng } from '../../core/rng';
import { fileOrigin, type Sample } from '../../records/sample';
import { BUG_KINDS, kindOfEdit, type BugKind } from './kinds';
import type { Recipe } from './recipe';

/** Hash of a function's program tokens: comments, docstrings and layout apart, equal code has an equal key. */
export function programKey(source: string): string {
  return sha256(normalText(lex(source)));
}

/** A clean function with those of its mutants that the recipe takes. */
interface Candidate {
  clean: Sample;
  package: string;
  /** Program tokens. */
  tokens: number;
  mutants: Partial<Record<BugKind, { sample: Sample; token: string }[]>>;
}

/** What {@link selectBenchmark} chose, and why the rest was not. */
export interface Selection {
  /** Mutants and clean functions, by package, file and line. */
  samples: Sample[];
  /** Candidates left out, by reason. */
  dropped: Record<string, number>;
}

/**
 * Chooses a benchmark's rows from samples: of each kind as many mutants as the recipe says, at most one of a function,
 * and for each mutant a clean function of the same package and, as near as there is one, the same length. No function gives both.
 * Depends on the samples, the recipe and `rng` alone; the order of the samples does not matter.
 * @param samples mutants and the clean functions they came from
 * @param seen {@link programKey}s of code that training may have read
 * @throws DataError when the samples do not hold enough
 */
export async function selectBenchmark(
  samples: AsyncIterable<Sample>,
  recipe: Recipe,
  seen: ReadonlySet<string>,
  rng: Rng,
): Promise<Selection> {
  const { candidates, dropped } = await readCandidates(samples, recipe, seen);
  const order = rng.shuffle(candidates);
  // Halves of the functions, so that neither side is what the other one left over.
  const half = Math.ceil(order.length / 2);
  const mutants = chooseMutants(order.slice(0, half), recipe, rng);
  const clean = chooseClean(
    order.slice(half),
    mutants.map(({ candidate }) => candidate),
  );
  const chosen = [...mutants.map(({ sample }) => sample), ...clean];
  return {
    samples: chosen
      .map((sample): Sample => ({ ...sample, split: 'test' }))
      .sort((a, b) => comparePlaces(a, b)),
    dropped,
  };
}

async function readCandidates(
  samples: AsyncIterable<Sample>,
  { tokens: [least, most], kinds }: Recipe,
  seen: ReadonlySet<string>,
): Promise<{ candidates: Candidate[]; dropped: Record<string, number> }> {
  const dropped: Record<string, number> = {};
  const drop = (reason: string): void => void (dropped[reason] = (dropped[reason] ?? 0) + 1);
  const byId = new Map<string, Candidate>();
  const mutants: Sample[] = [];
  for await (const sample of samples) {
    if (sample.edits.length > 0) {
      mutants.push(sample);
      continue;
    }
    const tokens = lex(sample.after).length;
    if (tokens < least || tokens > most) drop('function_length');
    else if (seen.has(programKey(sample.after))) drop('function_in_training_code');
    else
      byId.set(sample.id, {
        clean: sample,
        package: fileOrigin(sample.origin).repo ?? sample.group,
        tokens,
        mutants: {},
      });
  }
  for (const sample of mutants) {
    const candidate = byId.get(sample.parentId ?? '');
    if (!candidate) continue;
    const tokens = lex(sample.before);
    const kind = sample.edits.length === 1 ? kindOfEdit(tokens, sample.edits[0]) : null;
    if (kind === null || !kinds[kind].includes(sample.bugType ?? '')) drop('mutant_of_other_kind');
    else if (tokens.length > most) drop('mutant_length');
    else {
      const [edit] = sample.edits;
      const token = edit.replacement.at(0) ?? tokens[edit.tokenSpan[0]];
      (candidate.mutants[kind] ??= []).push({ sample, token: token.text });
    }
  }
  const candidates = [...byId.values()].sort((a, b) => (a.clean.id < b.clean.id ? -1 : 1));
  for (const { mutants: own } of candidates)
    for (const list of Object.values(own)) list.sort((a, b) => (a.sample.id < b.sample.id ? -1 : 1));
  return { candidates, dropped };
}

function comparePlaces(a: Sample, b: Sample): number {
  const place = ({ origin, id }: Sample): string => {
    const { repo, path, startLine } = fileOrigin(origin);
    return [repo, path, String(startLine).padStart(7, '0'), id].join('\0');
  };
  return place(a) < place(b) ? -1 : 1;
}

/** Kinds whose fix writes or removes the same token by definition, or a name of the function. */
const ANY_TOKEN: ReadonlySet<BugKind> = new Set(['wrong-name', 'missing-not', 'added-not']);

function chooseMutants(
  candidates: readonly Candidate[],
  { perKind, mostOfPackage, mostOfToken }: Recipe,
  rng: Rng,
): { sample: Sample; candidate: Candidate }[] {
  const chosen: { sample: Sample; candidate: Candidate }[] = [];
  const ofPackage = new Map<string, number>();
  const ofToken = new Map<string, number>();
  const ofKind = new Map<BugKind, number>();
  const used = new Set<Candidate>();
  // The kind that few functions offer chooses first.
  const offers = (kind: BugKind): number => candidates.filter(({ mutants }) => mutants[kind]).length;
  for (const kind of [...BUG_KINDS].sort((a, b) => offers(a) - offers(b))) {
    for (const candidate of candidates) {
      if ((ofKind.get(kind) ?? 0) >= perKind) break;
      const inPackage = `${kind} ${candidate.package}`;
      if (used.has(candidate) || (ofPackage.get(inPackage) ?? 0) + 1 > mostOfPackage * perKind) continue;
      const open = (candidate.mutants[kind] ?? []).filter(
        ({ token }) =>
          ANY_TOKEN.has(kind) || (ofToken.get(`${kind} ${token}`) ?? 0) + 1 <= mostOfToken * perKind,
      );
      if (open.length === 0) continue;
      const { sample, token } = rng.fork(candidate.clean.id).pick(open);
      used.add(candidate);
      chosen.push({ sample, candidate });
      ofKind.set(kind, (ofKind.get(kind) ?? 0) + 1);
      ofPackage.set(inPackage, (ofPackage.get(inPackage) ?? 0) + 1);
      ofToken.set(`${kind} ${token}`, (ofToken.get(`${kind} ${token}`) ?? 0) + 1);
    }
    if ((ofKind.get(kind) ?? 0) < perKind)
      throw new DataError(
        `expected ${perKind} mutants of the kind ${kind}, the packages give ${ofKind.get(kind) ?? 0}`,
        'add packages to the recipe, draw more mutants, or ask for fewer of each kind',
      );
  }
  return chosen;
}

/** For each function a clean one of the same package with the nearest number of tokens. */
function chooseClean(candidates: readonly Candidate[], like: readonly Candidate[]): Sample[] {
  const left = new Set(candidates);
  return like.map((wanted) => {
    let best: Candidate | undefined;
    for (const candidate of left)
      if (
        candidate.package === wanted.package &&
        (!best || Math.abs(candidate.tokens - wanted.tokens) < Math.abs(best.tokens - wanted.tokens))
      )
        best = candidate;
    if (!best)
      throw new DataError(
        `expected a clean function of ${wanted.package} beside each mutant, found too few`,
        'lower mostOfPackage, or add packages to the recipe',
      );
    left.delete(best);
    return best.clean;
  });
}
