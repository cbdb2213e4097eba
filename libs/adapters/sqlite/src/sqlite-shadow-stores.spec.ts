import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { catalogueRowOf } from '@mneme/domain';
import {
  aMemory,
  aReadScope,
  removeTemporaryDirectories,
  shadowStoresContract,
  temporaryDirectory,
} from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';
import { SqliteShadowStores } from './sqlite-shadow-stores.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['in a directory', temporaryDirectory],
])('SQLite shadow stores %s', (_, where) => {
  shadowStoresContract(async () => new SqliteShadowStores(where()));

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
    const shadow = await new SqliteShadowStores(directory).open();
    expect(readdirSync(directory)).toContain('shadow-1.db');
    await shadow.discard();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('are removed when a process before has left them, and nothing else is', async () => {
    const directory = temporaryDirectory();
    const names = ['shadow-1.db', 'shadow-12.db-wal', 'shadow-12.db-shm', 'shadow.db', 'store.db', 'shadow-1.db.bak'];
    for (const name of names) writeFileSync(join(directory, name), '');
    mkdirSync(join(directory, 'shadow-directory'));
    new SqliteShadowStores(directory);
    expect(readdirSync(directory).sort()).toEqual(['shadow-1.db.bak', 'shadow-directory', 'shadow.db', 'store.db']);
  });
});
