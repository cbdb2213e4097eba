import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { MemoryDerived } from '@mneme/events';
import { catalogueRowOf, subjectRef } from '@mneme/domain';
import type { ShadowStore } from '@mneme/ports';
import {
  aFact,
  aMemory,
  anIndexedMemory,
  anIndexFilter,
  aReadScope,
  removeTemporaryDirectories,
  temporaryDirectory,
  unitVector,
} from '@mneme/testing';
import { openSqlite, type Sqlite } from './open-sqlite.js';
import { readStoreNames } from './store-names.js';

removeTemporaryDirectories();

const POSITIONS = [3, 0, 7, 1];

describe.each([
  ['in memory', () => ':memory:'],
  ['in a directory', temporaryDirectory],
])('stores that take the place of the live ones, %s', (_, where) => {
  const opened: Sqlite[] = [];
  afterEach(async () => {
    for (const sqlite of opened.splice(0)) await sqlite.close();
  });
  const open = () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite;
  };
  type Written = Pick<ShadowStore, 'catalogue' | 'vectorIndex' | 'factGraph'>;
  const write = async (store: Written, memory: MemoryDerived) => {
    await store.catalogue.upsert([catalogueRowOf(memory)]);
    await store.vectorIndex.upsert([anIndexedMemory('red kite', { memory })]);
    await store.factGraph.upsert([aFact({ memory })]);
  };
  const counts = (store: Written, { tenantId, subjectId }: MemoryDerived) =>
    Promise.all(
      [store.catalogue, store.vectorIndex, store.factGraph].map((one) =>
        one.countSubject(subjectRef(tenantId, subjectId), Number.MAX_SAFE_INTEGER),
      ),
    );
  const found = async ({ catalogue, vectorIndex }: Written, { tenantId, subjectId, memoryId }: MemoryDerived) => {
    const scope = aReadScope(tenantId, subjectId);
    const query = { vector: unitVector(1, 0, 0, 0), limit: 5 };
    const rows = await catalogue.get(scope, [memoryId]);
    return [rows.length, (await vectorIndex.searchDense(scope, query, anIndexFilter())).length];
  };

  it('are read by nobody before, and by everybody after', async () => {
    const live = open();
    const [before, after] = [aMemory(), aMemory()];
    await write(live, before);
    const next = await live.shadowStores.openNext();
    await write(next, after);
    expect([await found(live, before), await found(live, after)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    await next.takeOver(POSITIONS);
    expect([await found(live, before), await found(live, after)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    await next.discard();
    expect(await found(live, after)).toEqual([1, 1]);
    const third = aMemory();
    await write(live, third);
    expect(await found(live, third)).toEqual([1, 1]);
  });

  it('go without a trace when they are discarded, and make room for others', async () => {
    const live = open();
    const memory = aMemory();
    const next = await live.shadowStores.openNext();
    await write(next, memory);
    await expect(live.shadowStores.openNext()).rejects.toMatchObject({ code: 'conflict' });
    await next.discard();
    expect(await counts(live, memory)).toEqual([0, 0, 0]);
    await (await live.shadowStores.openNext()).discard();
  });

  it('are swept with the live ones: while they are prepared, and when they are the previous ones', async () => {
    const live = open();
    const memory = aMemory();
    const subject = subjectRef(memory.tenantId, memory.subjectId);
    await write(live, memory);
    const next = await live.shadowStores.openNext();
    await write(next, memory);
    expect(await counts(live, memory)).toEqual([2, 2, 2]);
    expect(await live.catalogue.findIds(memory.tenantId, [memory.memoryId])).toEqual([memory.memoryId]);
    await next.vectorIndex.eraseSubject(subject, 2);
    expect(await live.vectorIndex.eraseSubject(subject, 2)).toBe(1);
    await next.takeOver(POSITIONS);
    expect(await live.catalogue.eraseSources(subject, [memory.sourceId], 2)).toBe(2);
    expect(await live.factGraph.eraseSubject(subject, 2)).toBe(2);
    expect(await counts(live, memory)).toEqual([0, 0, 0]);
  });

  it('give their place back, and know what they have of the log', async () => {
    const live = open();
    const memory = aMemory();
    await expect(live.shadowStores.openPrevious()).rejects.toMatchObject({ code: 'not-found' });
    await write(live, memory);
    await (await live.shadowStores.openNext()).takeOver(POSITIONS);
    expect(await found(live, memory)).toEqual([0, 0]);
    const previous = await live.shadowStores.openPrevious();
    expect(previous.positions).toEqual(POSITIONS);
    await expect(live.shadowStores.openNext()).rejects.toMatchObject({ code: 'conflict' });
    await expect(live.shadowStores.dropPrevious()).rejects.toMatchObject({ code: 'conflict' });
    await previous.discard();
    await (await live.shadowStores.openPrevious()).takeOver([9, 9, 9, 9]);
    expect(await found(live, memory)).toEqual([1, 1]);
    expect((await live.shadowStores.openPrevious()).positions).toEqual([9, 9, 9, 9]);
  });

  it('are gone when they are dropped, and one switch later by themselves', async () => {
    const live = open();
    const memory = aMemory();
    await write(live, memory);
    await (await live.shadowStores.openNext()).takeOver(POSITIONS);
    await (await live.shadowStores.openNext()).takeOver(POSITIONS);
    expect(await counts(live, memory)).toEqual([0, 0, 0]);
    await live.shadowStores.dropPrevious();
    await expect(live.shadowStores.dropPrevious()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are not dropped when a switch has begun while their readers were waited for', async () => {
    const live = open();
    await (await live.shadowStores.openNext()).takeOver(POSITIONS);
    const dropped = expect(live.shadowStores.dropPrevious()).rejects.toMatchObject({ code: 'conflict' });
    const next = await live.shadowStores.openNext();
    await dropped;
    await next.discard();
    await live.shadowStores.dropPrevious();
  });
});

describe('the files of stores', () => {
  const named = (directory: string) =>
    readdirSync(directory)
      .filter((name) => /^store.*\.(db|json)$/.test(name))
      .sort();

  it('are opened by name at the next start; what was left halfway is removed', async () => {
    const directory = temporaryDirectory();
    const memory = aMemory();
    const scope = aReadScope(memory.tenantId, memory.subjectId);
    let sqlite = openSqlite(directory);
    const next = await sqlite.shadowStores.openNext();
    await next.catalogue.upsert([catalogueRowOf(memory)]);
    await next.takeOver(POSITIONS);
    await sqlite.shadowStores.openNext();
    await sqlite.close();
    expect(named(directory)).toEqual(['store-2.db', 'store-3.db', 'store.db', 'stores.json']);
    sqlite = openSqlite(directory);
    expect(named(directory)).toEqual(['store-2.db', 'store.db', 'stores.json']);
    expect(await sqlite.catalogue.get(scope, [memory.memoryId])).toHaveLength(1);
    expect(readStoreNames(directory)).toMatchObject({
      current: 'store-2.db',
      previous: { file: 'store.db', positions: POSITIONS },
    });
    await sqlite.shadowStores.dropPrevious();
    expect(named(directory)).toEqual(['store-2.db', 'stores.json']);
    await sqlite.close();
  });

  it('are as they were when a switch fails at the last step, and what would have taken over is discarded', async () => {
    const directory = temporaryDirectory();
    const memory = aMemory();
    const scope = aReadScope(memory.tenantId, memory.subjectId);
    const sqlite = openSqlite(directory);
    await sqlite.catalogue.upsert([catalogueRowOf(memory)]);
    const next = await sqlite.shadowStores.openNext();
    mkdirSync(join(directory, 'stores.json'));
    await expect(next.takeOver(POSITIONS)).rejects.toThrow();
    expect(await sqlite.catalogue.get(scope, [memory.memoryId])).toHaveLength(1);
    await next.discard();
    expect(named(directory)).toEqual(['store.db', 'stores.json']);
    rmdirSync(join(directory, 'stores.json'));
    await (await sqlite.shadowStores.openNext()).takeOver(POSITIONS);
    // The same where the previous ones should come back.
    const previous = await sqlite.shadowStores.openPrevious();
    rmSync(join(directory, 'stores.json'));
    mkdirSync(join(directory, 'stores.json'));
    await expect(previous.takeOver(POSITIONS)).rejects.toThrow();
    await previous.discard();
    const subject = subjectRef(memory.tenantId, memory.subjectId);
    expect(await sqlite.catalogue.eraseSubject(subject, Number.MAX_SAFE_INTEGER)).toBe(1);
    await sqlite.close();
  });

  it('start without the previous ones when somebody has removed them', async () => {
    const directory = temporaryDirectory();
    const first = openSqlite(directory);
    await (await first.shadowStores.openNext()).takeOver(POSITIONS);
    await first.close();
    rmSync(join(directory, 'store.db'));
    const sqlite = openSqlite(directory);
    await expect(sqlite.shadowStores.openPrevious()).rejects.toMatchObject({ code: 'not-found' });
    await sqlite.close();
  });

  it('keep access statistics through a switch', async () => {
    const directory = temporaryDirectory();
    const memory = aMemory();
    const sqlite = openSqlite(directory);
    await sqlite.catalogue.upsert([catalogueRowOf(memory)]);
    const count = async () => {
      const { DatabaseSync } = await import('@photostructure/sqlite');
      const db = new DatabaseSync(join(directory, readStoreNames(directory).current));
      try {
        return db.prepare('SELECT access_count AS n FROM catalogue').get();
      } finally {
        db.close();
      }
    };
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const hand = new DatabaseSync(join(directory, 'store.db'));
    hand.exec('UPDATE catalogue SET access_count = 7, last_access_ms = 5');
    hand.close();
    const next = await sqlite.shadowStores.openNext();
    await next.catalogue.upsert([catalogueRowOf(memory)]);
    await next.takeOver(POSITIONS);
    expect(await count()).toEqual({ n: 7 });
    await sqlite.close();
  });

  it.each([
    ['no JSON', '{'],
    ['another file', '{"current":"keys.db"}'],
    ['a file that is not there', '{"current":"store-9.db"}'],
  ])('are not guessed when what names them holds %s', (_, text) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'stores.json'), text);
    expect(() => readStoreNames(directory)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(existsSync(join(directory, 'store.db'))).toBe(false);
  });
});
