import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aFact, aGraphView, anEntity, aReadScope, randomSubjectId, randomTenantId } from '@mneme/testing';
import { subjectRef } from '@mneme/domain';
import { type Database, openDatabase } from './database.js';
import { SqliteFactGraph } from './sqlite-fact-graph.js';
import { storeMigrations } from './store-schema.js';

describe('facts ended for good', () => {
  const tenantId = randomTenantId();
  const entity = anEntity();
  let subjectId = randomSubjectId();
  let db: Database;
  let graph: SqliteFactGraph;
  beforeEach(() => {
    db = openDatabase(':memory:', { migrations: storeMigrations });
    graph = new SqliteFactGraph(db);
    subjectId = randomSubjectId();
  });
  afterEach(() => db.close());

  const home = (day: number, memory = {}, more = {}) => {
    const at = Date.UTC(2026, 0, day);
    const instant = new Date(at).toISOString();
    const given = { tenantId, subjectId, occurredAt: instant, recordedAt: at * 1_000, ...memory };
    return aFact({ memory: given, subjectEntity: entity, validFrom: instant, ...more });
  };
  const retired = () => (db.prepare('SELECT sum(is_retired) AS count FROM facts').get() as { count: number }).count;
  const held = async () => {
    const query = { ...aGraphView(), entities: [entity], fanOut: 9, limit: 9 };
    return graph.factsOf(aReadScope(tenantId, subjectId), query);
  };

  it('are passed over, and come back with the removal of what ended them', async () => {
    const [elder, later] = [home(1), home(2)];
    await graph.upsert([elder, later]);
    expect(retired()).toBe(1);
    expect(await held()).toEqual([later]);
    await graph.remove([later]);
    expect(retired()).toBe(0);
    expect(await held()).toEqual([elder]);
  });

  it('come back when what ended them is erased by source', async () => {
    const [elder, later] = [home(1), home(2)];
    await graph.upsert([elder, later]);
    await graph.eraseSources(subjectRef(tenantId, subjectId), [later.sourceId], 2);
    expect(await held()).toEqual([elder]);
  });

  it.each([
    ['is less trusted', { trust: 0.1 }, {}],
    ['is less sure', { confidence: 0.1 }, {}],
    ['expires', { expiresAt: '2030-01-01T00:00:00.000Z' }, {}],
    ['is for a department', { departmentId: 'sales' as never }, {}],
    ['holds for some time', {}, { validTo: '2030-01-01T00:00:00.000Z' }],
    ['holds from a later day on', {}, { validFrom: '2026-03-01T00:00:00.000Z' }],
    ['is a negation', {}, { isNegated: true }],
  ])('are not what was ended by a fact that %s', async (_, memory, more) => {
    const elder = home(1);
    const object = elder.objectEntity === undefined ? {} : { objectEntity: elder.objectEntity };
    await graph.upsert([elder, home(2, memory, { ...object, ...more })]);
    expect(retired()).toBe(0);
  });

  it('come back when what ended them is taken back, or gets another version', async () => {
    const [elder, later] = [home(1), home(2)];
    await graph.upsert([elder, later]);
    const object = later.objectEntity === undefined ? {} : { objectEntity: later.objectEntity };
    const negation = home(3, {}, { ...object, isNegated: true });
    await graph.upsert([negation]);
    expect(retired()).toBe(0);
    expect(await held()).toEqual([elder]);
    await graph.remove([negation]);
    await graph.upsert([{ ...later, version: later.version + 1, expiresAtMs: 1 }]);
    expect(retired()).toBe(0);
    expect(await held()).toEqual([elder]);
  });
});
