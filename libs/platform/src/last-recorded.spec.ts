import { describe, expect, it } from '@jest/globals';
import type { AcceptedTurns, EventLog, LogPosition } from '@mneme/ports';
import { lastRecordedAt } from './last-recorded.js';

describe('lastRecordedAt', () => {
  it('is that of the newest record, however little of the log one read gives', async () => {
    const stamps = [5, 6, 7, 8, 9];
    const records = stamps.map((recordedAt, offset) => ({ offset, value: JSON.stringify({ recordedAt }) }));
    const log = {
      endOffsets: async () => [0, records.length],
      read: async ({ partition, offset }: LogPosition) => (partition === 1 ? records.slice(offset, offset + 2) : []),
    } as unknown as EventLog;
    const reservations = (highest: number) => ({ highestRecordedAt: async () => highest }) as unknown as AcceptedTurns;
    expect(await lastRecordedAt(reservations(3), log)).toBe(9);
    expect(await lastRecordedAt(reservations(12), log)).toBe(12);
  });
});
