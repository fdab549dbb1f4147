import { vocabularyPieces, type ClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import type { Tokenizer } from '../processing/tokenizer/tokenizer';
import { TOKEN_KINDS } from '../records/sample';
import type { VocabularyTables } from './batch';

/** What the slot heads need of the two vocabularies, as arrays. */
export function vocabularyTables(vocabulary: ClosedVocabulary, tokenizer: Tokenizer): VocabularyTables {
  return {
    entryPieces: vocabularyPieces(vocabulary, tokenizer),
    entryKinds: Uint8Array.from(vocabulary.entries, ({ kind }) => TOKEN_KINDS.indexOf(kind)),
    namePieces: Uint8Array.from({ length: tokenizer.size }, (_, id) =>
      tokenizer.nameOf(id) === null ? 0 : 1,
    ),
  };
}
