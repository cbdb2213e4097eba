import { afterEach, describe, expect, it } from '@jest/globals';
import { type RecallMade, RecallMadeV1, TOPICS } from '@mneme/events';
import type { LogRecord } from '@mneme/ports';
import { HearRecalls } from './hear-recalls.js';
import { RecentRecalls } from './recent-recalls.js';

const topic = TOPICS.recalls.name;
const opened: HearRecalls[] = [];
afterEach(() => Promise.all(opened.splice(0).map((one) => one.stop())));

/** Two partitions of `recalls`, and what was noted of them. */
function world() {
  const partitions: (string | null)[][] = [[], []];
  const noted: string[] = [];
  const state = { isAway: false, reads: 0 };
  const records = (partition: number, offset: number, recordsMax: number): LogRecord[] =>
    (partitions[partition] ?? []).slice(offset, offset + recordsMax).map((value, i) => {
      return { topic, partition, offset: offset + i, key: 'k', value, appendedAtMs: 0 };
    });
  const log = {
    endOffsets: async () => {
      if (state.isAway) throw new Error('away');
      return partitions.map(({ length }) => length);
    },
    read: async ({ partition, offset }: { partition: number; offset: number }, recordsMax: number) => {
      state.reads += 1;
      return records(partition, offset, recordsMax);
    },
  };
  const recent = new RecentRecalls();
  recent.note = (recall: RecallMade) => void noted.push(recall.recallId);
  const metrics = { increment: () => undefined };
  const hear = () => {
    const limits = { pageRecords: 2, readAgainMax: 3, lookEveryMs: 1 };
    const one = new HearRecalls({ log, recent, metrics, logger: { warn: () => undefined } }, limits);
    opened.push(one);
    return one;
  };
  return { partitions, noted, state, hear };
}

describe('what a write-filter hears of recalls', () => {
  it('is the last of each partition at its start, and all that come later', async () => {
    const { partitions, noted, hear } = world();
    partitions[0]?.push(recall(1), recall(2), recall(3), recall(4));
    partitions[1]?.push(recall(5));
    await hear().start();
    expect(noted).toEqual([2, 3, 4, 5].map(idOf));
    partitions[1]?.push(recall(6), recall(7), recall(8));
    await until(() => noted.length === 7);
    expect(noted.slice(4)).toEqual([6, 7, 8].map(idOf));
  });

  it('is all of it in each of two processes', async () => {
    const one = world();
    one.partitions[0]?.push(recall(1), recall(2));
    await one.hear().start();
    await one.hear().start();
    expect(one.noted).toEqual([1, 2, 1, 2].map(idOf));
  });

  it('goes on after a record that cannot be read, and after a log that was away', async () => {
    const { partitions, noted, state, hear } = world();
    await hear().start();
    state.isAway = true;
    partitions[0]?.push('no JSON', null, recall(1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(noted).toEqual([]);
    state.isAway = false;
    await until(() => noted.length === 1);
  });
});

/** Ends with the test's own time when it never comes about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function recall(n: number): string {
  return JSON.stringify({ ...sample, recallId: idOf(n) });
}

const sample = RecallMadeV1.parse({
  type: 'recall-made',
  v: 1,
  tenantId: 'acme',
  subjectId: 'a'.repeat(64),
  epoch: 1,
  recallId: idOf(0),
  madeAt: '2026-03-14T09:26:53.589Z',
  memoryIds: [],
  echoHashes: [],
});
