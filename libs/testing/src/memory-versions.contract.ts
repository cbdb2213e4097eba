import { beforeAll, describe, expect, it } from '@jest/globals';
import { type MemoryId, TOPICS } from '@mneme/events';
import { memoryKeyOf } from '@mneme/domain';
import { type EventLog, type LogAppend, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { randomMemoryId } from './builders.js';

const TOPIC = TOPICS.memories.name;

interface Looked {
  /** What is looked at. */
  readonly log: Pick<EventLog, 'append'>;
  readonly memoryVersions: MemoryVersions;
}

/** What a look at the log by memory must do. */
export function memoryVersionsContract(make: () => Promise<Looked>): void {
  describe('memory versions', () => {
    let log: Looked['log'];
    let versions: MemoryVersions;
    beforeAll(async () => {
      ({ log, memoryVersions: versions } = await make());
    });
    const of = (memoryId: MemoryId, version: number, value: string | null = 'v', partition = 0): LogAppend => ({
      topic: TOPIC,
      partition,
      key: memoryKeyOf({ memoryId, version }),
      value,
    });
    const keysOf = async (...memoryIds: MemoryId[]) => (await versions.living(0, memoryIds)).map(({ key }) => key);

    it('are by memory as asked for, then by version as a number, whenever they came', async () => {
      const [one, two] = [randomMemoryId(), randomMemoryId()];
      await log.append([of(two, 7), of(one, 10), of(one, 9), of(one, 100)]);
      const expected = [of(one, 9), of(one, 10), of(one, 100), of(two, 7)].map(({ key }) => key);
      expect(await keysOf(one, two)).toEqual(expected);
      expect(await keysOf(two)).toEqual([of(two, 7).key]);
    });

    it('are told with their value, the last of each key, and not after a tombstone', async () => {
      const id = randomMemoryId();
      await log.append([of(id, 1, 'first'), of(id, 2, 'second'), of(id, 3, 'third')]);
      await log.append([of(id, 1, 'again'), of(id, 2, null)]);
      const living = await versions.living(0, [id]);
      expect(living.map(({ value }) => value)).toEqual(['again', 'third']);
      expect(living.every(({ topic, partition }) => topic === TOPIC && partition === 0)).toBe(true);
    });

    it('are those of one partition and of the memory alone', async () => {
      const id = randomMemoryId();
      const near = `${id.slice(0, -1)}${id.endsWith('a') ? 'b' : 'a'}` as MemoryId;
      await log.append([of(id, 1, 'v', 1), of(near, 1)]);
      expect(await keysOf(id)).toEqual([]);
      expect(await versions.living(1, [id])).toHaveLength(1);
      expect(await keysOf()).toEqual([]);
    });

    it('are known as published for as long as a record or a tombstone stands under their key', async () => {
      const id = randomMemoryId();
      await log.append([of(id, 1), of(id, 2), of(id, 2, null), of(id, 3, 'v', 1)]);
      const keys = [1, 2, 3, 4].map((version) => memoryKeyOf({ memoryId: id, version }));
      expect([...(await versions.published(0, keys))]).toEqual(keys.slice(0, 2));
      expect(await versions.published(0, [])).toEqual(new Set());
      await expect(versions.published(0, Array(MEMORY_VERSIONS_LIMITS.keysMax + 1).fill('k'))).rejects.toMatchObject({
        code: 'limit-exceeded',
        detail: { limit: `keysMax=${MEMORY_VERSIONS_LIMITS.keysMax}` },
      });
    });

    it('are refused for more memories than the limit', async () => {
      const ids = Array.from({ length: MEMORY_VERSIONS_LIMITS.memoriesMax + 1 }, () => randomMemoryId());
      await expect(versions.living(0, ids)).rejects.toMatchObject({
        code: 'limit-exceeded',
        detail: { limit: `memoriesMax=${MEMORY_VERSIONS_LIMITS.memoriesMax}` },
      });
    });
  });
}
