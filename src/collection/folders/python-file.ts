import { LEXER_VERSION, lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { decodeSource } from '../../python/tokens/codec';
import { sampleId } from '../../python/edits/edits';
import { findFunctions, type FunctionSpan } from '../../python/structure/functions';
import type { FileOrigin, Sample } from '../../records/sample';
import { isGenerated } from './generated';
import type { DropReason } from '../dropped';

/** A Python file taken apart. */
export interface PythonFile {
  /** Python codec name. */
  codec: string;
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
  return takeApart(raw, codec);
}

/** The same for a text that was decoded elsewhere: its codec counts as UTF-8, whatever it says of itself. */
export function pythonFileOf(text: string, maxFileBytes: number): PythonFile | Drop {
  const size = Buffer.byteLength(text);
  return size > maxFileBytes ? { reason: 'too_large', detail: `${size} bytes` } : takeApart(text, 'utf-8');
}

function takeApart(raw: string, codec: string): PythonFile | Drop {
  const text = raw.replace(/\r\n?/g, '\n');
  if (isGenerated(text)) return { reason: 'generated', detail: null };
  const tokens = lex(text);
  const functions = findFunctions(text, tokens).filter((span) => !span.nested);
  return { text, codec, tokens, functions };
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

/** A function with what its sample says of the file around it. */
export interface PlacedFunction {
  span: FunctionSpan;
  /** Python codec name of the file. */
  codec: string;
  context: Sample['context'];
}

/** What a sample needs to know beside the function. */
export interface SampleOrigin extends Pick<FileOrigin, 'repo' | 'url' | 'path' | 'commit' | 'committedAt'> {
  source: 'folder' | 'git';
  group: string;
  licence: string;
}

/** A clean function as a sample: before equals after, no edit, difficulty 1. */
export function cleanSample({ span, codec, context }: PlacedFunction, origin: SampleOrigin): Sample {
  const { source, group, licence, repo, commit, path, url, committedAt } = origin;
  return {
    id: sampleId(span.source, span.source),
    group,
    parentId: null,
    source,
    origin: {
      kind: 'file',
      repo,
      commit,
      path,
      url,
      function: span.name,
      startLine: span.line,
      committedAt,
      codec,
    },
    context,
    licence,
    attribution: null,
    bugType: null,
    family: null,
    before: span.source,
    after: span.source,
    edits: [],
    lexerVersion: LEXER_VERSION,
    difficulty: 1,
    quality: { parses: 1 },
    evidence: [],
    flags: [],
    split: null,
  };
}
