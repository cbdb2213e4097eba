import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { catalogueRowOf } from '@mneme/domain';
import {
  aMemory,
  aReadScope,
  removeTemporaryDirectories,
  shadowStoresContract,
  temporaryDirectory,
} from '@mneme/testing';
import { LiveStores } from './live-stores.js';
import { openSqlite } from './open-sqlite.js';
import { SqliteShadowStores } from './sqlite-shadow-stores.js';

removeTemporaryDirectories();

const opened: LiveStores[] = [];
afterEach(() => {
  for (const live of opened.splice(0)) live.close();
});

/** Beside a live store that is somewhere else, so that the directory has nothing but what is looked at. */
function shadowsIn(directory: string): SqliteShadowStores {
  const live = new LiveStores(':memory:', { clock: { nowMs: () => 0 }, live: () => ({}), beside: {} });
  opened.push(live);
  return new SqliteShadowStores(directory, live);
}

describe.each([
  ['in memory', () => ':memory:'],
  ['in a directory', temporaryDirectory],
])('SQLite shadow stores %s', (_, where) => {
  shadowStoresContract(async () => shadowsIn(where()));

  it('is not seen by the live stores, and discards twice as once', async () => {
    const sqlite = openSqlite(where());
    const shadow = await sqlite.shadowStores.open();
    const memory = aMemory();
    await shadow.catalogue.upsert([catalogueRowOf(memory)]);
    expect(await sqlite.catalogue.get(aReadScope(memory.tenantId, memory.subjectId), [memory.memoryId])).toEqual([]);
    await shadow.discard();
    await shadow.discard();
    await sqlite.close();
  });
});

describe('files of SQLite shadow stores', () => {
  it('are there while a shadow is open, and gone with it', async () => {
    const directory = temporaryDirectory();
    const shadow = await shadowsIn(directory).open();
    expect(readdirSync(directory)).toContain('shadow-1.db');
    await shadow.discard();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('are removed when a process before has left them, and nothing else is', async () => {
    const directory = temporaryDirectory();
    const names = ['shadow-1.db', 'shadow-12.db-wal', 'shadow-12.db-shm', 'shadow.db', 'store.db', 'shadow-1.db.bak'];
    for (const name of names) writeFileSync(join(directory, name), '');
    mkdirSync(join(directory, 'shadow-directory'));
    shadowsIn(directory);
    expect(readdirSync(directory).sort()).toEqual(['shadow-1.db.bak', 'shadow-directory', 'shadow.db', 'store.db']);
  });
});
