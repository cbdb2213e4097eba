import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogueRowOf } from '@mneme/domain';
import { aMemory, engineAddress, ORGANISATION, randomMemoryId, randomSubjectId, randomTenantId } from '@mneme/testing';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import { CATALOGUE_READS } from './catalogue-statements.js';
import type { Database, Value } from './database.js';
import { filterValues } from './memory-filter.js';
import { type NamedStatement, type NamedValues, valuesFor } from './named-statements.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { ScratchSchema } from './scratch-schema.js';
import { SURVEY } from './survey-statements.js';

/**
 * How the engine runs the statements that a request or maintenance waits for: planned for their values and, as it is once a
 * statement has been used a few times, for any values; before the table was ever analysed, and after.
 */
const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const tenantId = randomTenantId();
const subjectId = randomSubjectId();
const memoryIds = Array.from({ length: 50 }, () => randomMemoryId());
const scope = { tenantId, audiences: [`u:${subjectId}`, ORGANISATION], departmentIds: [], minTrust: 0 };
const nowMs = Date.parse('2026-06-01T00:00:00.000Z');
const page = { at: 0, memoryId: memoryIds[0] ?? '', limit: 100 };
const after = { afterOccurredAtMs: nowMs, afterRecordedAt: 0, afterMemoryId: memoryIds[0] ?? '' };
const place = { subjectId, sourceId: '', memoryId: memoryIds[0] ?? '', version: 0, limit: 100 };

const STATEMENTS: readonly (readonly [index: string, statement: NamedStatement, values: NamedValues])[] = [
  ['catalogue_pkey', CATALOGUE_READS.get, { ...scope, memoryIds }],
  ['catalogue_by_audience', CATALOGUE_READS.list, { ...scope, ...filterValues({}), ...after, nowMs, limit: 50 }],
  ['catalogue_by_subject', CATALOGUE_READS.records, { ...place, tenantId }],
  ['catalogue_by_age', SURVEY.kind, { ...page, tenantId, kind: 'episode', beforeVersion: 2 ** 52 }],
  ['catalogue_by_expiry', SURVEY.expired, { ...page, tenantId, nowMs }],
  ['catalogue_by_review', SURVEY.due, { ...page, tenantId, nowMs }],
  ['catalogue_critical', SURVEY.recalledCritical, { ...page, tenantId, nowMs }],
  ['catalogue_by_subject', SURVEY.subjects, { tenantId, after: '', limit: 100 }],
  ['catalogue_by_subject', SURVEY.texts, { ...place, tenantId }],
  ['catalogue_pkey', SURVEY.text, { ...place, tenantId }],
];

describe.each([
  ['that was never analysed', false],
  ['that was analysed', true],
])('on a table %s', (_, isAnalysed) => {
  let db: Database;
  beforeAll(async () => {
    db = await scratch.open([CATALOGUE_SCHEMA], { poolSizeMax: 1 });
    if (isAnalysed) await db.run({ text: 'ANALYZE catalogue' });
    else await fill(db);
  });

  it.each(STATEMENTS)('%s is what a statement follows', async (index, statement, values) => {
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      const plan = await planOf(db, { statement, values, mode });
      const followed = new Set([...plan.matchAll(/using (\w+) on catalogue/g)].map(([, name]) => name));
      expect([...followed].filter((name) => name !== index && !BY_ID.has(name))).toEqual([]);
      expect([index, ...BY_ID].some((name) => followed.has(name))).toBe(true);
      if (!BY_ID.has(index)) expect(followed).toContain(index);
      expect(plan).not.toMatch(/Seq Scan on catalogue|Bitmap|Hash Join|Merge Join/);
      // Only what was found in several audiences is put in order, a page of each.
      if (statement !== CATALOGUE_READS.list) expect(plan).not.toMatch(/Sort Key/);
    }
  });
});

// Either is one step to one memory.
const BY_ID: ReadonlySet<string | undefined> = new Set(['catalogue_pkey', 'catalogue_by_memory']);

const ROWS = 20_000;
const BATCH = 2_000;

/** A tenant of whom a third is one user's, beside another tenant. */
async function fill(db: Database): Promise<void> {
  await db.run({ text: 'ALTER TABLE catalogue SET (autovacuum_enabled = off)' });
  const catalogue = new PostgresCatalogue(db);
  const others = Array.from({ length: 50 }, () => randomSubjectId());
  const neighbour = randomTenantId();
  for (let written = 0; written < ROWS; written += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, at) =>
      catalogueRowOf(
        aMemory({
          tenantId: at % 4 === 0 ? neighbour : tenantId,
          subjectId: at % 3 === 0 ? subjectId : (others[at % 50] ?? subjectId),
          ...(at % 5 === 0 ? { audience: ORGANISATION } : {}),
          occurredAt: new Date(nowMs - at * 60_000).toISOString(),
          ...(at % 2 === 0 ? { expiresAt: new Date(nowMs + at * 60_000).toISOString() } : {}),
          ...(at % 2 === 1 ? { reviewBy: new Date(nowMs - at * 60_000).toISOString() } : {}),
        }),
      ),
    );
    await catalogue.upsert(rows);
  }
}

interface Planned {
  readonly statement: NamedStatement;
  readonly values: NamedValues;
  readonly mode: string;
}

async function planOf(db: Database, { statement, values, mode }: Planned): Promise<string> {
  return db.transaction(async (queries) => {
    await queries.run({ text: `SET LOCAL plan_cache_mode = ${mode}` });
    await queries.run({ text: `PREPARE planned AS ${statement.text}` });
    const literals = valuesFor(statement, values).map(literalOf).join(', ');
    const rows = await queries.all<{ readonly 'QUERY PLAN': string }>({
      text: `EXPLAIN EXECUTE planned (${literals})`,
    });
    await queries.run({ text: 'DEALLOCATE planned' });
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
}

function literalOf(value: Value): string {
  if (value === null) return 'NULL';
  return `'${Array.isArray(value) ? `{${value.join(',')}}` : String(value)}'`;
}
