import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { EventLog, RecordBatch } from '@mneme/ports';
import fc from 'fast-check';
import { eventually } from './eventually.js';
import { appendsTo, commitAll, endOf, LogReader, randomGroup } from './log-reader.js';

const TURNS = TOPICS.turns.name;
const DISCARDED = TOPICS.discarded.name;

/** What every log must do for a consumer group. */
export function consumingContract(log: () => EventLog): void {
  const readers: LogReader[] = [];
  const reader = (group = randomGroup(), topic: typeof TURNS | typeof DISCARDED = TURNS) => {
    const made = new LogReader(log(), topic, group);
    readers.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((made) => made.stop()));
  });
  /** A group that has committed all that is there, so that a test sees its own records alone. */
  const groupAtEnd = async () => {
    const group = randomGroup();
    const skipper = await reader(group).start();
    const ends = await log().endOffsets(TURNS);
    await eventually('the group has caught up', async () => {
      const committed = await log().committedOffsets(group, TURNS);
      return ends.every((end, partition) => (committed[partition] as number) >= end);
    });
    await skipper.stop();
    return group;
  };

  it('hands out what was there before and what comes, each partition in its order', async () => {
    const before = [0, 1, 2].flatMap((partition) => appendsTo(TURNS, { partition, of: log() }, 5));
    await log().append(before);
    const all = await reader().start(commitAll, 2);
    await all.untilHanded(before);
    const after = [1, 0].flatMap((partition) => appendsTo(TURNS, { partition, of: log() }, 3));
    await log().append(after);
    await all.untilHanded(after);
    for (let partition = 0; partition < log().partitionCount; partition++) {
      const offsets = all.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    }
    expect(all.handed(before).map(({ value }) => value)).toHaveLength(before.length);
  });

  it('hands out the records of the topic and the partition that the batch names, at most as many as asked for', async () => {
    const appends = appendsTo(TURNS, { partition: 1, of: log() }, 9);
    await log().append(appends);
    const small = await reader().start(commitAll, 4);
    await small.untilHanded(appends);
    for (const { topic, partition, records } of small.batches) {
      expect(records.length).toBeGreaterThan(0);
      expect(records.length).toBeLessThanOrEqual(4);
      expect(records.every((record) => record.topic === topic && record.partition === partition)).toBe(true);
    }
  });

  it('gives each group every record', async () => {
    const appends = appendsTo(TURNS, { partition: 0, of: log() }, 3);
    const [one, other] = [await reader().start(), await reader().start()];
    await log().append(appends);
    await one.untilHanded(appends);
    await other.untilHanded(appends);
  });

  it('runs one batch of a partition at a time', async () => {
    const running = new Map<number, number>();
    let most = 0;
    const appends = appendsTo(TURNS, { partition: 2, of: log() }, 6);
    await log().append(appends);
    const slow = await reader(await groupAtEnd()).start(async (batch) => {
      running.set(batch.partition, (running.get(batch.partition) ?? 0) + 1);
      most = Math.max(most, running.get(batch.partition) as number);
      await batch.heartbeat();
      await setTimeout(5);
      await commitAll(batch);
      running.set(batch.partition, (running.get(batch.partition) as number) - 1);
    }, 1);
    const more = appendsTo(TURNS, { partition: 2, of: log() }, 6);
    await log().append(more);
    await slow.untilHanded(more);
    expect(most).toBe(1);
  });

  it('hands a batch out again until it is committed, and nothing after it before', async () => {
    const group = await groupAtEnd();
    const appends = appendsTo(TURNS, { partition: 0, of: log() }, 2);
    let refusals = 2;
    await log().append(appends);
    const stubborn = await reader(group).start(async (batch) => {
      if (refusals-- > 0) return;
      await commitAll(batch);
    }, 1);
    await stubborn.untilHanded(appends);
    const keys = stubborn.handed(appends).map(({ key }) => key);
    expect(keys).toEqual([appends[0], appends[0], appends[0], appends[1]].map((append) => append?.key));
  });

  it('goes on from the part that was committed', async () => {
    const group = await groupAtEnd();
    const appends = appendsTo(TURNS, { partition: 1, of: log() }, 5);
    await log().append(appends);
    const halves = await reader(group).start(async (batch) => {
      const half = batch.records[Math.floor((batch.records.length - 1) / 2)];
      await batch.commit((half?.offset ?? -1) + 1);
    }, 5);
    await halves.untilHanded(appends);
    // The first batch may hold all of them; what was not committed of it comes again.
    await eventually('the rest is handed out', () => halves.batches.length > 1);
    const first = halves.batches[0] as RecordBatch;
    const half = first.records[Math.floor((first.records.length - 1) / 2)];
    expect(halves.batches[1]?.records[0]?.offset).toBeGreaterThan(half?.offset ?? Infinity);
    expect(halves.records.find(({ offset }) => offset > (half?.offset ?? Infinity))).toBeDefined();
  });

  it('starts a group again at its commit', async () => {
    const group = await groupAtEnd();
    const [done, left] = [
      appendsTo(TURNS, { partition: 0, of: log() }, 2),
      appendsTo(TURNS, { partition: 0, of: log() }, 2),
    ];
    await log().append(done);
    const first = await reader(group).start();
    await first.untilHanded(done);
    await first.stop();
    await log().append(left);
    const second = await reader(group).start();
    await second.untilHanded(left);
    expect(second.handed(done)).toEqual([]);
    expect(first.handed(left)).toEqual([]);
  });

  it('never moves a commit back', async () => {
    const group = await groupAtEnd();
    const appends = appendsTo(TURNS, { partition: 3, of: log() }, 3);
    await log().append(appends);
    const back = await reader(group).start(async (batch) => {
      await commitAll(batch);
      await batch.commit(0);
    });
    await back.untilHanded(appends);
    await back.stop();
    const end = endOf(back.batches.findLast(({ partition }) => partition === 3) as RecordBatch);
    expect((await log().committedOffsets(group, TURNS))[3]).toBe(end);
  });

  it('says 0 for what a group never committed', async () => {
    expect(await log().committedOffsets(randomGroup(), TURNS)).toEqual(new Array(log().partitionCount).fill(0));
  });

  it('keeps the commits of topics and groups apart', async () => {
    const group = await groupAtEnd();
    expect((await log().committedOffsets(group, DISCARDED)).every((offset) => offset === 0)).toBe(true);
    expect((await log().committedOffsets(randomGroup(), TURNS)).every((offset) => offset === 0)).toBe(true);
  });

  it('stops after the batch in hand, which hears of it', async () => {
    const group = await groupAtEnd();
    const state = { isRunning: false, heard: false };
    await log().append(appendsTo(TURNS, { partition: 0, of: log() }, 4));
    const slow = await reader(group).start(async (batch) => {
      state.isRunning = true;
      batch.signal.addEventListener('abort', () => (state.heard = true));
      await setTimeout(50);
      await commitAll(batch);
      state.isRunning = false;
    }, 1);
    await eventually('a handler runs', () => state.isRunning);
    await slow.stop();
    expect(state).toEqual({ isRunning: false, heard: true });
    const count = slow.batches.length;
    await log().append(appendsTo(TURNS, { partition: 0, of: log() }));
    await setTimeout(50);
    expect(slow.batches).toHaveLength(count);
    expect(slow.failures).toEqual([]);
  });

  it('ends and says so once when a handler rejects', async () => {
    const group = await groupAtEnd();
    const failing = await reader(group).start(() => Promise.reject(new Error('told to fail')));
    await log().append([0, 1, 2].flatMap((partition) => appendsTo(TURNS, { partition, of: log() })));
    await eventually('the failure is told', () => failing.failures.length > 0);
    const count = failing.batches.length;
    await log().append(appendsTo(TURNS, { partition: 3, of: log() }));
    await setTimeout(50);
    expect(failing.failures).toEqual([new Error('told to fail')]);
    expect(failing.batches).toHaveLength(count);
  });

  it('loses and reorders nothing, whatever is committed of each batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.nat({ max: 4 })),
        fc.integer({ min: 1, max: 20 }),
        async (commits, count) => {
          const group = await groupAtEnd();
          const appends = appendsTo(TURNS, { partition: 0, of: log() }, count);
          await log().append(appends);
          const fickle = await reader(group).start(async (batch) => {
            const done = batch.records.slice(0, commits.next().value as number).at(-1);
            if (done !== undefined) await batch.commit(done.offset + 1);
          }, 3);
          await fickle.untilHanded(appends);
          await fickle.stop();
          const firstSeen = [...new Set(fickle.handed(appends).map(({ key }) => key))];
          expect(firstSeen).toEqual(appends.map(({ key }) => key));
        },
      ),
      { numRuns: 8 },
    );
  });
}
