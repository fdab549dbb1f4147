/** Helpers of tests; nothing else imports this file. */
import { MANIFEST_VERSION, type Manifest } from './manifest';
import type { StageName } from './run';

/** A valid manifest of a stage that made nothing. */
export function emptyManifest(stage: StageName, lineage: Partial<Manifest['trm:lineage']> = {}): Manifest {
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: stage,
    'trm:manifestVersion': MANIFEST_VERSION,
    created: '2026-01-01T00:00:00.000Z',
    resources: [],
    'trm:sources': [],
    'trm:lineage': {
      stage,
      stageVersion: 1,
      configHash: '0'.repeat(64),
      codeCommit: null,
      dirty: false,
      seed: 42,
      toolVersions: {},
      inputs: [],
      counts: { in: 0, out: 0, dropped: {} },
      ...lineage,
    },
  };
}
