import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ErasureStep, type SubjectId, TOPICS } from '@mneme/events';
import { catalogueRowOf, type Erasure, memoryKeyOf, partitionOf, subjectRef } from '@mneme/domain';
import { type ErasurePorts, RunErasures } from '@mneme/erasure-service';
import { aMemory, eventually } from '@mneme/testing';
import { ErasureWorld, QUICK } from './erasure-world.js';

let world: ErasureWorld;

beforeEach(async () => {
  world = await ErasureWorld.open();
});

afterEach(() => world.close());

/** Ports that call `then` once the journal has the erasure at `step`. */
function whenAt(step: ErasureStep, then: () => Promise<unknown>): ErasurePorts {
  const { journal, ...rest } = world.ports;
  const record = async (erasure: Erasure) => {
    const before = await journal.find(erasure.tenantId, erasure.erasureId);
    await journal.record(erasure);
    if (erasure.step === step && before?.step !== step) await then();
  };
  const watched = new Proxy(journal, {
    get: (target, name) => {
      const member: unknown = name === 'record' ? record : Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { ...rest, journal: watched };
}

/** A process that was paused with a memory of the old epoch in its hands, and goes on. */
async function writeLate(subjectId: SubjectId): Promise<void> {
  const { catalogue, log } = world.engines.stores;
  const memory = aMemory({ tenantId: world.tenantId, subjectId, epoch: 1 });
  const partition = partitionOf(subjectId, log.partitionCount);
  const topic = TOPICS.memories.name;
  await catalogue.upsert([catalogueRowOf(memory)]);
  await log.append([{ topic, partition, key: memoryKeyOf(memory), value: JSON.stringify(memory), subjectId }]);
}

function countAt(erasure: Erasure, step: ErasureStep, place: string): number | undefined {
  return erasure.steps.find((note) => note.step === step)?.counts.find((count) => count.place === place)?.count;
}

function totalOf(name: string): number {
  return world.metrics.snapshot().find((metric) => metric.name === name)?.value ?? 0;
}

describe('what an erasure tells', () => {
  it('counts what was there, what is left and when it goes', async () => {
    const subjectId = await world.populate('user', 3);
    const erasure = await world.erase(subjectId);
    // Of each turn an episode and a fact.
    const counts = { catalogue: 6, 'vector-index': 6, 'fact-graph': 3, [TOPICS.memories.name]: 6 };
    for (const [place, count] of Object.entries(counts)) {
      expect(countAt(erasure, 'enumerated', place)).toBe(count);
      for (const step of ['swept', 'swept-again', 'verified'] as const) expect(countAt(erasure, step, place)).toBe(0);
    }
    expect(countAt(erasure, 'verified', 'reads')).toBe(0);
    const resting = erasure.steps.find(({ step }) => step === 'swept')?.counts.filter(({ goneBy }) => goneBy);
    expect(resting?.map(({ place, count }) => [place, count])).toEqual([
      [TOPICS.turns.name, 4],
      [TOPICS.discarded.name, 1],
    ]);
    expect(Object.keys(erasure.steps.find(({ step }) => step === 'barrier-passed')?.barrier ?? {})).toHaveLength(2);
    expect(totalOf('mneme_erasures_total')).toBe(1);
    expect(totalOf('mneme_erasure_incidents_total')).toBe(0);
  });

  it('says so when there was nothing to look for', async () => {
    const subjectId = await world.subjectOf('silent');
    await world.engines.keyring.admit(world.tenantId, [subjectId]);
    expect(await world.erase(subjectId)).toMatchObject({ step: 'verified', verdict: 'NO_BASELINE' });
  });

  it('keeps no readable probe in the journal', async () => {
    const subjectId = await world.populate('user');
    const subject = subjectRef(world.tenantId, subjectId);
    const ids = await world.engines.stores.catalogue.probeIds(subject, 5);
    expect(ids.length).toBeGreaterThan(0);
    let journaled = '';
    const ports = whenAt('enumerated', async () => {
      const [erasure] = await world.engines.stores.erasureJournal.unfinished(1);
      journaled = JSON.stringify(erasure);
    });
    await world.erase(subjectId, ports);
    expect(journaled).toContain('"probes"');
    for (const id of ids) expect(journaled).not.toContain(id);
  });
});

describe('a writer that comes too late', () => {
  it.each(['swept', 'swept-again'] as const)(
    'is found after the step %s, swept, and called an incident',
    async (step) => {
      const subjectId = await world.populate('user');
      const erasure = await world.erase(
        subjectId,
        whenAt(step, () => writeLate(subjectId)),
      );
      expect(erasure.verdict).toBe('incident');
      const found = step === 'swept' ? 'swept-again' : 'verified';
      expect(countAt(erasure, found, 'catalogue')).toBe(1);
      expect(countAt(erasure, found, TOPICS.memories.name)).toBe(1);
      await world.drained();
      expect(await world.remains(subjectId, erasure.epoch)).toBe(0);
      expect(totalOf('mneme_erasure_incidents_total')).toBe(1);
      const verdicts = (await world.events(erasure.erasureId)).map(({ event }) => event.verdict);
      expect(verdicts.at(-1)).toBe('incident');
      expect(verdicts.at(-2)).toBe(step === 'swept' ? 'incident' : undefined);
    },
  );

  it('is found through the reads, whatever the stores count', async () => {
    const subjectId = await world.populate('user');
    const { catalogue } = world.engines.stores;
    const blind = { ...asStore(catalogue), countSubject: async () => 0, findIds: async () => [] };
    const stores = world.stores.map((store) => (store === catalogue ? blind : store));
    const ports = whenAt('swept-again', async () => {
      const { tenantId } = world;
      await catalogue.upsert([catalogueRowOf(aMemory({ tenantId, subjectId, epoch: 1 }))]);
    });
    const erasure = await world.erase(subjectId, { ...ports, stores });
    expect(erasure.verdict).toBe('incident');
    expect(countAt(erasure, 'verified', 'catalogue')).toBe(0);
    expect(countAt(erasure, 'verified', 'reads')).toBe(1);
    expect(await world.remains(subjectId, erasure.epoch)).toBe(0);
  });
});

describe('an erasure that cannot go on', () => {
  it('waits for a group that is behind, says for which, never skips, and goes on', async () => {
    await world.close();
    world = await ErasureWorld.open({ consuming: false });
    await world.ingest('user', 'likes tea');
    const subjectId = await world.subjectOf('user');
    const runs = new RunErasures(world.ports, { ...QUICK, barrierWaitMs: 5 });
    const { erasureId } = await runs.begin(await world.erasureOf(subjectId));
    await eventually('it waits for the write-filter', () => runs.waitingFor(erasureId)?.kind === 'group-behind');
    expect(runs.waitingFor(erasureId)).toMatchObject({ group: 'write-filter', committedOffset: 0, neededOffset: 1 });
    expect((await world.find(erasureId))?.step).toBe('shredded');
    await world.startConsumers();
    expect(await world.finished(erasureId)).toMatchObject({ step: 'verified' });
    await runs.stop();
    expect(await world.remains(subjectId, 2)).toBe(0);
  });

  it('does not keep others waiting', async () => {
    const stuck = await world.populate('stuck');
    const free = await world.populate('free');
    const { registry } = world.ports;
    const config = { ...QUICK, erasuresAtOnceMax: 1, backoffMinMs: 50 };
    const ports = whenAt('fenced', () => registry.setLegalHold(subjectRef(world.tenantId, stuck), 'case'));
    const runs = new RunErasures(ports, config);
    const first = await runs.begin(await world.erasureOf(stuck));
    await eventually('the first waits', () => runs.waitingFor(first.erasureId)?.kind === 'legal-hold');
    const second = await runs.begin(await world.erasureOf(free));
    expect(await world.finished(second.erasureId)).toMatchObject({ verdict: 'clean' });
    expect((await world.find(first.erasureId))?.step).toBe('enumerated');
    await runs.stop();
  });

  it('keeps the key under a hold that was set after the fence, and goes on when it is lifted', async () => {
    const subjectId = await world.populate('user');
    const subject = subjectRef(world.tenantId, subjectId);
    const { registry } = world.ports;
    const runs = new RunErasures(
      whenAt('fenced', () => registry.setLegalHold(subject, 'case 7')),
      QUICK,
    );
    const { erasureId } = await runs.begin(await world.erasureOf(subjectId));
    await eventually('it waits for the hold', () => runs.waitingFor(erasureId)?.kind === 'legal-hold');
    const [held] = await registry.read(world.tenantId, [subjectId]);
    expect(held?.wrappedKey).not.toBeNull();
    await registry.setLegalHold(subject, null);
    expect(await world.finished(erasureId)).toMatchObject({ verdict: 'clean' });
    await runs.stop();
  });

  it('leaves nothing behind when a hold is set between the request and the fence', async () => {
    const subjectId = await world.populate('user');
    const subject = subjectRef(world.tenantId, subjectId);
    const { journal, registry } = world.ports;
    const erasure = await world.erasureOf(subjectId);
    await registry.setLegalHold(subject, 'case 7');
    const runs = new RunErasures(world.ports, QUICK);
    await expect(runs.begin(erasure)).rejects.toMatchObject({ code: 'legal-hold' });
    await runs.stop();
    expect(await journal.unfinished(10)).toEqual([]);
    expect(await world.events(erasure.erasureId)).toEqual([]);
    expect(await world.remains(subjectId, 2)).toBeGreaterThan(0);
  });

  it('is refused at the next start when a hold was set after a crash before the fence', async () => {
    const subjectId = await world.populate('user');
    const { journal, registry } = world.ports;
    await journal.begin(await world.erasureOf(subjectId));
    await registry.setLegalHold(subjectRef(world.tenantId, subjectId), 'case 7');
    const runs = new RunErasures(world.ports, QUICK);
    runs.start();
    await eventually('it is withdrawn', async () => (await journal.unfinished(10)).length === 0);
    await runs.stop();
    const [row] = await registry.read(world.tenantId, [subjectId]);
    expect(row).toMatchObject({ state: 'enrolled', epoch: 1 });
  });
});

function asStore(catalogue: ErasureWorld['engines']['stores']['catalogue']) {
  return {
    storeName: catalogue.storeName,
    eraseSubject: catalogue.eraseSubject.bind(catalogue),
    eraseSources: catalogue.eraseSources.bind(catalogue),
    probeIds: catalogue.probeIds.bind(catalogue),
  };
}
