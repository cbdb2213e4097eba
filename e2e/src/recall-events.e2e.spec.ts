import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RecallMade, RecallMadeV1, type SubjectId, TOPICS } from '@mneme/events';
import { partitionOf, subjectRef } from '@mneme/domain';
import type { Received } from '@mneme/platform';
import { CountAccesses } from '@mneme/embedder-service';
import { aPrincipal, aReadScope } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';

type LogRecord = Received<RecallMade>['record'];

describe('access events', () => {
  let world: ErasureWorld;
  let reads: ReturnType<typeof readsOf>;
  let ana: SubjectId;
  beforeAll(async () => {
    world = await ErasureWorld.open();
    reads = readsOf(world);
    ana = await world.populate('ana');
  });
  afterAll(() => world.close());

  const recall = async () => {
    const principal = aPrincipal({ tenantId: world.tenantId });
    const answer = await reads.recall.recall(principal, {
      question: 'tea',
      userId: 'ana',
      filters: [],
      similarityMin: 0,
    });
    await reads.events.flush();
    return answer;
  };
  const published = async (): Promise<readonly LogRecord[]> => {
    const { log } = world.engines.stores;
    return log.read({ topic: TOPICS.recalls.name, partition: partitionOf(ana, log.partitionCount), offset: 0 }, 1_000);
  };
  const eventOf = ({ value }: LogRecord): RecallMade => RecallMadeV1.parse(JSON.parse(value ?? ''));

  it('name what was given to whom, in the partition of the subject, and say nothing of it', async () => {
    const { hits, facts, recallId } = await recall();
    const record = (await published()).at(-1) as LogRecord;
    const event = eventOf(record);
    expect(event).toMatchObject({ tenantId: world.tenantId, subjectId: ana, epoch: 1, recallId });
    const given = new Set([...hits, ...facts].map(({ memory }) => memory?.memoryId));
    expect(new Set<string | undefined>(event.memoryIds)).toEqual(given);
    expect(event.echoHashes.length).toBeGreaterThan(0);
    expect(record.value).not.toMatch(/likes|tea/);
  });

  it('are counted once each, however often they are delivered, and change no digest', async () => {
    const { accessCounts } = world.engines.stores;
    await recall();
    const before = await world.digest();
    const events = (await published()).map((record) => ({ record, event: eventOf(record) }) as Received<RecallMade>);
    const counting = new CountAccesses(accessCounts);
    await counting.handle(events.slice(0, 1));
    await counting.handle(events);
    await counting.handle(events);
    const { memoryIds } = events[0]?.event as RecallMade;
    const counts = await accessCounts.accessesOf(aReadScope(world.tenantId, ana), memoryIds);
    expect(counts.size).toBe(memoryIds.length);
    for (const { count } of counts.values()) expect(count).toBe(events.length);
    expect(await world.digest()).toBe(before);
  });

  it('are counted by an erasure, with the day on which they are gone, and open to nobody after it', async () => {
    const subject = subjectRef(world.tenantId, ana);
    const { count } = await world.engines.stores.subjectTopics.count(TOPICS.recalls.name, subject);
    expect(count).toBe((await published()).length);
    const { verdict, steps } = await world.erase(ana);
    expect(verdict).toBe('clean');
    const counts = steps.find(({ step }) => step === 'swept')?.counts ?? [];
    const resting = counts.find(({ place }) => place === TOPICS.recalls.name);
    expect(resting?.count).toBe(count);
    expect(resting?.goneBy?.slice(0, 4)).toMatch(/^20\d\d$/);
    await expect(recall()).rejects.toMatchObject({ code: 'subject-erased' });
    expect((await published()).length).toBe(count);
  });
});
