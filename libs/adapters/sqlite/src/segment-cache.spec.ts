import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subjectRef } from '@mneme/domain';
import type { IndexedMemory } from '@mneme/ports';
import {
  anIndexedMemory,
  anIndexFilter,
  aReadScope,
  randomSubjectId,
  randomTenantId,
  unitVector,
} from '@mneme/testing';
import { type Database, openDatabase } from './database.js';
import { SqliteVectorIndex } from './sqlite-vector-index.js';
import { storeMigrations } from './store-schema.js';

const EAST = unitVector(1, 0, 0, 0);

describe('cache of the SQLite vector index', () => {
  let db: Database;
  beforeEach(() => {
    db = openDatabase(':memory:', { migrations: storeMigrations });
  });
  afterEach(() => db.close());

  const someones = (count: number) => {
    const memory = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    return Array.from({ length: count }, () => anIndexedMemory('red kite', { memory }));
  };
  const search = (index: SqliteVectorIndex, [memory]: readonly IndexedMemory[], limit = 1_000) => {
    const { tenantId, subjectId } = memory as IndexedMemory;
    return index.searchDense(aReadScope(tenantId, subjectId), { vector: EAST, limit }, anIndexFilter());
  };

  it('stays within its bound, whatever is searched, and finds all the same', async () => {
    const cacheBytesMax = 300_000;
    const index = new SqliteVectorIndex(db, { cacheBytesMax });
    const users = Array.from({ length: 20 }, () => someones(100));
    await index.upsert(users.flat());
    for (let round = 0; round < 2; round++) {
      for (const user of users) {
        expect(await search(index, user)).toHaveLength(100);
        expect(index.cachedBytes).toBeLessThanOrEqual(cacheBytesMax);
      }
    }
    expect(index.cachedBytes).toBeGreaterThan(cacheBytesMax / 2);
  });

  it('keeps no segment that is bigger than the bound, and searches it on the file', async () => {
    const index = new SqliteVectorIndex(db, { cacheBytesMax: 50_000 });
    const user = someones(900);
    await index.upsert(user);
    expect(await search(index, user)).toHaveLength(900);
    expect(index.cachedBytes).toBeLessThanOrEqual(50_000);
    await index.remove(user.slice(0, 890));
    expect(await search(index, user)).toHaveLength(10);
  });

  it('gives back the memory of an erased subject', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(500);
    await index.upsert(user);
    await search(index, user);
    const full = index.cachedBytes;
    const [{ tenantId, subjectId }] = user as [IndexedMemory];
    await index.eraseSubject(subjectRef(tenantId, subjectId), 2);
    expect(index.cachedBytes).toBeLessThan(full / 20);
    expect(await search(index, user)).toEqual([]);
  });

  it('gives back the memory of entries that were replaced again and again', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(400);
    await index.upsert(user);
    await search(index, user);
    const once = index.cachedBytes;
    for (let version = 1; version <= 8; version++) {
      await index.upsert(user.map((memory) => ({ ...memory, version: memory.version + version })));
      expect(await search(index, user)).toHaveLength(user.length);
    }
    expect(index.cachedBytes).toBeLessThan(once * 2.5);
  });

  it('reads a segment that grew one by one as the one block that it is', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(60);
    for (const [at, memory] of user.entries()) {
      await index.upsert([memory]);
      expect(await search(index, user)).toHaveLength(at + 1);
    }
    const fresh = new SqliteVectorIndex(db);
    expect(await search(index, user)).toEqual(await search(fresh, user));
  });

  it('answers searches side by side from one load, also while entries come and go', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(4_000);
    await index.upsert(user);
    const fresh = new SqliteVectorIndex(db);
    const searches = Array.from({ length: 5 }, () => search(fresh, user));
    await fresh.remove(user.slice(0, 100));
    await fresh.upsert(someones(1));
    for (const hits of await Promise.all(searches)) expect(hits).toHaveLength(1_000);
    expect(await fresh.searchDense(scopeOf(user), { vector: EAST, limit: 1_000 }, anIndexFilter())).toHaveLength(1_000);
    await fresh.remove(user.slice(0, 3_500));
    expect(await search(fresh, user)).toHaveLength(500);
  });

  it('gives way to the event loop while it loads', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(8_000);
    await index.upsert(user);
    const fresh = new SqliteVectorIndex(db);
    let turns = 0;
    let isDone = false;
    const searched = search(fresh, user).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await nextTurn();
      turns += 1;
    }
    await searched;
    expect(turns).toBeGreaterThan(2);
  });

  it('is not left with what was erased while a search ran', async () => {
    const index = new SqliteVectorIndex(db);
    const user = someones(8_000);
    await index.upsert(user);
    const fresh = new SqliteVectorIndex(db);
    const searched = search(fresh, user);
    const [{ tenantId, subjectId }] = user as [IndexedMemory];
    await fresh.eraseSubject(subjectRef(tenantId, subjectId), 2);
    await searched;
    expect(await search(fresh, user)).toEqual([]);
  });
});

function scopeOf([memory]: readonly IndexedMemory[]) {
  return aReadScope((memory as IndexedMemory).tenantId, (memory as IndexedMemory).subjectId);
}
