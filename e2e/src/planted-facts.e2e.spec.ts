import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories } from '@mneme/testing';
import { PlantedWorld } from './planted-world.js';
import type { Value } from './store-file.js';

removeTemporaryDirectories();

describe('a digest of a fact graph in which somebody has changed what its queries walk along', () => {
  let world: PlantedWorld;

  beforeAll(async () => {
    world = await PlantedWorld.start();
  });
  afterEach(() => world.file.restore());
  afterAll(() => world.stop());

  const expectSeen = async (sql: string, changed = 1) => {
    expect([sql, world.file.run(sql)]).toEqual([sql, changed]);
    expect([sql, await world.unequal()]).toEqual([sql, ['fact-graph']]);
    world.file.restore();
  };

  it.each([
    ['fact_endings', 'slot', "'planted'"],
    ['fact_endings', 'valid_from_ms', 'valid_from_ms - 1'],
    ['fact_endings', 'fact_id', '999999'],
    ['fact_endings', 'tenant_id', "'neighbour'"],
    ['fact_aliases', 'alias', "'planted'"],
    ['fact_aliases', 'fact_id', '999999'],
    ['fact_aliases', 'tenant_id', "'neighbour'"],
  ])('is unequal after a row was put into %s with another %s', async (table, column, value) => {
    const names = world.file.columns(table).map(({ name }) => name);
    const list = names.map((name) => (name === column ? value : name)).join(', ');
    await expectSeen(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${list} FROM ${table} LIMIT 1`);
  });

  it('is unequal after a fact is noted as retired by one that does not end it', async () => {
    const ids = world.keysOf('facts');
    const retiredBy = (id: Value) => world.valueAt('facts', 'retired_by', id);
    let seen = 0;
    for (const id of ids) {
      for (const other of [...ids, 999_999, -1]) {
        if (retiredBy(id) === other) continue;
        await expectSeen(`UPDATE facts SET retired_by = ${other as number} WHERE fact_id = ${id as number}`);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(ids.length);
  }, 120_000);

  it('is unequal after what retired a fact is no longer what it was', async () => {
    const retirer = '(SELECT retired_by FROM facts WHERE retired_by IS NOT NULL LIMIT 1)';
    for (const change of ['confidence = 0', 'trust = 0', 'expires_at_ms = 1', "department_id = 'care'"]) {
      await expectSeen(`UPDATE facts SET ${change} WHERE fact_id = ${retirer}`);
    }
    await expectSeen(`DELETE FROM facts WHERE fact_id = ${retirer}`);
  });

  it('is unequal when retired facts are passed over for a time in which they held, or nothing says when', async () => {
    await expectSeen('UPDATE fact_retirement SET until_ms = 0');
    await expectSeen('UPDATE fact_retirement SET until_ms = -9007199254740991');
    await expectSeen('DELETE FROM fact_retirement');
  });

  it('is equal when such notes are missing or hold later: they only spare time', async () => {
    const held = async () => {
      const { facts } = await world.agent.retrieval.asOf({ userId: 'ana', predicates: [], entities: [] });
      return facts.map(({ memory }) => memory?.memoryId);
    };
    const before = await held();
    expect(before.length).toBeGreaterThan(0);
    for (const sql of ['UPDATE facts SET retired_by = NULL', 'UPDATE fact_retirement SET until_ms = until_ms + 1']) {
      expect(world.file.run(sql)).toBeGreaterThan(0);
      expect([sql, await world.unequal(), await held()]).toEqual([sql, [], before]);
      world.file.restore();
    }
  });
});
