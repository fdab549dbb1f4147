import { codesOf, ROLES } from '../../records/token-features';
import type { TokenText } from '../../records/sample';
import type { DefUse } from './def-use';
import { ENCLOSURE_CODES, STATEMENT_CODES, type LineStructure } from './line-structure';
import { parameterList } from '../structure/parameters';

const ROLE = codesOf(ROLES);
type Code = number;

/**
 * What each name does where it stands, as codes in ROLES; 0 for other tokens. Bindings come from the def-use chains,
 * what stands around a name from the line's structure.
 */
export function nameRoles(tokens: readonly TokenText[], facts: DefUse, lines: LineStructure): Uint8Array {
  const annotations = annotationTokens(tokens, lines);
  const roles = new Uint8Array(tokens.length);
  for (let i = 0; i < tokens.length; i++)
    if (tokens[i].kind === 'name') roles[i] = roleOf(tokens, i, facts, lines, annotations[i] === 1);
  return roles;
}

function roleOf(
  tokens: readonly TokenText[],
  index: number,
  facts: DefUse,
  lines: LineStructure,
  annotates: boolean,
): Code {
  const occurrence = facts.occurrenceOf[index];
  if (occurrence < 0) return roleOfOther(tokens, index, facts, lines);
  switch (facts.occurrences[occurrence].role) {
    case 'def':
      return definitionRole(tokens, index, facts, lines);
    case 'both':
      return ROLE.augmented;
    case 'del':
      return ROLE.deleted;
    case 'declare':
      return ROLE.declared;
    default:
      if (annotates) return ROLE.annotation;
      if (isOp(tokens[index - 1], '@') && lines.starts[index] === index - 1) return ROLE.decorator;
      return ACCESS[accessAfter(tokens, index)].variable;
  }
}

/** Roles by what follows a name: `(`, `.`, `[` or something else. */
const ACCESS: Readonly<Record<string, { variable: Code; attribute: Code }>> = {
  '(': { variable: ROLE.called, attribute: ROLE['attribute-called'] },
  '.': { variable: ROLE.receiver, attribute: ROLE['attribute-receiver'] },
  '[': { variable: ROLE.subscripted, attribute: ROLE['attribute-subscripted'] },
  '': { variable: ROLE.read, attribute: ROLE.attribute },
};

function accessAfter(tokens: readonly TokenText[], index: number): string {
  const next = tokens[index + 1];
  return next?.kind === 'op' && '(.['.includes(next.text) ? next.text : '';
}

function isOp(token: TokenText | undefined, text: string): boolean {
  return token?.kind === 'op' && token.text === text;
}

/** Names that are no variables: attributes, keyword arguments, parts of imports, soft keywords. */
function roleOfOther(
  tokens: readonly TokenText[],
  index: number,
  { bindings }: DefUse,
  lines: LineStructure,
): Code {
  if (lines.statements[index] === STATEMENT_CODES.import) return ROLE['module-path'];
  if (bindings[index] === 'attribute') {
    const access = accessAfter(tokens, index);
    const written = access === '' && isAttributeTarget(index, lines);
    return written ? ROLE['attribute-written'] : ACCESS[access].attribute;
  }
  const next = tokens[index + 1];
  return next && isOp(next, '=') ? ROLE['keyword-argument'] : ROLE.none;
}

/** True for a token before the `=` of an assignment, in no bracket or in one that groups targets. */
export function isAttributeTarget(
  index: number,
  { starts, targetEnds, enclosing, enclosures }: LineStructure,
): boolean {
  const start = starts[index];
  if (start < 0 || index >= targetEnds[start]) return false;
  for (let open = enclosing[index]; open >= 0; open = enclosing[open])
    if (enclosures[open] !== ENCLOSURE_CODES.group && enclosures[open] !== ENCLOSURE_CODES.list) return false;
  return true;
}

function definitionRole(
  tokens: readonly TokenText[],
  index: number,
  { variables, occurrences, occurrenceOf, bindings }: DefUse,
  { statements }: LineStructure,
): Code {
  const before = tokens[index - 1];
  const statement = statements[index];
  if (statement === STATEMENT_CODES.import) return ROLE.import;
  if (isOp(tokens[index + 1], ':=')) return ROLE.walrus;
  if (before?.kind === 'keyword') {
    if (before.text === 'def' || before.text === 'class') return ROLE.definition;
    if (before.text === 'as') return ROLE['as-target'];
  }
  const occurrence = occurrenceOf[index];
  const variable = variables[occurrences[occurrence].variable];
  // Assigned again, a parameter is a variable like any other.
  if (bindings[index] === 'parameter' && variable?.definitions[0] === occurrence) return ROLE.parameter;
  if (statement === STATEMENT_CODES.with || statement === STATEMENT_CODES.except) return ROLE['as-target'];
  if (statement === STATEMENT_CODES.for) return ROLE['loop-target'];
  if (variable?.inner && statement !== STATEMENT_CODES.def && statement !== STATEMENT_CODES.class)
    return ROLE['loop-target'];
  return ROLE.written;
}

/** 1 for the tokens of annotations. */
function annotationTokens(tokens: readonly TokenText[], lines: LineStructure): number[] {
  const marks = new Array<number>(tokens.length).fill(0);
  const { starts, statements, targetEnds, enclosing } = lines;
  for (let i = 0; i < tokens.length; i++) {
    if (starts[i] !== i) continue;
    let end = i;
    while (end < tokens.length && starts[end] === i) end++;
    if (statements[i] === STATEMENT_CODES.annotated)
      for (let k = targetEnds[i] + 1; k < end && !(isOp(tokens[k], '=') && enclosing[k] < 0); k++)
        marks[k] = 1;
    if (statements[i] === STATEMENT_CODES.def) markSignature(tokens, i, end, lines, marks);
  }
  return marks;
}

/** Annotations of the parameters and of the result in a `def` at tokens [from, end). */
function markSignature(
  tokens: readonly TokenText[],
  from: number,
  end: number,
  { enclosing }: LineStructure,
  marks: number[],
): void {
  const def = tokens[from].text === 'async' ? from + 1 : from;
  const [open, close] = parameterList(tokens, def, end);
  let inside = false;
  for (let i = open + 1; i < end; i++) {
    if (i <= close && enclosing[i] === open) {
      if (isOp(tokens[i], ':')) inside = true;
      else if (isOp(tokens[i], ',') || isOp(tokens[i], '=')) inside = false;
    } else if (enclosing[i] < 0) {
      inside = isOp(tokens[i], '->') || (inside && i > close && !isOp(tokens[i], ':'));
    }
    if (inside) marks[i] = 1;
  }
}
