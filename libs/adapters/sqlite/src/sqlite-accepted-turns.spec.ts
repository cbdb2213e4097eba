import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { subjectRef } from '@mneme/domain';
import type { SourceId, TurnId } from '@mneme/events';
import type { TurnReservation } from '@mneme/ports';
import {
  acceptedTurnsContract,
  aReservation,
  type ErasableFixture,
  erasableStoreContract,
  eventually,
  removeTemporaryDirectories,
  temporaryDirectory,
} from '@mneme/testing';
import { type Database, openDatabase } from './database.js';
import { KEYS_MIGRATIONS } from './keys-schema.js';
import { openSqlite, type Sqlite } from './open-sqlite.js';
import { type AcceptedTurnsOptions, SqliteAcceptedTurns } from './sqlite-accepted-turns.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  const opened: Sqlite[] = [];
  afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));
  const make = async () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite.acceptedTurns;
  };
  acceptedTurnsContract(make);
  erasableStoreContract(async () => fixtureOf(await make()), 'accepted-turns');
});

/** A turn is its own source, and is read by asking for it again. */
function fixtureOf(store: SqliteAcceptedTurns): ErasableFixture {
  return {
    store,
    write: async (records) => {
      const reservations = records.map(({ sourceId, ...named }) =>
        aReservation({ ...named, turnId: turnIdOf(sourceId) }),
      );
      await store.reserve(reservations);
      return reservations.map(({ turnId }) => turnId);
    },
    read: (tenantId, subjectId) => store.probeIds(subjectRef(tenantId, subjectId), 1_000),
  };
}

const turnIdOf = (sourceId: SourceId) => sourceId as string as TurnId;

describe('accepted turns in SQLite', () => {
  const opened: Database[] = [];
  afterEach(() => opened.splice(0).forEach((db) => db.close()));
  const open = (options?: Partial<AcceptedTurnsOptions>) => {
    const db = openDatabase(':memory:', { migrations: KEYS_MIGRATIONS });
    opened.push(db);
    return { db, turns: new SqliteAcceptedTurns(db, options) };
  };
  const markedIn = (db: Database) =>
    (db.prepare('SELECT count(*) AS count FROM accepted_turns WHERE partition IS NOT NULL').get() as { count: number })
      .count;
  const markOf = ({ turnId, recordedAt }: TurnReservation) => ({ turnId, recordedAt, partition: 1, offset: 9 });

  it('writes marks with the next reservation, or at the close', async () => {
    const { db, turns } = open();
    const [first, second] = [aReservation(), aReservation()];
    await turns.reserve([first]);
    await turns.mark([markOf(first)]);
    expect(markedIn(db)).toBe(0);
    await turns.reserve([second]);
    expect(markedIn(db)).toBe(1);
    await turns.mark([markOf(second)]);
    turns.close();
    expect(markedIn(db)).toBe(2);
  });

  it('writes marks after a while without a reservation, and at once when too many wait', async () => {
    const { db, turns } = open({ markDelayMs: 5, waitingMarksMax: 1 });
    const reservations = [aReservation(), aReservation(), aReservation()] as const;
    await turns.reserve(reservations);
    await turns.mark([markOf(reservations[0])]);
    await eventually('the mark is written', () => markedIn(db) === 1);
    await turns.mark(reservations.slice(1).map(markOf));
    expect(markedIn(db)).toBe(3);
  });

  it('does not mark a turn that is reserved anew with where it was before its erasure', async () => {
    const { turns } = open();
    const turn = aReservation();
    const subject = subjectRef(turn.tenantId, turn.subjectId);
    await turns.reserve([turn]);
    await turns.mark([markOf(turn)]);
    expect(await turns.eraseSubject(subject, 2)).toBe(1);
    const renewed = { ...turn, epoch: 3 };
    await turns.reserve([renewed]);
    expect(await turns.reserve([renewed])).toEqual([{ state: 'repeat', recordedAt: turn.recordedAt }]);
  });

  it('calls the same turn of another tenant or subject a conflict', async () => {
    const { turns } = open();
    const [turn, other] = [aReservation(), aReservation()];
    await turns.reserve([turn]);
    expect(await turns.reserve([{ ...turn, tenantId: other.tenantId }])).toEqual([{ state: 'conflict' }]);
    expect(await turns.reserve([{ ...turn, subjectId: other.subjectId }])).toEqual([{ state: 'conflict' }]);
  });

  it('keeps no reservation that its disk had no room for', async () => {
    const { db, turns } = open();
    const { pages } = db.prepare('SELECT page_count AS pages FROM pragma_page_count').get() as { pages: number };
    const allow = (more: number) => void db.prepare(`PRAGMA max_page_count = ${pages + more}`).get();
    const many = Array.from({ length: 1_000 }, () => aReservation());
    allow(5);
    await expect(turns.reserve(many)).rejects.toMatchObject({ code: 'storage-full', retry: 'later' });
    allow(1_000);
    expect(await turns.highestRecordedAt()).toBe(0);
    expect(new Set((await turns.reserve(many)).map(({ state }) => state))).toEqual(new Set(['reserved']));
  });
});
