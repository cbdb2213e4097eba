import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { EventLog } from '@mneme/ports';
import { appendsTo, commitAll, engineAddress, eventually, LogReader, readAll } from '@mneme/testing';
import { CutNetwork } from './cut-network.js';
import { OwnTopics } from './own-topics.js';

const TURNS = TOPICS.turns.name;
const brokers = engineAddress('kafka').split(',');

describe('the log when Kafka is away', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  /** A log behind a network that can be cut, and the same log beside it. */
  const cuttable = async () => {
    const topics = new OwnTopics(brokers);
    closing.push(() => topics.remove());
    const network = await CutNetwork.to(brokers[0] as string);
    closing.push(() => network.close());
    const { log: beside } = await topics.open();
    const options = { appendTimeoutMs: 2_500, socketFactory: network.socketFactory, stopTimeoutMs: 500 };
    const opened = await topics.open({ ...options, requestTimeoutMs: 1_000 });
    return { network, beside, ...opened };
  };
  const keysIn = async (log: EventLog, partition: number) =>
    (await readAll(log, { topic: TURNS, partition, offset: 0 })).map(({ key }) => key);

  it('refuses an append in time, to be sent again, and takes it when Kafka is back', async () => {
    const { log, network } = await cuttable();
    const [append] = appendsTo(TURNS, { partition: 0, of: log });
    network.cut();
    await expect(log.append([append!])).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    network.mend();
    const [position] = await log.append([append!]);
    expect(await log.read(position!, 1)).toMatchObject([{ key: append!.key }]);
  });

  it('keeps an append through a cut that is shorter than its time', async () => {
    const { log, network } = await cuttable();
    const appends = appendsTo(TURNS, { partition: 0, of: log }, 3);
    network.cut();
    const appending = log.append(appends);
    setTimeout(() => network.mend(), 150);
    await appending;
    expect(await keysIn(log, 0)).toEqual(appends.map(({ key }) => key));
  });

  it('writes a record once though the answer to it was lost', async () => {
    const { log, beside, network } = await cuttable();
    const before = appendsTo(TURNS, { partition: 1, of: log }, 2);
    await log.append(before);
    const appends = appendsTo(TURNS, { partition: 1, of: log }, 3);
    network.mute();
    const appending = log.append(appends);
    await eventually('the records are there', async () => (await beside.endOffsets(TURNS))[1] === 5);
    network.mend();
    expect((await appending).map(({ offset }) => offset)).toEqual([2, 3, 4]);
    expect(await keysIn(log, 1)).toEqual([...before, ...appends].map(({ key }) => key));
  });

  it('takes no later record for the repeat of one that was given up', async () => {
    const { log, network } = await cuttable();
    const given = appendsTo(TURNS, { partition: 2, of: log }, 3);
    const other = appendsTo(TURNS, { partition: 2, of: log }, 3);
    await log.append(appendsTo(TURNS, { partition: 2, of: log }));
    network.mute();
    await expect(log.append(given)).rejects.toMatchObject({ retry: 'later' });
    network.mend();
    const [position] = await log.append(other);
    expect((await readAll(log, position!)).map(({ key }) => key)).toEqual(other.map(({ key }) => key));
  });

  it('goes on consuming by itself, in order and without a gap', async () => {
    const { log, beside, network } = await cuttable();
    const before = appendsTo(TURNS, { partition: 0, of: log }, 5);
    const during = appendsTo(TURNS, { partition: 0, of: log }, 5);
    await beside.append(before);
    // A commit may be under way when the network goes; a handler that rejects ends a consumption.
    const reader = await new LogReader(log, TURNS).start((batch) => commitAll(batch).catch(() => undefined));
    await reader.untilHanded(before);
    network.cut();
    await beside.append(during);
    await expect(log.endOffsets(TURNS)).rejects.toMatchObject({ retry: 'later' });
    network.mend();
    await reader.untilHanded(during);
    const seen = [...new Set(reader.records.map(({ key }) => key))];
    expect(seen).toEqual([...before, ...during].map(({ key }) => key));
    expect(reader.failures).toEqual([]);
    await reader.stop();
  });

  it('refuses a commit that Kafka cannot take, and takes it later', async () => {
    const { log, beside, network } = await cuttable();
    const appends = appendsTo(TURNS, { partition: 3, of: log }, 2);
    const outcomes: string[] = [];
    await beside.append(appends);
    const reader = await new LogReader(log, TURNS).start(async (batch) => {
      if (outcomes.length === 0) network.cut();
      await batch.commit(batch.records.at(-1)!.offset + 1).then(
        () => outcomes.push('done'),
        (error: { code: string }) => outcomes.push(error.code),
      );
      network.mend();
    });
    await eventually('it is committed', async () => (await beside.committedOffsets(reader.group, TURNS))[3] === 2);
    expect([outcomes[0], outcomes.at(-1)]).toEqual(['unavailable', 'done']);
    expect(reader.failures).toEqual([]);
    await reader.stop();
  });

  it('says so in check', async () => {
    const { network, check } = await cuttable();
    await check(AbortSignal.timeout(5_000));
    network.cut();
    await expect(check(AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`Kafka at ${brokers.join(',')}`),
    });
  });
});
