import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import {
  aMemory,
  anIndexedMemory,
  anIndexFilter,
  appendsTo,
  aReadScope,
  eventually,
  randomSubjectId,
  randomTenantId,
  removeTemporaryDirectories,
  temporaryDirectory,
  unitVector,
} from '@mneme/testing';
import { openSqlite, sharedMemory, type Sqlite, type SqliteOptions } from './open-sqlite.js';

const TURNS = TOPICS.turns.name;

removeTemporaryDirectories();

describe.each([
  ['segments in memory', {}],
  ['segments too big for memory', { vectorIndex: { cacheBytesMax: 1 } }],
])('a data directory opened twice, %s', (_, options: SqliteOptions) => {
  const opened: Sqlite[] = [];
  afterEach(async () => {
    for (const sqlite of opened.splice(0).reverse()) await sqlite.close();
  });
  const openBoth = () => {
    const { port1, port2 } = new MessageChannel();
    const where = temporaryDirectory();
    const memory = sharedMemory();
    const owner = openSqlite(where, { ...options, shared: { role: 'owner', port: port1, memory } });
    opened.push(owner);
    const guest = openSqlite(where, { ...options, shared: { role: 'guest', port: port2, memory } });
    opened.push(guest);
    return { owner, guest };
  };
  const [tenantId, subjectId] = [randomTenantId(), randomSubjectId()];
  const aNote = () => anIndexedMemory('red kite', { memory: aMemory({ tenantId, subjectId }) });
  const found = async ({ vectorIndex }: Sqlite) => {
    const query = { vector: unitVector(1, 0, 0, 0), limit: 1_000 };
    const hits = await vectorIndex.searchDense(aReadScope(tenantId, subjectId), query, anIndexFilter());
    return hits.map(({ memoryId }) => memoryId).sort();
  };

  it('wakes a consumer of the one by an append to the other, and counts offsets on', async () => {
    const { owner, guest } = openBoth();
    const offsets: number[] = [];
    await guest.log.consume(
      { group: 'g', topic: TURNS, batchRecordsMax: 10 },
      async (batch) => {
        offsets.push(...batch.records.map(({ offset }) => offset));
        await batch.commit((batch.records.at(-1)?.offset ?? 0) + 1);
      },
      () => undefined,
    );
    for (const side of [owner, guest, owner]) await side.log.append(appendsTo(TURNS, { partition: 0, of: side.log }));
    await eventually('three records came', () => offsets.length === 3);
    expect(offsets).toEqual([0, 1, 2]);
    expect((await owner.log.endOffsets(TURNS))[0]).toBe(3);
    await eventually('they are committed', async () => (await owner.log.committedOffsets('g', TURNS))[0] === 3);
  });

  it('searches see at once what the other has written, replaced and removed', async () => {
    const { owner, guest } = openBoth();
    expect(await found(owner)).toEqual([]);
    const [one, other] = [aNote(), aNote()];
    await guest.vectorIndex.upsert([one, other]);
    expect(await found(owner)).toEqual([one.memoryId, other.memoryId].sort());
    await guest.vectorIndex.upsert([{ ...one, version: one.version + 1 }]);
    expect(await found(owner)).toEqual([one.memoryId, other.memoryId].sort());
    await guest.vectorIndex.remove([{ memoryId: other.memoryId, version: other.version }]);
    expect(await found(owner)).toEqual([one.memoryId]);
  });

  it('nothing erased by the one is found by the other', async () => {
    const { owner, guest } = openBoth();
    const note = aNote();
    await guest.vectorIndex.upsert([note]);
    expect(await found(owner)).toEqual([note.memoryId]);
    expect(await guest.vectorIndex.eraseSubject(subjectRef(tenantId, subjectId), 2)).toBe(1);
    expect(await found(owner)).toEqual([]);
    await guest.vectorIndex.upsert([note]);
    expect(await found(guest)).toEqual([note.memoryId]);
    await owner.vectorIndex.eraseSubject(subjectRef(tenantId, subjectId), 2);
    expect(await found(guest)).toEqual([]);
  });

  it('leaves the lock, the keys and unfinished rebuilds to the owner', async () => {
    const { owner, guest } = openBoth();
    const shadow = await owner.shadowStores.open();
    const wrapped = await guest.keyVault.wrap(new Uint8Array(32).fill(7), 'context');
    expect(await owner.keyVault.unwrap(wrapped, 'context')).toEqual(Buffer.alloc(32, 7));
    await guest.close();
    opened.pop();
    await shadow.catalogue.upsert([]);
    await shadow.discard();
    expect(await found(owner)).toEqual([]);
  });
});
