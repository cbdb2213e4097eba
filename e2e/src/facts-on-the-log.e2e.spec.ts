import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryDerivedV1, ProgressNotedV1, TOPICS, type TurnId, TurnReceivedV1 } from '@mneme/events';
import { type factsOf as rules, partitionOf } from '@mneme/domain';
import { ConsumerRunner, encodeReadToken, observerOf, passFence, type RecordHandler } from '@mneme/platform';
import { EmbedMemories, ProjectCatalogue } from '@mneme/embedder-service';
import { ExtractFacts, ProjectFacts } from '@mneme/graph-extractor-service';
import { FilterTurns } from '@mneme/write-filter-service';
import { eventually } from '@mneme/testing';
import { DEAF } from './deaf-observer.js';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';
import { factsOfWorld } from './world-facts.js';

const MEMORIES = TOPICS.memories.name;

describe('the graph-extractor', () => {
  let world: ErasureWorld;
  let partition: number;
  const stop: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    world = await ErasureWorld.open({ consuming: false });
    partition = partitionOf(await world.subjectOf('ana'), world.engines.stores.log.partitionCount);
  });
  afterEach(async () => {
    for (const one of stop.splice(0)) await one();
    await world.close();
  });

  const run = async <E>(group: string, handler: RecordHandler<E>, topic: 'turns' | 'memories' = 'memories') => {
    const { stores, keyring, clock } = world.engines;
    const retry = { backoffMinMs: 1, backoffMaxMs: 5, unknownAttemptsMax: 2 };
    const observer = observerOf(world.metrics, world.logger);
    const runner = new ConsumerRunner({ log: stores.log, keyring, clock, observer }, handler, {
      group,
      topic: TOPICS[topic].name,
      batchRecordsMax: 7,
      lingerMs: 0,
      heartbeatMs: 1_000,
      retry,
    });
    await runner.start();
    stop.push(() => runner.stop());
  };
  const filterTurns = () => {
    const { stores, keyring } = world.engines;
    const { log, memoryVersions: versions, subjectTopics: topics } = stores;
    const ports = { log, keyring, versions, topics, observer: DEAF };
    return run('write-filter', new FilterTurns(ports), 'turns');
  };
  const extractor = (factsOf: typeof rules = factsOfWorld) => {
    const { stores, keyring } = world.engines;
    const { log, memoryVersions: versions } = stores;
    return new ExtractFacts({ log, keyring, versions, observer: DEAF, factsOf });
  };
  const records = () => world.engines.stores.log.read({ topic: MEMORIES, partition, offset: 0 }, 10_000);
  const rest = (group: string) =>
    eventually(`${group} has read everything`, async () => {
      const { log } = world.engines.stores;
      const [committed, ends] = [await log.committedOffsets(group, MEMORIES), await log.endOffsets(MEMORIES)];
      const turns = await log.committedOffsets('write-filter', TOPICS.turns.name);
      const turnEnds = await log.endOffsets(TOPICS.turns.name);
      return ends.every((end, at) => committed[at] === end) && turnEnds.every((end, at) => turns[at] === end);
    });

  it('says how far it has come only after all facts of those turns', async () => {
    await filterTurns();
    await run('graph-extractor', extractor());
    for (let i = 0; i < 40; i += 1) await world.ingest('ana', `likes tea number ${i}`);
    await rest('graph-extractor');
    const seen = await records();
    const turns = await world.engines.stores.log.read({ topic: TOPICS.turns.name, partition, offset: 0 }, 1_000);
    const offsetOf = new Map(
      turns.map(({ value, offset }) => [TurnReceivedV1.parse(JSON.parse(value ?? '')).turnId, offset]),
    );
    const facts = seen.filter(({ value }) => value?.includes('"kind":"fact"'));
    expect(facts).toHaveLength(40);
    const notes = seen.filter(({ key }) => key.startsWith('facts-progress'));
    expect(notes.length).toBeGreaterThan(0);
    for (const { value, offset } of notes) {
      const { turnsOffset, stage } = ProgressNotedV1.parse(JSON.parse(value ?? ''));
      expect(stage).toBe('facts');
      const late = facts.filter((fact) => {
        const { sourceId } = MemoryDerivedV1.parse(JSON.parse(fact.value ?? ''));
        return fact.offset > offset && (offsetOf.get(sourceId as string as TurnId) ?? 0) < turnsOffset;
      });
      expect(late).toEqual([]);
    }
  });

  it('publishes the same bytes when a batch comes again, and takes them back when its user was fenced', async () => {
    await filterTurns();
    for (let i = 0; i < 5; i += 1) await world.ingest('ana', `likes tea number ${i}`);
    await eventually('the episodes are there', async () => (await records()).length >= 5);
    const handler = extractor();
    const parsed = (await records()).map((record) => ({ record, event: handler.parse(record) }));
    const { passed } = await passFence(world.engines.keyring, handler, parsed);
    await handler.handle(passed, new AbortController().signal);
    const first = await factsByKey();
    await extractor().handle(passed, new AbortController().signal);
    expect(await factsByKey()).toEqual(first);
    expect(first.size).toBe(5);
    await handler.undo(passed);
    const last = new Map((await records()).map(({ key, value }) => [key, value]));
    expect([...first.keys()].map((key) => last.get(key))).toEqual(Array(5).fill(null));
  });

  it('tells who waits that the facts of a turn failed, and goes on', async () => {
    const { stores, keyring, embedder } = world.engines;
    const { catalogue, vectorIndex, factGraph } = stores;
    await filterTurns();
    await run(
      'graph-extractor',
      extractor((text, context) => {
        if (text.includes('poison')) throw new TypeError('broken');
        return factsOfWorld(text, context);
      }),
    );
    await run('catalogue', new ProjectCatalogue(catalogue));
    await run('embedder', new EmbedMemories({ keyring, embedder, vectorIndex, catalogue }));
    await run('fact-graph', new ProjectFacts(factGraph, catalogue));
    await world.ingest('ana', 'I prefer poison');
    await world.ingest('ana', 'I prefer tea');
    const turns = await stores.log.read({ topic: TOPICS.turns.name, partition, offset: 0 }, 10);
    const [poison, tea] = turns.map(({ value }) => TurnReceivedV1.parse(JSON.parse(value ?? '')).turnId);
    const offsets = new Map([[partition, turns.length]]);
    const { waitFor } = readsOf(world);
    const wait = (turnId: TurnId | undefined) =>
      waitFor.wait({ token: encodeReadToken({ offsets, turnIds: [turnId as TurnId] }) });
    expect(await wait(poison)).toEqual({ state: 'failed', failedTurnIds: [poison] });
    expect((await wait(tea)).state).toBe('current');
  });

  const factsByKey = async () =>
    new Map(
      (await records()).filter(({ value }) => value?.includes('"kind":"fact"')).map(({ key, value }) => [key, value]),
    );
});
