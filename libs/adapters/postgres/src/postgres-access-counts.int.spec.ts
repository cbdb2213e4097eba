import { afterAll, describe, expect, it } from '@jest/globals';
import { catalogueRowOf } from '@mneme/domain';
import {
  accessCountsContract,
  aMemory,
  aReadScope,
  engineAddress,
  randomSubjectId,
  randomTenantId,
} from '@mneme/testing';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import { PostgresAccessCounts } from './postgres-access-counts.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());
const open = async (poolSizeMax = 4) => {
  const db = await scratch.open([CATALOGUE_SCHEMA], { poolSizeMax });
  return { db, catalogue: new PostgresCatalogue(db), accessCounts: new PostgresAccessCounts(db) };
};

accessCountsContract(() => open());

describe('access counts in PostgreSQL', () => {
  const some = (count: number) => {
    const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const rows = Array.from({ length: count }, () => catalogueRowOf(aMemory(owner)));
    return { ...owner, rows, ids: rows.map(({ memoryId }) => memoryId) };
  };

  it('count each access once when two processes are told of it at the same time', async () => {
    const stores = [await open(), await open()] as const;
    const { tenantId, subjectId, rows, ids } = some(50);
    await stores[0].catalogue.upsert(rows);
    const accesses = Array.from({ length: 20 }, (_, offset) => ({ offset, tenantId, memoryIds: ids, atMs: offset }));
    await Promise.all(
      [0, 5, 0, 10].map((from, at) =>
        stores[at % 2 === 0 ? 0 : 1].accessCounts.noteAccesses(1_001, accesses.slice(from)),
      ),
    );
    const told = await stores[0].accessCounts.accessesOf(aReadScope(tenantId, subjectId), ids);
    // Who comes first with a later part leaves the rest uncounted; nothing is counted twice.
    expect(told.size).toBe(50);
    for (const { count, lastAccessMs } of told.values()) {
      expect([10, 15, 20]).toContain(count);
      expect(lastAccessMs).toBe(19);
    }
  });

  it('add up over partitions that tell of the same memories in opposite orders', async () => {
    const { catalogue, accessCounts } = await open();
    const { tenantId, subjectId, rows, ids } = some(200);
    await catalogue.upsert([...rows, ...rows.map((row) => ({ ...row, version: row.version + 1 }))]);
    const orders = [ids, [...ids].reverse()];
    await Promise.all(
      [2_000, 2_001, 2_002, 2_003].map((partition, at) =>
        accessCounts.noteAccesses(partition, [
          { offset: 0, tenantId, memoryIds: orders[at % 2] ?? [], atMs: partition },
        ]),
      ),
    );
    const told = await accessCounts.accessesOf(aReadScope(tenantId, subjectId), ids);
    expect(new Set([...told.values()].map(({ count }) => count))).toEqual(new Set([4]));
    expect(told.size).toBe(200);
  });

  it('rewrite a row where it stands and touch no index', async () => {
    const { db, catalogue, accessCounts } = await open(1);
    const { tenantId, rows, ids } = some(1);
    await catalogue.upsert(rows);
    const before = await updatesOf(db);
    await accessCounts.noteAccesses(3_000, [{ offset: 0, tenantId, memoryIds: ids, atMs: 1 }]);
    const after = await updatesOf(db);
    expect(after.updated - before.updated).toBe(1);
    expect(after.inPlace - before.inPlace).toBe(1);
  });
});

// A connection tells of what it has done at its own pace, unless it is asked to.
async function updatesOf(db: Awaited<ReturnType<typeof open>>['db']) {
  await db.run({ text: 'SELECT pg_stat_force_next_flush()' });
  const row = await db.get<{ updated: number; inPlace: number }>({
    text: `SELECT n_tup_upd AS updated, n_tup_hot_upd AS "inPlace" FROM pg_stat_user_tables
      WHERE relid = 'catalogue'::regclass`,
  });
  return row ?? { updated: 0, inPlace: 0 };
}
