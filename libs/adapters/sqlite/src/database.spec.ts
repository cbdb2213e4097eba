import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Database, inTransaction, openDatabase, truncateWal } from './database.js';

removeTemporaryDirectories();
const opened: Database[] = [];
afterEach(() => opened.splice(0).forEach((db) => db.close()));

const ONE = 'CREATE TABLE notes (note TEXT NOT NULL UNIQUE) STRICT';
const TWO = 'ALTER TABLE notes ADD COLUMN written_at INTEGER';

function open(file: string, options: Parameters<typeof openDatabase>[1]): Database {
  const db = openDatabase(file, options);
  opened.push(db);
  return db;
}

const freshFile = () => join(temporaryDirectory(), 'notes.db');
const pragma = (db: Database, name: string) =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0] as unknown;
const notesIn = (db: Database) => db.prepare('SELECT note FROM notes').all() as readonly { readonly note: string }[];

describe('open', () => {
  it('sets what makes a file durable and forgetful', () => {
    const db = open(freshFile(), { migrations: [ONE] });
    const names = ['journal_mode', 'synchronous', 'secure_delete', 'foreign_keys'];
    expect(names.map((name) => pragma(db, name))).toEqual(['wal', 2, 1, 1]);
    expect(pragma(open(freshFile(), { migrations: [], synchronous: 'normal' }), 'synchronous')).toBe(1);
    expect(pragma(open(freshFile(), { migrations: [], cacheBytes: 1_048_576 }), 'cache_size')).toBe(-1_024);
  });

  it('makes files that their owner alone can read', () => {
    const file = freshFile();
    open(file, { migrations: [ONE] });
    expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('opens in memory too', () => {
    const db = open(':memory:', { migrations: [ONE] });
    expect(pragma(db, 'secure_delete')).toBe(1);
    expect(notesIn(db)).toEqual([]);
  });

  it('applies each migration once and counts them', () => {
    const file = freshFile();
    open(file, { migrations: [ONE] }).exec("INSERT INTO notes VALUES ('kept')");
    const db = open(file, { migrations: [ONE, TWO] });
    expect(pragma(db, 'user_version')).toBe(2);
    expect(notesIn(open(file, { migrations: [ONE, TWO] })).map(({ note }) => note)).toEqual(['kept']);
  });

  it('undoes a migration that fails, and keeps those before it', () => {
    const file = freshFile();
    const broken = `CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)`;
    expect(() => openDatabase(file, { migrations: [ONE, broken] })).toThrow(/nowhere/);
    const db = open(file, { migrations: [ONE, TWO] });
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
    expect(pragma(db, 'user_version')).toBe(2);
  });

  it('refuses a file of a newer release and changes nothing in it', () => {
    const file = freshFile();
    openDatabase(file, { migrations: [ONE, TWO] }).close();
    const before = readFileSync(file);
    const opening = () => openDatabase(file, { migrations: [ONE] });
    expect(opening).toThrow(expect.objectContaining({ code: 'newer-version', retry: 'never' }));
    expect(opening).toThrow(/^notes\.db .*version 2.* knows 1/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('calls a file that is no database damaged, and a place that there is not unavailable', () => {
    const file = freshFile();
    writeFileSync(file, 'no database at all. '.repeat(500));
    expect(() => openDatabase(file, { migrations: [] })).toThrow(expect.objectContaining({ code: 'corrupt' }));
    const nowhere = join(file, 'notes.db');
    expect(() => openDatabase(nowhere, { migrations: [] })).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});

describe('transaction', () => {
  it('keeps all and answers what the work did', () => {
    const db = open(':memory:', { migrations: [ONE] });
    const answer = inTransaction(db, () => {
      db.exec("INSERT INTO notes VALUES ('a')");
      return 7;
    });
    expect([answer, notesIn(db).length, db.isTransaction]).toEqual([7, 1, false]);
  });

  it('keeps nothing when the work throws, and passes on what it threw', () => {
    const db = open(':memory:', { migrations: [ONE] });
    const thrown = new Error('told to fail');
    const failing = () =>
      inTransaction(db, () => {
        db.exec("INSERT INTO notes VALUES ('a')");
        throw thrown;
      });
    expect(failing).toThrow(thrown);
    expect([notesIn(db).length, db.isTransaction]).toEqual([0, false]);
  });

  it('says storage-full when there is no room, and works again when there is', () => {
    const db = open(freshFile(), { migrations: [ONE] });
    const write = () =>
      inTransaction(db, () => {
        for (let at = 0; at < 100; at++) db.prepare('INSERT INTO notes VALUES (?)').run(`${at}${'x'.repeat(2_000)}`);
      });
    pragma(db, `max_page_count = ${Number(pragma(db, 'page_count')) + 5}`);
    expect(write).toThrow(expect.objectContaining({ code: 'storage-full', retry: 'later' }));
    expect([notesIn(db).length, db.isTransaction]).toEqual([0, false]);
    pragma(db, 'max_page_count = 10000');
    write();
    expect(notesIn(db)).toHaveLength(100);
  });

  it('says unavailable when another connection writes', () => {
    const file = freshFile();
    const [db, other] = [open(file, { migrations: [ONE] }), open(file, { migrations: [ONE] })];
    db.exec('BEGIN IMMEDIATE');
    other.exec('PRAGMA busy_timeout = 1');
    expect(() => inTransaction(other, () => undefined)).toThrow(
      expect.objectContaining({ code: 'unavailable', retry: 'later' }),
    );
    db.exec('ROLLBACK');
  });

  it('leaves an error that is a bug of ours as it is', () => {
    const db = open(':memory:', { migrations: [ONE] });
    const twice = () =>
      inTransaction(db, () => {
        db.exec("INSERT INTO notes VALUES ('a')");
        db.exec("INSERT INTO notes VALUES ('a')");
      });
    expect(twice).toThrow(/UNIQUE/);
  });
});

describe('truncateWal', () => {
  it('empties the write-ahead log', () => {
    const file = freshFile();
    const db = open(file, { migrations: [ONE] });
    db.exec("INSERT INTO notes VALUES ('a')");
    expect(readFileSync(`${file}-wal`).length).toBeGreaterThan(0);
    truncateWal(db);
    expect(readFileSync(`${file}-wal`)).toHaveLength(0);
  });

  it('says unavailable while a reader needs it', () => {
    const file = freshFile();
    const [db, reader] = [open(file, { migrations: [ONE] }), open(file, { migrations: [ONE] })];
    reader.exec('BEGIN');
    notesIn(reader);
    db.exec("INSERT INTO notes VALUES ('a')");
    db.exec('PRAGMA busy_timeout = 1');
    expect(() => truncateWal(db)).toThrow(expect.objectContaining({ code: 'unavailable' }));
    reader.exec('ROLLBACK');
    truncateWal(db);
  });
});
