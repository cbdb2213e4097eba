import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SubjectId } from '@mneme/events';
import { ERASURE_STEPS, type Erasure } from '@mneme/domain';
import { type ErasurePorts, RunErasures } from '@mneme/erasure-service';
import { eventually } from '@mneme/testing';
import { ErasureWorld, QUICK } from './erasure-world.js';

type CrashMoment = 'before' | 'after';

/** A process that dies at its n-th call of a port: from then on nothing it calls does anything. */
class DyingProcess {
  calls = 0;
  isDead = false;

  constructor(
    private readonly diesAt: number,
    private readonly moment: CrashMoment,
  ) {}

  ports(ports: ErasurePorts): ErasurePorts {
    const { journal, registry, log, topics, stores, catalogue, vectorIndex, vault, keyring } = ports;
    return {
      ...ports,
      ...this.mortalOf({ journal, registry, log, topics, catalogue, vectorIndex, vault, keyring }),
      stores: stores.map((store) => this.mortal(store)),
    };
  }

  private mortalOf<T extends Record<string, object>>(parts: T): T {
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, this.mortal(part)])) as T;
  }

  private mortal<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const act = (...values: unknown[]) => Reflect.apply(member, target, values) as unknown;
        // The one call that is not a promise.
        if (name === 'forget') return (...values: unknown[]) => this.run(() => act(...values));
        return async (...values: unknown[]) => this.run(() => act(...values));
      },
    });
  }

  private run(act: () => unknown): unknown {
    if (this.isDead) throw new Error('dead');
    this.calls += 1;
    if (this.calls !== this.diesAt) return act();
    this.isDead = true;
    if (this.moment === 'before') throw new Error('died before');
    const acted = act();
    const die = () => {
      throw new Error('died after');
    };
    return acted instanceof Promise ? acted.then(die) : die();
  }
}

describe('an erasure whose process dies', () => {
  let world: ErasureWorld;
  let bystanders: string;
  let callsMax: number;

  beforeAll(async () => {
    world = await ErasureWorld.open();
    await world.populate('bystander', 20);
    await world.drained();
    bystanders = await world.digest();
    const counted = new DyingProcess(Infinity, 'before');
    const subjectId = await world.populate('counted');
    await world.erase(subjectId, counted.ports(world.ports));
    callsMax = counted.calls;
  });

  afterAll(() => world.close());

  it.each(['before', 'after'] as const)('ends the same, killed %s any call of a port', async (moment) => {
    expect(callsMax).toBeGreaterThan(40);
    for (let diesAt = 1; diesAt <= callsMax; diesAt += 1) {
      const subjectId = await world.populate(`user-${moment}-${diesAt}`);
      const erasure = await eraseWithCrash(subjectId, new DyingProcess(diesAt, moment));
      await expectErased(erasure);
    }
    await world.drained();
    expect(await world.digest()).toBe(bystanders);
    expect(await world.engines.stores.erasureJournal.unfinished(10)).toEqual([]);
  });

  it('ends the same when it dies again and again', async () => {
    const subjectId = await world.populate('unlucky');
    const first = await world.erasureOf(subjectId);
    for (let calls = 3; (await world.find(first.erasureId))?.step !== 'verified'; calls += 1) {
      const dying = new DyingProcess(calls, calls % 2 === 0 ? 'before' : 'after');
      const runs = new RunErasures(dying.ports(world.ports), QUICK);
      if ((await world.find(first.erasureId)) === undefined) await runs.begin(first).catch(() => undefined);
      else runs.start();
      await eventually('it died or is done', async () => dying.isDead || (await isDone(first.erasureId)));
      await runs.stop();
    }
    await expectErased((await world.find(first.erasureId)) as Erasure);
  });

  async function isDone(erasureId: string): Promise<boolean> {
    return (await world.find(erasureId))?.step === 'verified';
  }

  async function eraseWithCrash(subjectId: SubjectId, dying: DyingProcess): Promise<Erasure> {
    const erasure = await world.erasureOf(subjectId);
    const doomed = new RunErasures(dying.ports(world.ports), QUICK);
    await doomed.begin(erasure).catch(() => undefined);
    await eventually('it died or is done', async () => dying.isDead || (await isDone(erasure.erasureId)));
    await doomed.stop();
    const next = new RunErasures(world.ports, QUICK);
    try {
      // A request that died before the journal had it was never answered: its caller asks again.
      if ((await world.find(erasure.erasureId)) === undefined) await next.begin(erasure);
      else next.start();
      return await world.finished(erasure.erasureId);
    } finally {
      await next.stop();
    }
  }

  async function expectErased({ erasureId, subjectId, epoch, verdict, steps, probes }: Erasure): Promise<void> {
    expect(steps.map(({ step }) => step)).toEqual(ERASURE_STEPS);
    expect({ verdict, epoch, probes }).toEqual({ verdict: 'clean', epoch: 2, probes: undefined });
    expect(await world.engines.stores.erasureJournal.findProbeKey(erasureId)).toBeUndefined();
    expect(await world.remains(subjectId, epoch)).toBe(0);
    const [row] = await world.engines.stores.subjectRegistry.read(world.tenantId, [subjectId]);
    expect(row).toMatchObject({ state: 'fenced', epoch: 2, wrappedKey: null });
    await expectDense(erasureId, subjectId);
  }

  async function expectDense(erasureId: string, subjectId: SubjectId): Promise<void> {
    const published = await world.events(erasureId);
    const distinct = new Map(published.map(({ value, event }) => [value, event]));
    // A record that is published twice has the same bytes: one value a sequence number.
    expect([...distinct.values()].map(({ sequence }) => sequence)).toEqual(ERASURE_STEPS.map((_, i) => i + 1));
    expect([...distinct.values()].map(({ step }) => step)).toEqual(ERASURE_STEPS);
    for (const value of distinct.keys()) expect(value).not.toContain(subjectId);
  }
});
