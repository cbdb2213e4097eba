import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogueRowOf, tenantRef } from '@mneme/domain';
import { aMemory, aReadScope, randomTurnId } from '@mneme/testing';
import { type Database, openDatabase } from './database.js';
import { SqliteCatalogue } from './sqlite-catalogue.js';
import { storeMigrations } from './store-schema.js';

describe('SQLite catalogue', () => {
  let db: Database;
  beforeEach(() => {
    db = openDatabase(':memory:', { migrations: storeMigrations });
  });
  afterEach(() => db.close());

  it('keeps access statistics out of records, and through a write of the same version', async () => {
    const catalogue = new SqliteCatalogue(db);
    const row = catalogueRowOf(aMemory());
    await catalogue.upsert([row]);
    db.exec('UPDATE catalogue SET access_count = 3, last_access_ms = 5');
    await catalogue.upsert([{ ...row, confidence: 0.1 }]);
    const statistics = db.prepare('SELECT access_count, last_access_ms, confidence FROM catalogue').get();
    expect(statistics).toEqual({ access_count: 3, last_access_ms: 5, confidence: 0.1 });
    const records: object[] = [];
    for await (const record of catalogue.records(tenantRef(row.tenantId))) records.push(record);
    expect(records).toEqual([{ ...row, confidence: 0.1 }]);
  });

  it('does not write again what is there already', async () => {
    const catalogue = new SqliteCatalogue(db);
    const row = catalogueRowOf(aMemory({ expiresAt: '2027-01-01T00:00:00.000Z' }));
    await catalogue.upsert([row]);
    const changes = () => (db.prepare('SELECT total_changes() AS count').get() as { readonly count: number }).count;
    const before = changes();
    await catalogue.upsert([row]);
    expect(changes()).toBe(before);
  });

  it('remembers the newest failed turns alone', async () => {
    const catalogue = new SqliteCatalogue(db, { failedTurnsMax: 3 });
    const turns = Array.from({ length: 5 }, () => randomTurnId());
    for (const turnId of turns) {
      await catalogue.noteWatermark('catalogue', { partition: 0, turnsOffset: 1 }, [turnId]);
    }
    expect([...(await catalogue.failedTurns(turns))].sort()).toEqual(turns.slice(2).sort());
  });

  it('takes all rows of a call or none', async () => {
    const catalogue = new SqliteCatalogue(db);
    const row = catalogueRowOf(aMemory());
    const broken = { ...catalogueRowOf(aMemory()), sealed: undefined as never };
    await expect(catalogue.upsert([row, broken])).rejects.toThrow();
    expect(await catalogue.get(aReadScope(row.tenantId, row.subjectId), [row.memoryId])).toEqual([]);
  });

  it('reads a page in the order of its index, without sorting what it does not return', async () => {
    const asked: string[] = [];
    const prepare = db.prepare.bind(db);
    const spied = new Proxy(db, {
      get: (target, property) => {
        if (property !== 'prepare') return Reflect.get(target, property) as unknown;
        return (...[sql, options]: Parameters<Database['prepare']>) => {
          asked.push(sql);
          return prepare(sql, options);
        };
      },
    });
    const catalogue = new SqliteCatalogue(spied);
    const row = catalogueRowOf(aMemory());
    await catalogue.list(aReadScope(row.tenantId, row.subjectId), { filter: {}, nowMs: 0, limit: 5 });
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${asked.at(-1) ?? ''}`).all({
      ...Object.fromEntries([...(asked.at(-1) ?? '').matchAll(/:(\w+)/g)].map(([, name]) => [name, 1])),
    }) as readonly { readonly detail: string }[];
    const details = plan.map(({ detail }) => detail).join('\n');
    expect(details).toContain('catalogue_by_audience (tenant_id=? AND audience=?');
    expect(details).not.toContain('USE TEMP B-TREE FOR ORDER BY');
  });
});
