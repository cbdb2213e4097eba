import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPICS, type TopicName } from '@mneme/events';
import { partitionOf, type Predicate } from '@mneme/domain';
import { passFence, type RecordHandler } from '@mneme/platform';
import { ExtractFacts } from '@mneme/graph-extractor-service';
import type { Engines } from '@mneme/wiring';
import { FilterTurns } from '@mneme/write-filter-service';
import { DEAF } from './deaf-observer.js';
import { ErasureWorld } from './erasure-world.js';

type LanguageModel = Engines['languageModel'];

const answered = <T>(value: T) => ({ isAnswered: true, way: 'model', itemsRefused: 0, value }) as const;

/** Says the same of every turn, and counts how many it was asked about. */
class StubbornModel implements LanguageModel {
  readonly id = 'stubborn@1';
  asked = 0;

  constructor(
    private readonly labels: readonly string[],
    private readonly place = 'Bruges',
  ) {}

  async classify({ turns }: Parameters<LanguageModel['classify']>[0]) {
    this.asked += turns.length;
    return turns.map(() => answered({ labels: this.labels }));
  }

  async extract({ turns }: Parameters<LanguageModel['extract']>[0]) {
    this.asked += turns.length;
    const predicate: Predicate = 'related_to';
    const stated = {
      subject: 'speaker',
      predicate,
      isNegated: false,
      isCorrection: false,
      certainty: 'stated',
    } as const;
    const fact = { ...stated, object: { type: 'thing', name: this.place }, evidence: this.place } as const;
    return turns.map(() => answered({ by: 'model' as const, facts: [fact] }));
  }

  async summarise() {
    return { isAnswered: false, failure: 'empty' } as const;
  }
}

describe('a batch that was published and comes again', () => {
  let world: ErasureWorld;
  let partition: number;
  beforeEach(async () => {
    world = await ErasureWorld.open({ consuming: false });
    partition = partitionOf(await world.subjectOf('ana'), world.engines.stores.log.partitionCount);
    const { controlStore } = world.engines.stores;
    const tenant = await controlStore.findTenant(world.tenantId);
    const models = {
      classify: 'all',
      extract: 'all',
      unclearPoints: 1,
      tokensPerDay: null,
    } as const;
    if (tenant !== undefined) await controlStore.setPolicy(world.tenantId, { ...tenant.policy, models });
    world.engines.keyring.forgetTenant(world.tenantId);
  });
  afterEach(() => world.close());

  const records = (topic: TopicName) => world.engines.stores.log.read({ topic, partition, offset: 0 }, 10_000);
  const counts = async () => {
    const all = await Promise.all(
      [TOPICS.memories.name, TOPICS.discarded.name, TOPICS.quarantine.name].map((topic) => records(topic)),
    );
    return all.map(({ length }) => length);
  };
  const ports = (model: LanguageModel) => {
    const { stores, keyring } = world.engines;
    const { log, memoryVersions: versions, subjectTopics: topics } = stores;
    return { log, keyring, versions, topics, observer: DEAF, model, modelTimeoutMs: 5_000 };
  };
  /** What a process does with everything on a topic, before it could commit. */
  const deliver = async <E>(handler: RecordHandler<E>, topic: TopicName) => {
    const parsed = (await records(topic)).map((record) => ({ record, event: handler.parse(record) }));
    const { passed } = await passFence(world.engines.keyring, handler, parsed);
    await handler.handle(passed, new AbortController().signal);
  };

  it('is decided once by the write-filter, whatever a model would say now', async () => {
    await world.ingest('ana', 'maybe the usual place');
    await world.ingest('ana', `hidden${'\u200b'.repeat(6)}text`);
    await world.ingest('ana', '...');
    const first = new StubbornModel(['plan']);
    await deliver(new FilterTurns(ports(first)), TOPICS.turns.name);
    expect(first.asked).toBe(1);
    expect(await counts()).toEqual([1, 1, 1]);
    const second = new StubbornModel(['small-talk']);
    await deliver(new FilterTurns(ports(second)), TOPICS.turns.name);
    expect(second.asked).toBe(0);
    expect(await counts()).toEqual([1, 1, 1]);
    // What comes after it is decided as ever.
    await world.ingest('ana', 'maybe the other place');
    await deliver(new FilterTurns(ports(second)), TOPICS.turns.name);
    expect(second.asked).toBe(1);
    expect(await counts()).toEqual([1, 2, 1]);
  });

  it('is decided once by the graph-extractor too', async () => {
    await world.ingest('ana', 'maybe Bruges or Ghent');
    await deliver(new FilterTurns(ports(new StubbornModel(['fact']))), TOPICS.turns.name);
    const first = new StubbornModel([], 'Bruges');
    await deliver(new ExtractFacts(ports(first)), TOPICS.memories.name);
    expect(first.asked).toBe(1);
    const before = await counts();
    expect(before[0]).toBe(2);
    const second = new StubbornModel([], 'Ghent');
    await deliver(new ExtractFacts(ports(second)), TOPICS.memories.name);
    expect(second.asked).toBe(0);
    expect(await counts()).toEqual(before);
  });
});
