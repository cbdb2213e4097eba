import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { EventLog, LogAppend, RecordBatch } from '@mneme/ports';
import { appendsTo, commitAll, endOf, engineAddress, eventually, LogReader, TestProcess } from '@mneme/testing';
import { OwnTopics } from './own-topics.js';

const TURNS = TOPICS.turns.name;
const brokers = engineAddress('kafka').split(',');
/** The least that Kafka allows unless it is told otherwise. */
const SESSION_MS = 6_000;

describe('a consumer group', () => {
  let topics: OwnTopics;
  const readers: LogReader[] = [];
  const opened = async () => {
    topics = new OwnTopics(brokers);
    return (await topics.open()).log;
  };
  const member = (log: EventLog, group?: string) => {
    const reader = new LogReader(log, TURNS, group);
    readers.push(reader);
    return reader;
  };
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    await topics.remove();
  });
  const everywhere = (log: EventLog, count: number) =>
    [0, 1, 2, 3].flatMap((partition) => appendsTo(TURNS, { partition, of: log }, count));
  const partitionsOf = (reader: LogReader, from = 0) =>
    new Set(reader.records.slice(from).map(({ partition }) => partition));

  it('loses nothing and never moves its commits back while members come and go under load', async () => {
    const log = await opened();
    const first = await member(log).start(slowly, 20);
    const appended: LogAppend[] = [];
    const commits: (readonly number[])[] = [];
    let isLoading = true;
    const loading = (async () => {
      while (isLoading) {
        const appends = everywhere(log, 3);
        await log.append(appends);
        appended.push(...appends);
        commits.push(await log.committedOffsets(first.group, TURNS));
      }
    })();
    await eventually('the first reads', () => first.records.length > 50);
    const second = await member((await topics.open()).log, first.group).start(slowly, 20);
    await eventually('the second reads', () => second.records.length > 50);
    await eventually('they share the partitions', () => partitionsOf(second).size === 2);
    const third = await member((await topics.open()).log, first.group).start(slowly, 20);
    await eventually('the third reads', () => third.records.length > 50);
    await first.stop();
    await second.stop();
    const before = third.records.length;
    await eventually('the third has all', () => partitionsOf(third, before).size === 4);
    isLoading = false;
    await loading;
    const seen = new Map<number, number[]>();
    await eventually('every record was handed out', () => {
      const handed = new Set([first, second, third].flatMap(({ records }) => records.map(({ key }) => key)));
      return appended.every(({ key }) => handed.has(key));
    });
    for (const offsets of commits)
      for (const [partition, offset] of offsets.entries())
        seen.set(partition, [...(seen.get(partition) ?? []), offset]);
    for (const offsets of seen.values()) expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect([first, second, third].flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('tells a member that its partition is lost, and lets it commit nothing more', async () => {
    const log = await opened();
    const group = member(log).group;
    const held: RecordBatch[] = [];
    const refused: { readonly partition: number; readonly error: unknown }[] = [];
    let otherIsDone: () => void = () => undefined;
    const untilOtherIsDone = new Promise<void>((resolve) => (otherIsDone = resolve));
    const slow = await member(log, group).start(async (batch) => {
      held.push(batch);
      if (held.length > 4) return commitAll(batch);
      await new Promise((resolve) => batch.signal.addEventListener('abort', resolve));
      await untilOtherIsDone;
      await batch.commit(1).catch((error: unknown) => refused.push({ partition: batch.partition, error }));
    });
    await log.append(everywhere(log, 3));
    await eventually('all are held', () => held.length === 4);
    const quick = await member((await topics.open()).log, group).start();
    await eventually('its batches hear of it', () => held.every(({ signal }) => signal.aborted));
    const committed = () => log.committedOffsets(group, TURNS);
    await eventually('the other has done its part', async () => {
      return (await committed()).filter((offset) => offset === 3).length === 2;
    });
    otherIsDone();
    await eventually('the late commits are refused', () => refused.length === 4);
    for (const { error } of refused) expect(error).toMatchObject({ code: 'unavailable', retry: 'later' });
    await eventually('all is done', async () => (await committed()).every((offset) => offset === 3));
    expect(partitionsOf(quick).size).toBe(2);
    await slow.stop();
    expect(slow.failures).toEqual([]);
  });

  it('gives a partition on only when what was in hand of it has ended, or that takes too long', async () => {
    topics = new OwnTopics(brokers);
    const { log } = await topics.open({ rebalanceAbortMs: 5_000 });
    const group = member(log).group;
    const events: string[] = [];
    const slow = await member(log, group).start(async (batch) => {
      if (batch.signal.aborted || events.length > 3) return commitAll(batch);
      events.push('held');
      await new Promise((resolve) => batch.signal.addEventListener('abort', resolve));
      // An append that is under way does not hear of it.
      await setTimeout(700);
      events.push('ended');
    });
    await log.append(everywhere(log, 3));
    await eventually('all are held', () => events.length === 4);
    const heir = await member((await topics.open()).log, group).start(async (batch) => {
      events.push('given on');
      await commitAll(batch);
    });
    await eventually('the other has its part', () => heir.batches.length >= 2);
    await eventually('all have ended', () => events.filter((event) => event === 'ended').length === 4);
    expect(events.lastIndexOf('ended')).toBeLessThan(events.indexOf('given on'));
    await slow.stop();
  });

  it('keeps a partition whose handler waits for longer than a session, and serves the others meanwhile', async () => {
    const log = await opened();
    let isWaiting = true;
    const reader = member(log);
    await reader.start(async (batch) => {
      while (batch.partition === 0 && isWaiting && !batch.signal.aborted) await setTimeout(50);
      await commitAll(batch);
    });
    await log.append(everywhere(log, 5));
    const untilMs = performance.now() + SESSION_MS + 1_500;
    while (performance.now() < untilMs) {
      const more = everywhere(log, 2);
      await log.append(more);
      await reader.untilHanded(more.filter(({ partition }) => partition !== 0));
      await setTimeout(200);
    }
    expect(reader.batches.filter(({ partition }) => partition === 0)).toHaveLength(1);
    expect(reader.batches[0]?.signal.aborted).toBe(false);
    isWaiting = false;
    const end = (await log.endOffsets(TURNS))[0];
    await eventually('it is caught up', async () => (await log.committedOffsets(reader.group, TURNS))[0] === end);
    expect(reader.failures).toEqual([]);
  }, 30_000);

  it('goes on where a member was that is killed', async () => {
    const log = await opened();
    const group = member(log).group;
    const args = [brokers.join(','), topics.prefix, group, String(SESSION_MS)];
    const killed = new TestProcess(new URL('consume-until-killed.mjs', import.meta.url), args);
    await eventually('it has started', () => killed.lines.includes('started'), 20_000);
    const before = everywhere(log, 50);
    await log.append(before);
    await eventually('it has committed some', () => killed.lines.length > 50);
    await killed.kill();
    const after = everywhere(log, 5);
    await log.append(after);
    const heir = await member(log, group).start();
    await heir.untilHanded(after);
    const known = new Set([...killed.lines, ...heir.records.map(({ key }) => key)]);
    expect([...before, ...after].filter(({ key }) => !known.has(key))).toEqual([]);
  }, 60_000);

  it('gives a process the same partitions in all of its groups, by the order of the client ids', async () => {
    topics = new OwnTopics(brokers);
    const first = (await topics.open({ clientId: 'filter-1' })).log;
    const second = (await topics.open({ clientId: 'filter-2' })).log;
    const groups = { turns: member(first).group, recalls: member(first).group };
    const started = async (log: EventLog, topic: keyof typeof groups) => {
      const reader = new LogReader(log, TOPICS[topic].name, groups[topic]);
      readers.push(reader);
      return reader.start();
    };
    const ofSecond = { recalls: await started(second, 'recalls'), turns: await started(second, 'turns') };
    const ofFirst = { turns: await started(first, 'turns'), recalls: await started(first, 'recalls') };
    const newest = (reader: LogReader) => new Set(reader.batches.slice(-2).map(({ partition }) => partition));
    await eventually('both share', async () => {
      for (const topic of ['turns', 'recalls'] as const) {
        await first.append(
          [0, 1, 2, 3].flatMap((partition) => appendsTo(TOPICS[topic].name, { partition, of: first })),
        );
      }
      await setTimeout(200);
      const shares = [ofFirst, ofSecond].flatMap(({ turns, recalls }) => [turns, recalls].map(newest));
      return shares.map((share) => [...share].sort().join()).join(' ') === '0,2 0,2 1,3 1,3';
    });
  });

  it('stops within a moment, also while it joins', async () => {
    const log = await opened();
    const group = member(log).group;
    const first = await member(log, group).start();
    const second = await member((await topics.open()).log, group).start();
    await second.stop();
    await first.stop();
    const third = await member(log, group).start();
    const appends = everywhere(log, 1);
    await log.append(appends);
    await third.untilHanded(appends);
  });
});

async function slowly(batch: RecordBatch): Promise<void> {
  await setTimeout(5);
  if (!batch.signal.aborted) await batch.commit(endOf(batch)).catch(() => undefined);
}
