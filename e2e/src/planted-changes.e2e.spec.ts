import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect, type Connection } from '@mneme/client';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { otherValuesOf } from './planted-values.js';
import { type Running, startStandalone } from './standalone-process.js';
import { type Column, StoreFile, type Value } from './store-file.js';

removeTemporaryDirectories();

/** The stores that a digest covers, by the table that holds their records. */
const COVERED: Readonly<Record<string, string>> = { catalogue: 'catalogue', vector_entries: 'vector-index' };

/** What a digest leaves out by design, and why. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'catalogue.row_id': 'where the row is in the file, which no reader learns',
  'catalogue.access_count': 'access statistics',
  'catalogue.last_access_ms': 'access statistics',
  'vector_entries.entry_id': 'where the row is in the file, which no reader learns',
  facts: 'the fact graph, which has its own suite',
  fact_endings: 'part of the fact graph',
  fact_aliases: 'part of the fact graph',
  fact_retirement: 'part of the fact graph',
  projection_watermarks: 'how far a projection has come; no record',
  failed_turns: 'turns that went to the dead letters; no record',
  access_marks: 'how far accesses are counted; no record',
};

const TURNS: readonly object[] = [
  { userId: 'ana', content: 'I live in Lisbon and I prefer short answers.', speakerName: 'Ana' },
  { userId: 'ana', content: 'My sister lives in Porto.', occurredAt: '2026-03-14T09:26:53+01:00' },
  { userId: 'ana', role: 'assistant', content: 'Noted: short answers.' },
  { userId: 'ben', role: 'tool', content: 'The order has shipped.', toolCalls: [{ name: 'track', arguments: '{}' }] },
  { userId: 'ben', content: 'Our team meets on Mondays.', scope: 'team', teamId: 'billing' },
  { scope: 'agent', content: 'Refunds above one hundred need a second look.' },
  { scope: 'tenant', content: 'The office closes at six.' },
  ...Array.from({ length: 12 }, (_, i) => ({ userId: `user-${i}`, content: `note number ${i} of a long list` })),
];

describe('a digest of stores that somebody has changed', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  let agent: Connection;
  let file: StoreFile;

  beforeAll(async () => {
    service = await startStandalone(directory);
    for (const tenantId of ['acme', 'neighbour']) await service.operator.admin.createTenant({ tenantId });
    await service.operator.admin.setPolicy({ tenantId: 'acme', policyJson: '{"writeFilter":{"keepAtLeast":0}}' });
    const { secret } = await service.operator.admin.createKey({
      tenantId: 'acme',
      agentId: 'bot',
      departmentId: 'sales',
      teamIds: ['billing'],
      rights: ['ingest', 'recall', 'on-behalf-of', 'publish', 'admin'],
    });
    agent = connect({ address: service.grpc, apiKey: secret });
    const turns = TURNS.map((turn) => ({ session: 's1', role: 'user', toolCalls: [], ...turn }) as never);
    const { token } = await agent.ingest.ingestTurns({ turns });
    const waitFor = { token, timeoutMs: 20_000 };
    expect(await agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor })).toMatchObject({
      freshness: 'current',
    });
    expect(await unequal()).toEqual([]);
    file = new StoreFile(directory);
    file.save(file.tables().filter((table) => !table.startsWith('fact')));
  });
  afterEach(() => file.restore());
  afterAll(async () => {
    file.close();
    agent.close();
    await service.stop('SIGTERM');
  });

  /** Stores of which the digest says that they are not what the log says. */
  const unequal = async () => {
    const { equal, stores } = await agent.admin.digest({});
    expect(stores.map(({ store }) => store).sort()).toEqual(['catalogue', 'fact-graph', 'vector-index']);
    const names = stores.filter((store) => !store.equal).map(({ store }) => store);
    expect(equal).toBe(names.length === 0);
    return names;
  };
  const keyOf = (table: string) => (table === 'catalogue' ? 'row_id' : 'entry_id');
  const coveredColumns = (table: string) => file.columns(table).filter(({ name }) => !(`${table}.${name}` in OUTSIDE));
  const plant = (table: string, column: Column, { key, value }: { key: Value; value: Value }) =>
    file.set({ table, column: column.name, key: keyOf(table) }, { key, value });
  const valueAt = (table: string, column: string, key: Value) =>
    file.values(`(SELECT * FROM ${table} WHERE ${keyOf(table)} = ${key})`, column)[0] as Value;

  it('is equal before, over memories of every audience, and knows every table and column', async () => {
    const audiences = new Set(file.values('catalogue', 'substr(audience, 1, 1)'));
    expect(audiences).toEqual(new Set(['u', 'a', 't', 'o']));
    expect(file.count('catalogue')).toBeGreaterThan(TURNS.length);
    expect(file.count('vector_entries')).toBe(file.count('catalogue'));
    const known = [...Object.keys(COVERED), ...Object.keys(OUTSIDE), 'vector_models'];
    expect(file.tables().filter((table) => !known.includes(table))).toEqual([]);
  });

  it.each(Object.keys(COVERED))(
    'is unequal after any one value of %s has changed',
    async (table) => {
      const unseen: string[] = [];
      const [first, last] = [file.values(table, keyOf(table))[0], file.values(table, keyOf(table)).at(-1)];
      for (const column of coveredColumns(table)) {
        for (const key of [first, last] as Value[]) {
          for (const value of otherValuesOf(table, column, valueAt(table, column.name, key))) {
            if (plant(table, column, { key, value }) !== 1) throw new Error(`nothing was planted in ${column.name}`);
            const told = await unequal();
            if (told.join() !== COVERED[table]) unseen.push(`${column.name}: ${String(value).slice(0, 40)}: ${told}`);
            file.restore();
          }
        }
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
      const planted = new Set<string | undefined>();
      for (const { table, row, ...at } of changes) {
        const columns = coveredColumns(table);
        const column = columns[at.column % columns.length] as Column;
        const key = file.values(table, keyOf(table))[row] as Value;
        const saved = file.values(`(SELECT * FROM saved.${table} WHERE ${keyOf(table)} = ${key})`, column.name)[0];
        const values = otherValuesOf(table, column, saved as Value);
        // A unique index refuses some; then there is nothing to see.
        if (isPlanted(() => plant(table, column, { key, value: values[at.value % values.length] as Value }))) {
          planted.add(COVERED[table]);
        }
      }
      expect(await unequal()).toEqual([...planted].sort());
      file.restore();
      expect(await unequal()).toEqual([]);
    });
    await fc.assert(property, { numRuns: 150 });
  }, 120_000);

  it.each(Object.entries(COVERED))('is unequal after a row of %s is gone, or all are', async (table, store) => {
    const key = keyOf(table);
    for (const id of file.values(table, key)) {
      file.run(`DELETE FROM ${table} WHERE ${key} = ?`, id);
      expect(await unequal()).toEqual([store]);
      file.restore();
    }
    file.run(`DELETE FROM ${table}`);
    expect(await unequal()).toEqual([store]);
  });

  it.each(Object.entries(COVERED))('is unequal after a row was put into %s', async (table, store) => {
    const names = coveredColumns(table).map(({ name }) => name);
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
      ...(table === 'catalogue' ? [{ version: 'version - 1' }, { version: 'version + 1' }] : []),
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
    expect(await service.operator.admin.digest({ tenantId: 'neighbour' })).toMatchObject({ equal: false });
  });

  it.each(Object.entries(COVERED))('is unequal after a row of %s was doubled', async (table, store) => {
    const names = coveredColumns(table).map(({ name }) => name);
    const index = file.dropIndex(`${table}_by_memory`);
    try {
      file.run(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${table} LIMIT 1`);
      expect(await unequal()).toEqual([store]);
    } finally {
      file.restore();
      file.run(index);
    }
  });

  it.each(Object.entries(COVERED))('is unequal after two rows of %s have exchanged a value', async (table, store) => {
    const [a, b] = file.values(table, keyOf(table)) as [Value, Value];
    for (const column of coveredColumns(table)) {
      const [ofA, ofB] = [valueAt(table, column.name, a), valueAt(table, column.name, b)];
      if (column.name === 'memory_id' || JSON.stringify(ofA) === JSON.stringify(ofB)) continue;
      plant(table, column, { key: a, value: ofB });
      plant(table, column, { key: b, value: ofA });
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
