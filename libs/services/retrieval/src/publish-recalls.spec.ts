import { describe, expect, it, jest } from '@jest/globals';
import { type MemoryId, type RecallMade, RecallMadeV1 } from '@mneme/events';
import { dataKeysOf, echoShareOf, Unavailable } from '@mneme/domain';
import type { EventLog, LogAppend } from '@mneme/ports';
import { Metrics } from '@mneme/platform';
import { PublishRecalls } from './publish-recalls.js';
import type { Reader } from './reader.js';

const keys = dataKeysOf(Buffer.alloc(32, 5));
const ID = 'c2a7e9d4-1b3f-4a68-9c0d-7e8f6a5b4c3d' as MemoryId;
const TEXT = 'The canary sings in the morning before anybody else is up.';
const reader = (given: Partial<Reader> = {}) =>
  ({ tenantId: 'acme', subjectId: 'a'.repeat(64), access: { state: 'open', epoch: 4, keys }, ...given }) as Reader;
const recalled = {
  recallId: '0d9c1a2b-3e4f-4b0f-8c1e-7d2a5e448f6b',
  memories: [{ memoryId: ID, text: TEXT }],
  nowMs: 0,
};

function aPublisher(append: EventLog['append'], limits = {}) {
  const metrics = new Metrics();
  const log = { append, partitionCount: 4 } as unknown as EventLog;
  const events = new PublishRecalls(log, metrics, {
    eventsWaitingMax: 100,
    eventsLingerMs: 60_000,
    eventsBatchMax: 10,
    keyCacheMs: 5_000,
    ...limits,
  });
  const counted = () => Object.fromEntries(metrics.snapshot().map(({ name, value }) => [name, value]));
  return { events, counted };
}

describe('PublishRecalls', () => {
  it('publishes ids and keyed hashes, and no word of what was recalled', async () => {
    const writes: (readonly LogAppend[])[] = [];
    const { events } = aPublisher(async (appends) => (writes.push(appends), []));
    events.note(reader(), { ...recalled, memories: [...recalled.memories, ...recalled.memories] });
    expect(writes).toEqual([]);
    await events.flush();
    const [append] = writes[0] ?? [];
    expect(append).toMatchObject({ topic: 'mneme.recalls.v1', key: recalled.recallId, subjectId: 'a'.repeat(64) });
    expect(append?.value).not.toMatch(/canary|morning/i);
    const event: RecallMade = RecallMadeV1.parse(JSON.parse(append?.value ?? ''));
    expect(event).toMatchObject({ epoch: 4, memoryIds: [ID], madeAt: '1970-01-01T00:00:00.000Z' });
    expect(echoShareOf(TEXT, new Set(event.echoHashes), keys.echo)).toBe(1);
  });

  it('writes many together, in bounded batches', async () => {
    const sizes: number[] = [];
    const { events, counted } = aPublisher(async (appends) => (sizes.push(appends.length), []));
    for (let i = 0; i < 25; i += 1) events.note(reader(), recalled);
    await events.onModuleDestroy();
    expect(sizes).toEqual([10, 10, 5]);
    expect(counted()).toEqual({ mneme_recalls_published_total: 25 });
  });

  it('goes on after it had nothing to write', async () => {
    const { events, counted } = aPublisher(async () => []);
    await events.flush();
    for (let i = 0; i < 2; i += 1) {
      events.note(reader(), recalled);
      await events.flush();
    }
    expect(counted()).toEqual({ mneme_recalls_published_total: 2 });
  });

  it('drops and counts what the queue or the log does not take, and the caller hears nothing of it', async () => {
    let attempts = 0;
    const append = async () => {
      attempts += 1;
      throw new Unavailable('full');
    };
    const { events, counted } = aPublisher(append, { eventsWaitingMax: 3 });
    for (let i = 0; i < 5; i += 1) events.note(reader(), recalled);
    await events.flush();
    expect(counted()).toEqual({ mneme_recalls_dropped_total: 5 });
    expect(attempts).toBe(3);
    await events.flush();
    expect(attempts).toBe(3);
  });

  it('drops what waited for longer than a key may be in a process', async () => {
    const now = jest.spyOn(performance, 'now');
    try {
      const sizes: number[] = [];
      const { events, counted } = aPublisher(async (appends) => (sizes.push(appends.length), []));
      now.mockReturnValue(1_000);
      events.note(reader(), recalled);
      events.note(reader(), recalled);
      now.mockReturnValue(4_000);
      events.note(reader(), recalled);
      now.mockReturnValue(6_001);
      await events.flush();
      expect(sizes).toEqual([1]);
      expect(counted()).toEqual({ mneme_recalls_published_total: 1, mneme_recalls_dropped_total: 2 });
    } finally {
      now.mockRestore();
    }
  });

  it('holds no key for longer than that while the log hangs', async () => {
    jest.useFakeTimers();
    try {
      let goesOn = (): void => undefined;
      const hanging = new Promise<void>((resolve) => (goesOn = resolve));
      const sizes: number[] = [];
      const append = async (appends: readonly LogAppend[]) => (await hanging, sizes.push(appends.length), []);
      const { events, counted } = aPublisher(append, { eventsLingerMs: 1_000, keyCacheMs: 50 });
      let opened = 0;
      const access = {
        state: 'open',
        epoch: 4,
        get keys() {
          opened += 1;
          return keys;
        },
      } as unknown as Reader['access'];
      for (let i = 1; i <= 3; i += 1) {
        events.note(reader({ access }), recalled);
        expect(opened).toBe(i - 1);
        await jest.advanceTimersByTimeAsync(50);
        expect(opened).toBe(i);
      }
      goesOn();
      await events.flush();
      expect([opened, sizes]).toEqual([3, [1, 2]]);
      expect(counted()).toEqual({ mneme_recalls_published_total: 3 });
    } finally {
      jest.useRealTimers();
    }
  });

  it('leaves nothing behind where nothing was found or nobody has a key', async () => {
    const { events, counted } = aPublisher(async () => []);
    events.note(reader(), { ...recalled, memories: [] });
    events.note(reader({ access: undefined }), recalled);
    await events.flush();
    expect(counted()).toEqual({});
  });
});
