/** Samples for tests; nothing else imports this file. */
import type { Sample } from '../../records/sample';
import { diffTokens, sampleId } from './edits';
import { LEXER_VERSION, lex } from '../tokens/lexer';

/** A sample with plausible fields; `after` defaults to `before`, which makes it clean. */
export function makeSample(before: string, after = before, fields: Partial<Sample> = {}): Sample {
  const edit = diffTokens(lex(before), lex(after));
  return {
    id: sampleId(before, after),
    group: 'owner/repo',
    parentId: null,
    source: before === after ? 'folder' : 'synthetic',
    origin: {
      kind: 'file',
      repo: 'owner/repo',
      commit: null,
      path: 'module.py',
      url: null,
      function: 'f',
      startLine: 1,
      committedAt: null,
      codec: 'utf-8',
    },
    context: null,
    licence: 'MIT',
    attribution: null,
    bugType: null,
    family: before === after ? null : 'logic',
    before,
    after,
    edits: edit ? [edit] : [],
    lexerVersion: LEXER_VERSION,
    difficulty: 2,
    quality: {},
    evidence: [],
    flags: [],
    split: null,
    ...fields,
  };
}
