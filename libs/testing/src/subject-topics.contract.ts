import { beforeAll, describe, expect, it } from '@jest/globals';
import { SUBJECT_TOPICS, TOPICS, type TopicName } from '@mneme/events';
import { partitionOf, subjectRef, type SubjectRef } from '@mneme/domain';
import type { EventLog, LogAppend, SubjectTopics } from '@mneme/ports';
import { randomMemoryId, randomSubjectId, randomTenantId } from './builders.js';

const MEMORIES = TOPICS.memories.name;

/** What an index of the log by subject must do. */
export function subjectTopicsContract(make: () => Promise<{ log: EventLog; subjectTopics: SubjectTopics }>): void {
  describe('subject topics', () => {
    let log: EventLog;
    let subjectTopics: SubjectTopics;
    beforeAll(async () => {
      ({ log, subjectTopics } = await make());
    });
    const aSubject = () => subjectRef(randomTenantId(), randomSubjectId());
    /** Values as the topics have them: the subject is named inside, for logs that know it from there. */
    const appendsOf = ({ tenantId, subjectId }: SubjectRef, topic: TopicName, count: number): LogAppend[] =>
      Array.from({ length: count }, (_, index) => ({
        topic,
        partition: partitionOf(subjectId, log.partitionCount),
        key: `${randomMemoryId()}/${index + 1}`,
        value: JSON.stringify({ tenantId, subjectId }),
        subjectId,
      }));

    it.each(SUBJECT_TOPICS)("counts a subject's records in %s and says when the newest came", async (topic) => {
      const [subject, neighbour] = [aSubject(), aSubject()];
      const beforeMs = Date.now();
      await log.append([...appendsOf(subject, topic, 3), ...appendsOf(neighbour, topic, 2)]);
      const { count, lastAppendedAtMs } = await subjectTopics.count(topic, subject);
      expect(count).toBe(3);
      expect(lastAppendedAtMs).toBeGreaterThanOrEqual(beforeMs - 1_000);
      expect(lastAppendedAtMs).toBeLessThanOrEqual(Date.now() + 1_000);
      expect((await subjectTopics.count(topic, neighbour)).count).toBe(2);
    });

    it('names who has records of value in a partition, page by page', async () => {
      const subjects = Array.from({ length: 20 }, aSubject);
      const gone = aSubject();
      await log.append([...subjects, gone].flatMap((subject) => appendsOf(subject, MEMORIES, 2)));
      const keys = await subjectTopics.keys(MEMORIES, gone, { limit: 2 });
      const partition = partitionOf(gone.subjectId, log.partitionCount);
      const { subjectId } = gone;
      await log.append(keys.map(({ key }) => ({ topic: MEMORIES, partition, key, value: null, subjectId })));
      const found: string[] = [];
      for (let of = 0; of < log.partitionCount; of += 1) {
        for (let after: (typeof gone)['subjectId'] | undefined; ;) {
          const page = await subjectTopics.subjects(MEMORIES, of, { afterSubjectId: after, limit: 3 });
          found.push(...page);
          expect(page.every((one) => partitionOf(one, log.partitionCount) === of)).toBe(true);
          after = page.at(-1);
          if (page.length < 3) break;
        }
      }
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual(expect.arrayContaining(subjects.map((one) => one.subjectId)));
      expect(found).not.toContain(gone.subjectId);
    });

    it('counts 0 and names nothing for a subject without records', async () => {
      expect(await subjectTopics.count(MEMORIES, aSubject())).toEqual({ count: 0 });
      expect(await subjectTopics.keys(MEMORIES, aSubject(), { limit: 10 })).toEqual([]);
    });

    it('counts no tombstones, and nothing that they took away', async () => {
      const subject = aSubject();
      const appends = appendsOf(subject, MEMORIES, 3);
      await log.append(appends);
      await log.append(appends.slice(0, 2).map((append) => ({ ...append, value: null })));
      expect((await subjectTopics.count(MEMORIES, subject)).count).toBe(1);
      const keys = await subjectTopics.keys(MEMORIES, subject, { limit: 10 });
      expect(keys.map(({ key }) => key)).toEqual([appends[2]?.key]);
    });

    it('names the keys by offset, in pages', async () => {
      const [subject, neighbour] = [aSubject(), aSubject()];
      const appends = appendsOf(subject, MEMORIES, 5);
      const others = appendsOf(neighbour, MEMORIES, 5);
      const positions = await log.append(appends.flatMap((append, at) => [append, others[at] as LogAppend]));
      const first = await subjectTopics.keys(MEMORIES, subject, { limit: 3 });
      const afterOffset = first.at(-1)?.offset ?? -1;
      const second = await subjectTopics.keys(MEMORIES, subject, { afterOffset, limit: 3 });
      expect([...first, ...second]).toEqual(appends.map(({ key }, at) => ({ key, offset: positions[at * 2]?.offset })));
      expect(
        await subjectTopics.keys(MEMORIES, subject, { afterOffset: second.at(-1)?.offset ?? -1, limit: 3 }),
      ).toEqual([]);
    });

    it('comes to nothing once a tombstone stands under every key', async () => {
      const subject = aSubject();
      await log.append(appendsOf(subject, MEMORIES, 7));
      for (;;) {
        const keys = await subjectTopics.keys(MEMORIES, subject, { limit: 2 });
        if (keys.length === 0) break;
        const { subjectId } = subject;
        const place = { topic: MEMORIES, partition: partitionOf(subjectId, log.partitionCount) };
        await log.append(keys.map(({ key }) => ({ ...place, key, value: null, subjectId })));
      }
      expect(await subjectTopics.count(MEMORIES, subject)).toEqual({ count: 0 });
    });
  });
}
