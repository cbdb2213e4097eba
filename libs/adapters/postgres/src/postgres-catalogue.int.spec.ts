import { afterAll, describe, expect, it } from '@jest/globals';
import type { MemoryId } from '@mneme/events';
import { type CatalogueRow, catalogueRowOf, subjectRef, tenantRef } from '@mneme/domain';
import {
  aMemory,
  aReadScope,
  auditableStoreContract,
  catalogueContract,
  engineAddress,
  type ErasableFixture,
  erasableStoreContract,
  isolationContract,
  randomMemoryId,
  randomSubjectId,
  randomTenantId,
  randomTurnId,
} from '@mneme/testing';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());
const open = () => scratch.open([CATALOGUE_SCHEMA]);
const openCatalogue = async () => new PostgresCatalogue(await open());

catalogueContract(openCatalogue);
isolationContract(async () => ({ catalogue: await openCatalogue() }), { nearCopies: 100_000, stores: ['catalogue'] });

describe('PostgreSQL catalogue', () => {
  erasableStoreContract(async () => fixtureOf(await openCatalogue()), 'catalogue');
  auditableStoreContract(async () => {
    const store = await openCatalogue();
    return { store, write: (memories) => store.upsert(memories.map(catalogueRowOf)), project: catalogueRowOf };
  }, 'catalogue');

  it('takes all rows of a call or none, of one statement and of several', async () => {
    for (const writeRowsMax of [1, 1_000]) {
      const catalogue = new PostgresCatalogue(await open(), { writeRowsMax });
      const row = catalogueRowOf(aMemory({ memoryId: `00000000${randomMemoryId().slice(8)}` as MemoryId }));
      const broken = { ...catalogueRowOf(aMemory()), sealed: undefined as never };
      await expect(catalogue.upsert([row, broken])).rejects.toThrow();
      expect(await read(catalogue, row)).toEqual([]);
    }
  });

  it('takes the last of a version that comes twice in one call, and another tenant’s beside it', async () => {
    const catalogue = await openCatalogue();
    const row = catalogueRowOf(aMemory());
    const foreign = { ...row, tenantId: randomTenantId() };
    await catalogue.upsert([row, { ...row, confidence: 0.1 }, foreign]);
    expect(await read(catalogue, row)).toEqual([{ ...row, confidence: 0.1 }]);
    expect(await read(catalogue, foreign)).toEqual([foreign]);
    await catalogue.remove([row]);
    expect([...(await read(catalogue, row)), ...(await read(catalogue, foreign))]).toEqual([]);
  });

  it('does not write again what is there already', async () => {
    const db = await open();
    const catalogue = new PostgresCatalogue(db);
    const row = catalogueRowOf(aMemory({ expiresAt: '2027-01-01T00:00:00.000Z', flags: ['plan'] }));
    const place = async () =>
      db.get({ text: 'SELECT ctid::text, xmin::text FROM catalogue WHERE memory_id = $1' }, row.memoryId);
    await catalogue.upsert([row]);
    const before = await place();
    await catalogue.upsert([row]);
    expect(await place()).toEqual(before);
    await catalogue.upsert([{ ...row, confidence: 0.1 }]);
    expect(await place()).not.toEqual(before);
  });

  it('refuses an id that would come back in another form, and finds nothing under one', async () => {
    const catalogue = await openCatalogue();
    const row = catalogueRowOf(aMemory());
    const capital = { ...row, memoryId: row.memoryId.toUpperCase() as MemoryId };
    await expect(catalogue.upsert([capital])).rejects.toMatchObject({ detail: { field: 'memoryId' } });
    await catalogue.upsert([row]);
    expect(await read(catalogue, capital)).toEqual([]);
    expect(await catalogue.findIds(row.tenantId, ['no id at all', row.memoryId])).toEqual([row.memoryId]);
  });

  it('remembers the newest failed turns alone', async () => {
    const catalogue = new PostgresCatalogue(await open(), { failedTurnsMax: 3 });
    const turns = Array.from({ length: 5 }, () => randomTurnId());
    for (const turnId of turns) {
      await catalogue.noteWatermark('catalogue', { partition: 0, turnsOffset: 1 }, [turnId]);
    }
    expect([...(await catalogue.failedTurns(turns))].sort()).toEqual(turns.slice(2).sort());
  });

  it('keeps the highest version and every row when two processes write them crosswise', async () => {
    const catalogues = [await openCatalogue(), await openCatalogue(), await openCatalogue()];
    const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const first = Array.from({ length: 200 }, () => catalogueRowOf(aMemory(owner)));
    const versions = [0, 1, 2].map((more) => first.map((row) => ({ ...row, version: row.version + more })));
    await Promise.all(
      catalogues.flatMap((catalogue, at) =>
        [versions[at] ?? [], [...(versions[(at + 1) % 3] ?? [])].reverse()].map((rows) => catalogue.upsert(rows)),
      ),
    );
    const [catalogue] = catalogues as [PostgresCatalogue];
    const ids = first.map(({ memoryId }) => memoryId);
    const found = await catalogue.get(aReadScope(owner.tenantId, owner.subjectId), ids);
    expect(new Map(found.map((row) => [row.memoryId, row]))).toEqual(
      new Map((versions[2] ?? []).map((row) => [row.memoryId, row])),
    );
    expect(await catalogue.countSubject(subjectRef(owner.tenantId, owner.subjectId), 2)).toBe(600);
  });

  it('erases to zero while others write under the subject’s next epoch and count its accesses', async () => {
    const db = await open();
    const catalogue = new PostgresCatalogue(db);
    const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const gone = Array.from({ length: 500 }, () => catalogueRowOf(aMemory(owner)));
    const kept = Array.from({ length: 100 }, () => catalogueRowOf(aMemory({ ...owner, epoch: 2 })));
    await catalogue.upsert(gone);
    const subject = subjectRef(owner.tenantId, owner.subjectId);
    const touch = () =>
      db.run({ text: 'UPDATE catalogue SET access_count = access_count + 1 WHERE tenant_id = $1' }, owner.tenantId);
    const [erased] = await Promise.all([catalogue.eraseSubject(subject, 2), catalogue.upsert(kept), touch(), touch()]);
    expect(erased).toBe(500);
    expect(await catalogue.countSubject(subject, 2)).toBe(0);
    expect(await catalogue.countSubject(subject, 3)).toBe(100);
  });

  it('reads a digest in pages and leaves the connection free in between', async () => {
    const catalogue = new PostgresCatalogue(await scratch.open([CATALOGUE_SCHEMA], { poolSizeMax: 1 }), {
      pageRows: 3,
    });
    const tenantId = randomTenantId();
    const rows = Array.from({ length: 10 }, () => catalogueRowOf(aMemory({ tenantId })));
    await catalogue.upsert(rows);
    const seen: CatalogueRow[] = [];
    for await (const record of catalogue.records(tenantRef(tenantId))) {
      seen.push(record);
      expect(await read(catalogue, record)).toEqual([record]);
    }
    expect(seen.map(({ memoryId }) => memoryId).sort()).toEqual(rows.map(({ memoryId }) => memoryId).sort());
  });
});

async function read(catalogue: PostgresCatalogue, row: CatalogueRow): Promise<readonly CatalogueRow[]> {
  return catalogue.get(aReadScope(row.tenantId, row.subjectId), [row.memoryId]);
}

function fixtureOf(store: PostgresCatalogue): ErasableFixture {
  return {
    store,
    write: async (records) => {
      const rows = records.map((record) => catalogueRowOf(aMemory(record)));
      await store.upsert(rows);
      return rows.map(({ memoryId }) => memoryId);
    },
    read: async (tenantId, subjectId) => {
      const page = { filter: {}, nowMs: 0, limit: 1_000 };
      return (await store.list(aReadScope(tenantId, subjectId), page)).map(({ memoryId }) => memoryId);
    },
  };
}
