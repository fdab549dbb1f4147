/** Rows for tests; nothing else imports this file. */
import { sha256 } from '../core/hash';
import type { Sample } from '../records/sample';

/** A sample with something in every field, another one for each number. */
export function makeSample(i: number, change: Partial<Sample> = {}): Sample {
  return {
    id: sha256(String(i)),
    group: `cpython/module${i % 3}`,
    parentId: null,
    source: 'git',
    origin: {
      kind: 'file',
      repo: 'owner/name',
      commit: null,
      path: 'pkg/ünïcode.py',
      url: null,
      function: 'Class.method',
      startLine: 1 + i,
      committedAt: '2024-01-02T03:04:05Z',
      codec: 'utf-8',
    },
    context: { id: sha256('a file'), function: i },
    licence: 'MIT',
    attribution: null,
    bugType: null,
    family: null,
    before: `def f():\n    return '😀' + ${i}\n`,
    after: `def f():\n    return '😀' - ${i}\n`,
    edits: [{ tokenSpan: [7, 8], charSpan: [28, 29], replacement: [{ kind: 'op', text: '-' }] }],
    lexerVersion: 1,
    difficulty: 3,
    quality: { parses: 1 },
    evidence: [{ kind: 'commit-message', strength: 'weak' }],
    flags: ['multi_hunk'],
    split: null,
    ...change,
  };
}
