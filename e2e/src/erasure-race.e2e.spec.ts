import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SubjectId } from '@mneme/events';
import { RunErasures } from '@mneme/erasure-service';
import { ErasureWorld, KEY_CACHE_MS, pause, QUICK } from './erasure-world.js';

const USERS = 120;
const WRITERS = 3;

describe('turns that race with an erasure', () => {
  let world: ErasureWorld;
  let bystanders: string;

  beforeAll(async () => {
    world = await ErasureWorld.open();
    await world.populate('bystander', 20);
    await world.drained();
    bystanders = await world.digest();
  });

  afterAll(() => world.close());

  /** Sends turns, slowly at every point, until the user is fenced. */
  async function write(userId: string): Promise<void> {
    while (await world.ingest(userId, 'likes tea', () => pause(KEY_CACHE_MS / 4))) await pause(2);
  }

  async function race(userId: string, runs: RunErasures): Promise<{ subjectId: SubjectId; erasureId: string }> {
    await world.ingest(userId, 'likes tea');
    const writers = Promise.all(Array.from({ length: WRITERS }, () => write(userId)));
    await pause(60);
    const subjectId = await world.subjectOf(userId);
    const { erasureId } = await runs.begin(await world.erasureOf(subjectId));
    await writers;
    return { subjectId, erasureId };
  }

  it('never come back, and leave the others as they were', async () => {
    const runs = new RunErasures(world.ports, { ...QUICK, quietPeriodMs: 60 });
    const users = Array.from({ length: USERS }, (_, i) => `user-${i}`);
    const raced = await Promise.all(users.map((userId) => race(userId, runs)));
    for (const { erasureId } of raced) await world.finished(erasureId);
    await runs.stop();
    await world.drained();
    const remains = await Promise.all(raced.map(({ subjectId }) => world.remains(subjectId, 99)));
    expect(remains.filter((count) => count > 0)).toEqual([]);
    expect(await world.digest()).toBe(bystanders);
  });

  it('are taken again after an enrolment, and nothing of what was before is', async () => {
    const { registry, keyring } = world.ports;
    const subjectId = await world.subjectOf('user-0');
    await registry.enrol(await keyring.newSubject(world.tenantId, subjectId));
    keyring.forget(world.tenantId, subjectId);
    await world.populate('user-0', 2);
    // Of each turn an episode and a fact, of the new epoch.
    expect(await world.remains(subjectId, 3)).toBe(4);
    const second = await world.erase(subjectId);
    expect(second).toMatchObject({ verdict: 'clean', epoch: 4 });
    expect(await world.remains(subjectId, 99)).toBe(0);
  });
});
