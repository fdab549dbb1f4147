import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../records/finding';
import { lineMap } from '../../python/tokens/positions';
import { rangeOf } from '../../repair/ranges';
import { fingerprint } from './fingerprint';
import { formatFramed, wantsColours } from './frame';
import { reportFinding, type ReportedFinding } from './reported-finding';
import { createFindingWriter, type Format } from './writer';

const SOURCE = 'def f(a, b):\n\treturn totl + a  # 100%, sure\n';

function finding(source: string, before: string, more: Partial<Finding> = {}): ReportedFinding {
  const start = source.indexOf(before);
  const span: [number, number] = [start, start + before.length];
  const base = { file: 'src/ä b.py', bugType: 'misspelled-name', confidence: 0.5, before, after: 'total' };
  const range = rangeOf(lineMap(source), span);
  const judged = { tier: 'verified' as const, checks: { parses: true }, steps: 4 };
  return reportFinding({ ...base, range, span, ...judged, ...more }, source);
}

/** A tool's finding, and one in a notebook. */
const MODEL = finding(SOURCE, 'totl');
const TOOL: ReportedFinding = {
  ...MODEL,
  ...{ witness: 'ruff', rule: 'F821', bugType: null, cwe: null, edit: null, severity: 'warning' },
  message: 'Undefined name `totl`, 100% sure',
};
const IN_CELL: ReportedFinding = { ...MODEL, file: 'a,b.ipynb', cell: 3 };

function print(format: Format, findings: readonly ReportedFinding[]): string {
  let text = '';
  const writer = createFindingWriter(format, {
    version: '1.2.3',
    stream: { write: (part: string) => (text += part) },
  });
  for (const one of findings) writer.write([one]);
  writer.end();
  return text;
}

interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  locations: { physicalLocation: { artifactLocation: { uri: string }; region?: object } }[];
  partialFingerprints: Record<string, string>;
  fixes?: unknown[];
}
const sarifResults = (text: string): SarifResult[] =>
  (JSON.parse(text) as { runs: { results: SarifResult[] }[] }).runs[0].results;

test('SARIF fits the schema of version 2.1.0, with findings of every kind and with none', () => {
  const path = createRequire(__filename).resolve('@microsoft/jest-sarif/package.json');
  const schema = JSON.parse(
    readFileSync(path.replace('package.json', 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object;
  // The schema is of draft 4, whose keywords `id` and boolean `exclusiveMinimum` this validator reads by `schemaId`.
  const validate = new Ajv({
    schemaId: 'auto',
    meta: false,
    validateSchema: false,
    unknownFormats: 'ignore',
  });
  const isValid = validate.compile({ ...schema, $schema: undefined });
  for (const findings of [[], [MODEL, TOOL, IN_CELL, MODEL]]) {
    const log: unknown = JSON.parse(print('sarif', findings));
    assert.ok(isValid(log), JSON.stringify(isValid.errors));
  }
  assert.not.ok(isValid({ version: '2.1.0', runs: [{}] }), 'the schema refuses what is none');
  const [model, tool, cell, again] = sarifResults(print('sarif', [MODEL, TOOL, IN_CELL, MODEL]));
  assert.equal([model.ruleId, tool.ruleId], ['misspelled-name', 'ruff/F821']);
  assert.is(model.locations[0].physicalLocation.artifactLocation.uri, 'src/%C3%A4%20b.py');
  assert.equal([model.fixes?.length, tool.fixes, cell.fixes], [1, undefined, undefined]);
  assert.is(cell.locations[0].physicalLocation.region, undefined);
  const [first, second] = [model, again].map(
    ({ partialFingerprints }) => partialFingerprints['trmFinding/v1'],
  );
  assert.is(second, first.replace(':1', ':2'));
});

test('a fingerprint stays when code moves, and is another for another rule or line', () => {
  const print = fingerprint(MODEL);
  const moved = finding(`import os\n\n${SOURCE.replace('\t', '        ')}`, 'totl', { file: 'other.py' });
  assert.is(fingerprint(moved), print);
  assert.is.not(fingerprint(TOOL), print);
  assert.is.not(fingerprint(finding(SOURCE.replace('+ a', '- a'), 'totl')), print);
});

test('text is one line a finding, of the model and of tools; in a notebook by cell', () => {
  assert.is(
    print('text', [MODEL, TOOL, IN_CELL]),
    [
      'src/ä b.py:2:9: verified 0.50 misspelled-name: "totl" -> "total"',
      'src/ä b.py:2:9: warning ruff F821: Undefined name `totl`, 100% sure',
      'a,b.ipynb:cell 3:2:9: verified 0.50 misspelled-name: "totl" -> "total"',
      '',
    ].join('\n'),
  );
});

test('on a terminal the line stands below, marked; colours only where they are wanted', () => {
  const framed = formatFramed(MODEL).split('\n');
  assert.is(framed[1], ' 2 | \treturn totl + a  # 100%, sure');
  assert.is(framed[2], '   | \t       ^^^^ replace "totl" by "total"');
  assert.match(formatFramed(MODEL, { colours: true }), '\x1b[31m^^^^\x1b[39m');
  assert.ok(
    wantsColours({ isTTY: true }, {}) &&
      !wantsColours({}, {}) &&
      !wantsColours({ isTTY: true }, { NO_COLOR: '1' }),
  );
});

test('GitHub commands escape what would end them', () => {
  const [model, tool, cell] = print('github', [MODEL, TOOL, IN_CELL]).split('\n');
  assert.is(
    model,
    '::error file=src/ä b.py,line=2,col=9,endLine=2,endColumn=13,title=trm (model%3A misspelled-name)::' +
      'src/ä b.py:2:9: Misspelled name: replace "totl" by "total"',
  );
  assert.match(tool, '::warning file=');
  assert.match(tool, '100%25 sure');
  assert.match(cell, '::error file=a%2Cb.ipynb,title=');
});

test('JSON is one document, JSON lines one a finding; a tool has no edit', () => {
  const all = JSON.parse(print('json', [MODEL, TOOL, IN_CELL])) as Record<string, unknown>[];
  const lines = print('jsonl', [MODEL, TOOL, IN_CELL]).trimEnd().split('\n');
  assert.equal(
    lines.map((line): unknown => JSON.parse(line)),
    all,
  );
  assert.equal(all[0].start, { line: 2, column: 8, offset: 21 });
  assert.equal([all[0].tier, all[1].tier, all[1].witness, all[2].cell], ['verified', undefined, 'ruff', 3]);
});

test.run();
