import type { TokenText } from '../../records/sample';
import { bracketStep } from '../structure/brackets';

/** Most definitions that are remembered as reaching one place; of more, the last ones are. */
const MOST_DEFINITIONS = 256;

/** "No definition ran yet" among the definitions that reach a place. */
export const UNDEFINED = -1;

const NOTHING: readonly number[] = [UNDEFINED];

/**
 * Which definitions may have given each variable its value, at one point of the program. Variables and definitions are
 * numbers. A branch is an `Env` on top of the one that it starts from and holds only what it changes.
 */
export class Env {
  private readonly writes = new Map<number, readonly number[]>();
  /** Control does not get past this point: a `return`, `raise`, `break` or `continue` was here. */
  dead = false;

  constructor(private readonly parent?: Env) {}

  /** Definitions that reach this point, {@link UNDEFINED} among them when there is a way without one. */
  get(variable: number): readonly number[] {
    let found = this.writes.get(variable);
    for (let env = this.parent; !found && env; env = env.parent) found = env.writes.get(variable);
    return found ?? NOTHING;
  }

  /** From here on only these definitions reach. */
  set(variable: number, definitions: readonly number[]): void {
    this.writes.set(variable, definitions);
  }

  /** From here on this definition may have run, too. */
  add(variable: number, definition: number): void {
    this.set(variable, union(this.get(variable), [definition]));
  }

  /** A branch that starts here. */
  branch(): Env {
    return new Env(this);
  }

  /** What was changed since `base`, as a branch of `base`. */
  since(base: Env): Env {
    const copy = base.branch();
    copy.adopt(this);
    copy.dead = false;
    for (let env = this.parent; env && env !== base; env = env.parent)
      for (const [variable, definitions] of env.writes)
        if (!copy.writes.has(variable)) copy.writes.set(variable, definitions);
    return copy;
  }

  /** Goes on where branches of this point meet; those that are dead do not come. */
  join(branches: readonly Env[]): void {
    const alive = branches.filter(({ dead }) => !dead);
    if (alive.length === 0) this.dead = true;
    const changed = new Set(alive.flatMap((env) => [...env.writes.keys()]));
    const joined = [...changed].map(
      (variable) => [variable, alive.map((env) => env.get(variable)).reduce(union)] as const,
    );
    for (const [variable, definitions] of joined) this.writes.set(variable, definitions);
  }

  /** Takes over what another point changed since its own start. */
  adopt(other: Env): void {
    for (const [variable, definitions] of other.writes) this.writes.set(variable, definitions);
    if (other.dead) this.dead = true;
  }
}

function union(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a === b) return a;
  const all = new Set([...a, ...b]);
  if (all.size === a.length) return a;
  return [...all].slice(-MOST_DEFINITIONS);
}

/** For each `indent` the index of its `dedent` (or the list's length), -1 elsewhere. */
export function blockEnds(tokens: readonly TokenText[]): number[] {
  const ends = new Array<number>(tokens.length).fill(-1);
  const open: number[] = [];
  tokens.forEach(({ kind }, i) => {
    if (kind === 'indent') open.push(i);
    else if (kind === 'dedent') {
      const indent = open.pop();
      if (indent !== undefined) ends[indent] = i;
    }
  });
  for (const indent of open) ends[indent] = tokens.length;
  return ends;
}

/** Index of the first token with this text outside brackets in [from, to), or `to`. */
export function findOutside(tokens: readonly TokenText[], from: number, to: number, text: string): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    if (depth === 0 && tokens[i].text === text && tokens[i].kind !== 'string') return i;
    depth = Math.max(0, depth + bracketStep(tokens[i]));
  }
  return to;
}
