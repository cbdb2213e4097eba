import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { catalogueRowOf } from '@mneme/domain';
import { aMemory, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { checkFiles } from './check-files.js';
import { openSqlite } from './open-sqlite.js';

removeTemporaryDirectories();

describe('a look through the files', () => {
  it('finds nothing wrong with what was just written, also while it is open', async () => {
    const directory = temporaryDirectory();
    const sqlite = openSqlite(directory);
    await sqlite.catalogue.upsert([catalogueRowOf(aMemory())]);
    const whole = ['keys.db', 'log.db', 'session.db', 'store.db'].map((file) => ({ file }));
    expect(checkFiles(directory)).toEqual(whole);
    // The lock is still there.
    expect(() => openSqlite(directory)).toThrow('in use');
    await sqlite.close();
    expect(checkFiles(directory)).toEqual(whole);
  });

  it('names a file whose pages were written over, one that is none, and one that is gone', async () => {
    const directory = temporaryDirectory();
    await openSqlite(directory).close();
    overwrite(join(directory, 'log.db'), 4_096);
    overwrite(join(directory, 'session.db'), 0);
    rmSync(join(directory, 'store.db'));
    expect(checkFiles(directory)).toEqual([
      { file: 'keys.db' },
      { file: 'log.db', problem: expect.stringMatching(/damaged|cannot be read/) },
      { file: 'session.db', problem: 'it cannot be read as a database' },
      { file: 'store.db', problem: 'it is not there' },
    ]);
  });
});

function overwrite(file: string, from: number): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const length = statSync(file).size - from;
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(length, 7), 0, length, from);
  closeSync(opened);
}
