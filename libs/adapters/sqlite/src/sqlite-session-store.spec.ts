import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TurnReceived } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import { aReadScope, aTurn, eventually, FixedClock } from '@mneme/testing';
import { type Database, openDatabase } from './database.js';
import { SESSION_MIGRATIONS } from './session-schema.js';
import { SqliteSessionStore } from './sqlite-session-store.js';

describe('SQLite session store', () => {
  let db: Database;
  const clock = new FixedClock();
  const rows = (table = 'session_turns') => db.prepare(`SELECT * FROM ${table}`).all().length;
  beforeEach(() => {
    db = openDatabase(':memory:', { migrations: SESSION_MIGRATIONS });
  });
  afterEach(() => {
    if (db.isOpen) db.close();
  });

  it('writes a moment later, unasked', async () => {
    const store = new SqliteSessionStore(db, { clock });
    await store.append([aTurn()]);
    await store.append([aTurn()]);
    expect(rows()).toBe(0);
    await eventually('the turns are written', () => rows() === 2);
  });

  it('lets no more than a bounded number of turns wait', async () => {
    const store = new SqliteSessionStore(db, { clock, bufferTurnsMax: 2 });
    await store.append([aTurn(), aTurn()]);
    expect(rows()).toBe(0);
    await store.append([aTurn()]);
    expect(rows()).toBe(3);
  });

  it('writes on demand, as before it is closed', async () => {
    const store = new SqliteSessionStore(db, { clock });
    await store.append([aTurn()]);
    store.flush();
    expect(rows()).toBe(1);
  });

  it('keeps as many turns of a session as it is told', async () => {
    const store = new SqliteSessionStore(db, { clock, turnsMax: 2 });
    const first = aTurn();
    const { tenantId, subjectId, sessionKey } = first;
    const later = [1, 2].map((second) =>
      aTurn({ tenantId, subjectId, sessionKey, occurredAt: `2026-01-01T00:00:0${second}.000Z` }),
    );
    await store.append([first, ...later]);
    expect(await store.lastTurns(aReadScope(tenantId, subjectId), sessionKey, 10)).toEqual(later);
  });

  it('loses no other turn to one that cannot be written, and says that one was lost', async () => {
    const lost: number[] = [];
    const store = new SqliteSessionStore(db, { clock, writeFailed: (_, turns) => lost.push(turns) });
    const [one, broken, other] = [aTurn(), aTurn({ sessionKey: undefined as never }), aTurn()];
    await store.append([one, broken, other]);
    for (const { tenantId, subjectId, sessionKey } of [one, other] as TurnReceived[]) {
      expect(await store.lastTurns(aReadScope(tenantId, subjectId), sessionKey, 1)).toHaveLength(1);
    }
    expect(lost).toEqual([1]);
  });

  it('leaves no trace of an erased subject, nor an empty session', async () => {
    const store = new SqliteSessionStore(db, { clock });
    const turn = aTurn();
    await store.append([turn, aTurn()]);
    await store.eraseSubject(subjectRef(turn.tenantId, turn.subjectId), 2);
    expect([rows(), rows('sessions')]).toEqual([1, 1]);
  });

  it('does not fail the process when the connection was closed before a write', async () => {
    const lost: unknown[] = [];
    const store = new SqliteSessionStore(db, { clock, writeFailed: (error) => lost.push(error) });
    await store.append([aTurn()]);
    db.close();
    await eventually('the loss is told', () => lost.length === 1);
  });
});
