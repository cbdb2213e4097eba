import { guard, inTransaction } from './database.js';
import type { OpenStore } from './open-store.js';
import { TimeSlice } from './time-slice.js';

const PAGE_ROWS = 1_000;

/** Gives one catalogue the access statistics of another, and how far they are counted: no rebuild has them. */
export async function carryAccess({ db: from }: OpenStore, { db: to }: OpenStore): Promise<void> {
  const read = from.prepare(
    `SELECT row_id, memory_id, version, access_count, last_access_ms FROM catalogue
      WHERE row_id > ? AND access_count > 0 ORDER BY row_id LIMIT ${PAGE_ROWS}`,
    { returnArrays: true },
  );
  const write = to.prepare(
    'UPDATE catalogue SET access_count = ?, last_access_ms = ? WHERE memory_id = ? AND version = ?',
  );
  const marks = guard(() => from.prepare('SELECT partition, last_offset FROM access_marks').all());
  inTransaction(to, () => {
    const mark = to.prepare('INSERT OR REPLACE INTO access_marks (partition, last_offset) VALUES (?, ?)');
    for (const { partition, last_offset: offset } of marks as unknown as readonly MarkRow[])
      mark.run(partition, offset);
  });
  const slice = new TimeSlice();
  for (let after = 0; ;) {
    const rows = guard(() => read.all(after)) as unknown as readonly AccessRow[];
    inTransaction(to, () => {
      for (const [, memoryId, version, count, lastMs] of rows) write.run(count, lastMs, memoryId, version);
    });
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last[0];
    if (slice.isUsedUp) await slice.giveWay();
  }
}

interface MarkRow {
  readonly partition: number;
  readonly last_offset: number;
}

type AccessRow = readonly [rowId: number, memoryId: string, version: number, count: number, lastMs: number | null];
