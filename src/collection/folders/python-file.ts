import { LEXER_VERSION, lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { decodeSource } from '../../python/tokens/codec';
import { sampleId } from '../../python/edits/edits';
import { findFunctions, moduleContext, type FunctionSpan } from '../../python/structure/functions';
import type { Sample } from '../../records/sample';
import { isGenerated } from './generated';
import type { DropReason } from '../dropped';

/** What a sample says of the file around its function. */
export interface FileFacts {
  /** Python codec name. */
  codec: string;
  context: Sample['context'];
}

/** A Python file taken apart. */
export interface PythonFile extends FileFacts {
  /** Decoded text with `\n` line ends. */
  text: string;
  tokens: Token[];
  /** Functions and methods that stand in no other function; nested ones are part of their outer one. */
  functions: FunctionSpan[];
}

/** Why something is left out, and what was found. */
export interface Drop {
  reason: DropReason;
  detail: string | null;
}

/** Decodes and lexes a file, or says why it is left out. Whether it parses is for the critic to say. */
export function readPythonFile(bytes: Uint8Array, maxFileBytes: number): PythonFile | Drop {
  if (bytes.length > maxFileBytes) return { reason: 'too_large', detail: `${bytes.length} bytes` };
  const { text: raw, codec, problem } = decodeSource(bytes);
  if (problem !== null) return { reason: 'not_decodable', detail: problem };
  const text = raw.replace(/\r\n?/g, '\n');
  if (isGenerated(text)) return { reason: 'generated', detail: null };
  const tokens = lex(text);
  const functions = findFunctions(text, tokens).filter((span) => !span.nested);
  return { text, codec, tokens, functions, context: moduleContext(tokens) };
}

/** Whether a result of {@link readPythonFile} and the like is a drop. */
export function isDrop(value: object): value is Drop {
  return 'reason' in value;
}

/** Why a function is left out for its length; undefined when it is not. Layout tokens count, END does not. */
export function dropLength(
  span: FunctionSpan,
  { minTokens, maxTokens }: { minTokens: number; maxTokens: number },
): Drop | undefined {
  const count = span.endToken - span.firstToken;
  if (count < minTokens) return { reason: 'too_short', detail: `${count} tokens` };
  if (count > maxTokens) return { reason: 'too_long', detail: `${count} tokens` };
  return undefined;
}

/** What a sample needs to know beside the function. */
export interface SampleOrigin {
  source: 'folder' | 'git';
  group: string;
  licence: string;
  repo: string;
  /** Repository of the code, see `projectOf`; null when unknown. */
  url: string | null;
  path: string;
  commit: string | null;
  /** ISO 8601, UTC. */
  committedAt: string | null;
}

/** A clean function as a sample: before equals after, no edit, difficulty 1. */
export function cleanSample(file: FileFacts, span: FunctionSpan, origin: SampleOrigin): Sample {
  return {
    id: sampleId(span.source, span.source),
    group: origin.group,
    parentId: null,
    source: origin.source,
    origin: {
      repo: origin.repo,
      commit: origin.commit,
      path: origin.path,
      url: origin.url,
      function: span.name,
      startLine: span.line,
      committedAt: origin.committedAt,
      codec: file.codec,
    },
    context: file.context,
    licence: origin.licence,
    bugType: null,
    family: null,
    before: span.source,
    after: span.source,
    edits: [],
    lexerVersion: LEXER_VERSION,
    difficulty: 1,
    quality: { parses: 1 },
    flags: [],
    split: null,
  };
}
