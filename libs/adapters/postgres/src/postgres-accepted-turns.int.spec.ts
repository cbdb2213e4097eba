import { afterAll, describe, expect, it } from '@jest/globals';
import { subjectRef } from '@mneme/domain';
import type { SourceId, TurnId } from '@mneme/events';
import type { TurnReservation } from '@mneme/ports';
import {
  acceptedTurnsContract,
  aReservation,
  engineAddress,
  type ErasableFixture,
  erasableStoreContract,
} from '@mneme/testing';
import { CONTROL_SCHEMA } from './control-schema.js';
import { type AcceptedTurnsOptions, PostgresAcceptedTurns } from './postgres-accepted-turns.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const open = async (options: Partial<AcceptedTurnsOptions> = {}) =>
  scratch.closing(new PostgresAcceptedTurns(await scratch.open([CONTROL_SCHEMA]), options));

acceptedTurnsContract(() => open({ markDelayMs: 5 }));
erasableStoreContract(async () => fixtureOf(await open({ sliceRows: 500 })), 'accepted-turns');

/** A turn is its own source, and is read by asking for it again. */
function fixtureOf(store: PostgresAcceptedTurns): ErasableFixture {
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
const markOf = ({ turnId, recordedAt }: TurnReservation) => ({ turnId, recordedAt, partition: 1, offset: 2 ** 40 });

describe('accepted turns in PostgreSQL', () => {
  it('writes the marks that wait when it is closed', async () => {
    const turns = await open({ markDelayMs: 60_000, marksOfStatementMax: 2 });
    const reservations = [aReservation(), aReservation(), aReservation()];
    await turns.reserve(reservations);
    await turns.mark(reservations.map(markOf));
    expect((await turns.reserve(reservations)).map((answer) => 'position' in answer)).toEqual([false, false, false]);
    await turns.close();
    expect(await turns.reserve(reservations)).toEqual(
      reservations.map(({ recordedAt }) => {
        return { state: 'repeat', recordedAt, position: { partition: 1, offset: 2 ** 40 } };
      }),
    );
  });

  it('lets the oldest marks go when more wait than may', async () => {
    const turns = await open({ markDelayMs: 60_000, waitingMarksMax: 2 });
    const reservations = [aReservation(), aReservation(), aReservation()];
    await turns.reserve(reservations);
    await turns.mark(reservations.map(markOf));
    await turns.close();
    expect((await turns.reserve(reservations)).map((answer) => 'position' in answer)).toEqual([false, true, true]);
  });

  it('calls the same turn of another tenant or subject a conflict', async () => {
    const turns = await open();
    const [turn, other] = [aReservation(), aReservation()];
    await turns.reserve([turn]);
    expect(await turns.reserve([{ ...turn, tenantId: other.tenantId }])).toEqual([{ state: 'conflict' }]);
    expect(await turns.reserve([{ ...turn, subjectId: other.subjectId }])).toEqual([{ state: 'conflict' }]);
  });

  it('takes what is no turn for no turn', async () => {
    const turns = await open();
    const turn = aReservation();
    await turns.reserve([turn]);
    const subject = subjectRef(turn.tenantId, turn.subjectId);
    expect(await turns.findIds(turn.tenantId, ['f'.repeat(64), turn.turnId])).toEqual([turn.turnId]);
    expect(await turns.eraseSources(subject, ['f'.repeat(64) as SourceId, turn.turnId as string as SourceId], 2)).toBe(
      1,
    );
  });
});
