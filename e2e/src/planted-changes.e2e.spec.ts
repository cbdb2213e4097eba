import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { removeTemporaryDirectories } from '@mneme/testing';
import { otherValuesOf } from './planted-values.js';
import { COVERED, OUTSIDE, PlantedWorld, RECORDS, TURNS } from './planted-world.js';
import type { Column, StoreFile, Value } from './store-file.js';

removeTemporaryDirectories();

describe('a digest of stores that somebody has changed', () => {
  let world: PlantedWorld;
  let file: StoreFile;

  beforeAll(async () => {
    world = await PlantedWorld.start();
    file = world.file;
    expect(await world.unequal()).toEqual([]);
  });
  afterEach(() => file.restore());
  afterAll(() => world.stop());

  const unequal = () => world.unequal();
  const storeOf = (table: string) => [table, COVERED[table] as string] as const;

  it('is equal before, over memories of every audience, and knows every table and column', async () => {
    const audiences = new Set(file.values('catalogue', 'substr(audience, 1, 1)'));
    expect(audiences).toEqual(new Set(['u', 'a', 't', 'o']));
    expect(file.count('catalogue')).toBeGreaterThan(TURNS.length);
    expect(file.count('vector_entries')).toBe(file.count('catalogue'));
    for (const table of Object.keys(COVERED)) expect([table, file.count(table) > 2]).toEqual([table, true]);
    expect(file.values('facts', 'is_retired')).toContain(1);
    expect(file.values('fact_endings', 'takes_back')).toContain(1);
    const known = [...Object.keys(COVERED), ...Object.keys(OUTSIDE), 'vector_models'];
    expect(file.tables().filter((table) => !known.includes(table))).toEqual([]);
  });

  it.each(Object.keys(COVERED))(
    'is unequal after any one value of %s has changed',
    async (table) => {
      const unseen: string[] = [];
      const [first, last] = [world.keysOf(table)[0], world.keysOf(table).at(-1)];
      for (const column of world.coveredColumns(table)) {
        let planted = 0;
        for (const key of [first, last] as Value[]) {
          for (const value of otherValuesOf(table, column, world.valueAt(table, column.name, key))) {
            // A unique index refuses some; then there is nothing to see.
            if (!isPlanted(() => world.plant(table, column.name, { key, value }))) continue;
            planted += 1;
            const told = await unequal();
            if (told.join() !== COVERED[table]) unseen.push(`${column.name}: ${String(value).slice(0, 40)}: ${told}`);
            file.restore();
          }
        }
        if (planted === 0) unseen.push(`nothing was planted in ${column.name}`);
      }
      expect(unseen).toEqual([]);
    },
    120_000,
  );

  it('is unequal after any several values have changed, and equal when they are put back', async () => {
    const change = fc.record({
      table: fc.constantFrom(...Object.keys(COVERED)),
      row: fc.nat(TURNS.length - 1),
      column: fc.nat(1_000),
      value: fc.nat(1_000),
    });
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      file.restore();
      const planted = new Set<string | undefined>();
      for (const { table, row, ...at } of changes) {
        const columns = world.coveredColumns(table);
        const column = columns[at.column % columns.length] as Column;
        const keys = world.savedKeysOf(table);
        const key = keys[row % keys.length] as Value;
        const values = otherValuesOf(table, column, world.valueAt(`saved.${table}`, column.name, key));
        if (
          isPlanted(() => world.plant(table, column.name, { key, value: values[at.value % values.length] as Value }))
        ) {
          planted.add(COVERED[table]);
        }
      }
      expect([...(await unequal())].sort()).toEqual([...planted].sort());
      file.restore();
      expect(await unequal()).toEqual([]);
    });
    await fc.assert(property, { numRuns: 150 });
  }, 120_000);

  it.each(Object.entries(COVERED))('is unequal after a row of %s is gone, or all are', async (table, store) => {
    for (const key of world.keysOf(table)) {
      world.remove(table, key);
      expect(await unequal()).toEqual([store]);
      file.restore();
    }
    file.run(`DELETE FROM ${table}`);
    expect(await unequal()).toEqual([store]);
  });

  it.each(RECORDS.map(storeOf))('is unequal after a row was put into %s', async (table, store) => {
    const names = world.coveredColumns(table).map(({ name }) => name);
    const copy = (changed: Readonly<Record<string, string>>, limit = 1) => {
      const list = names.map((name) => changed[name] ?? name).join(', ');
      file.run(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${list} FROM ${table} LIMIT ${limit}`);
    };
    const another = "'00000000-0000-4000-8000-' || printf('%012d', row_number() OVER ())";
    const planted: readonly Readonly<Record<string, string>>[] = [
      { memory_id: another },
      { memory_id: another, epoch: 'epoch - 1' },
      { memory_id: another, subject_id: "''", source_id: "''", epoch: '-1' },
      { memory_id: another, subject_id: "''", source_id: "''", epoch: '-9223372036854775808' },
      ...(table !== 'vector_entries' ? [{ version: 'version - 1' }, { version: 'version + 1' }] : []),
    ];
    for (const changed of planted) {
      copy(changed);
      expect(await unequal()).toEqual([store]);
      file.restore();
    }
    copy({ memory_id: another }, TURNS.length);
    expect(await unequal()).toEqual([store]);
    file.restore();
    copy({ memory_id: another, tenant_id: "'neighbour'" });
    expect(await unequal()).toEqual([]);
    expect(await world.service.operator.admin.digest({ tenantId: 'neighbour' })).toMatchObject({ equal: false });
  });

  it.each(RECORDS.map(storeOf))('is unequal after a row of %s was doubled', async (table, store) => {
    const names = world.coveredColumns(table).map(({ name }) => name);
    const index = file.dropIndex(`${table}_by_memory`);
    try {
      file.run(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${table} LIMIT 1`);
      expect(await unequal()).toEqual([store]);
    } finally {
      file.restore();
      file.run(index);
    }
  });

  it.each(RECORDS.map(storeOf))('is unequal after two rows of %s have exchanged a value', async (table, store) => {
    const [a, b] = world.keysOf(table) as [Value, Value];
    for (const column of world.coveredColumns(table)) {
      const [ofA, ofB] = [world.valueAt(table, column.name, a), world.valueAt(table, column.name, b)];
      if (column.name === 'memory_id' || JSON.stringify(ofA) === JSON.stringify(ofB)) continue;
      world.plant(table, column.name, { key: a, value: ofB });
      world.plant(table, column.name, { key: b, value: ofA });
      expect([column.name, await unequal()]).toEqual([column.name, [store]]);
      file.restore();
    }
  });

  it.each([
    ['is gone', 'DELETE FROM vector_models'],
    ['has another length', 'UPDATE vector_models SET dimensions = dimensions / 2'],
    ['has no length', 'UPDATE vector_models SET dimensions = 0'],
    ['has another name', "UPDATE vector_models SET model = model || 'x'"],
  ])('is unequal after the model of the vectors %s', async (_name, sql) => {
    expect(file.run(sql)).toBe(1);
    expect(await unequal()).toEqual(['vector-index']);
  });

  it('leaves out what is no record: vectors, statistics, places in the file', async () => {
    const vectors = `UPDATE vector_entries
      SET packed = CAST(substr(packed, 1, posting_bytes) || zeroblob(length(packed) - posting_bytes) AS BLOB)`;
    for (const sql of [
      vectors,
      "INSERT INTO vector_models VALUES ('of no entry', 3)",
      'UPDATE catalogue SET access_count = access_count + 1, last_access_ms = 1, row_id = row_id + 1000',
      'UPDATE vector_entries SET entry_id = entry_id + 1000',
      'DELETE FROM projection_watermarks',
      "INSERT INTO failed_turns (turn_id) VALUES ('00000000-0000-4000-8000-000000000000')",
    ]) {
      expect(file.run(sql)).toBeGreaterThan(0);
      expect([sql, await unequal()]).toEqual([sql, []]);
      file.restore();
    }
  });
});

function isPlanted(plant: () => number): boolean {
  try {
    return plant() === 1;
  } catch {
    return false;
  }
}
