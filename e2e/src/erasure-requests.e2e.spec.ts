import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Principal, type Right, subjectRef } from '@mneme/domain';
import { EnrolUser, LegalHolds, ReadErasures, reportOf, RunErasures, StartErasure } from '@mneme/erasure-service';
import { aPrincipal, randomTenantId } from '@mneme/testing';
import { ErasureWorld, QUICK } from './erasure-world.js';

describe('the calls of Erasure', () => {
  let world: ErasureWorld;
  let runs: RunErasures;
  let erasures: ReadErasures;
  let start: StartErasure;
  let enrolments: EnrolUser;
  let holds: LegalHolds;
  let officer: Principal;
  const legalBasis = 'gdpr-17';

  beforeAll(async () => {
    world = await ErasureWorld.open();
    runs = new RunErasures(world.ports, { ...QUICK, quietPeriodMs: 50 });
    erasures = new ReadErasures(world.ports, QUICK);
    start = new StartErasure({ ...world.ports, erasures, runs }, QUICK);
    enrolments = new EnrolUser({ ...world.ports, erasures }, QUICK);
    holds = new LegalHolds(world.ports, QUICK);
    officer = withRights('erase', 'admin');
  });

  afterAll(async () => {
    await runs.stop();
    await world.close();
  });

  function withRights(...rights: readonly Right[]): Principal {
    return aPrincipal({ tenantId: world.tenantId, rights: new Set(rights) });
  }

  it('answer at once, with the fence up, and report every step in the end', async () => {
    await world.populate('ada');
    const begun = await start.erase(officer, { userId: 'ada', legalBasis });
    expect(reportOf(begun)).toMatchObject({ step: 'fenced', done: false, requestedBy: officer.keyId, epoch: 2 });
    expect(Date.parse(begun.dueAt) - Date.parse(begun.requestedAt)).toBe(30 * 86_400_000);
    expect(await world.ingest('ada', 'one more')).toBe(false);
    await world.finished(begun.erasureId);
    const report = reportOf(await erasures.get(officer, begun.erasureId));
    expect(report).toMatchObject({ step: 'verified', done: true, verdict: 'clean' });
    expect(report.outOfReach.length).toBeGreaterThan(3);
  });

  it('answer a repeated request with the erasure that runs, also when both come at once', async () => {
    await world.populate('bob');
    const asked = Array.from({ length: 5 }, () => start.erase(officer, { userId: 'bob', legalBasis }));
    const ids = new Set((await Promise.all(asked)).map(({ erasureId }) => erasureId));
    expect(ids.size).toBe(1);
    const [erasureId] = [...ids] as [string];
    const tooEarly = enrolments.enrol(officer, 'bob');
    await expect(tooEarly).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(erasureId) });
    await world.finished(erasureId);
    await expect(start.erase(officer, { userId: 'bob', legalBasis })).rejects.toMatchObject({
      code: 'subject-erased',
      message: expect.stringContaining(erasureId),
    });
  });

  it('open the same user again, under a new epoch and key, and erase again', async () => {
    await world.populate('cy');
    await world.finished((await start.erase(officer, { userId: 'cy', legalBasis })).erasureId);
    expect(await enrolments.enrol(officer, 'cy')).toBe(3);
    await expect(enrolments.enrol(officer, 'cy')).rejects.toMatchObject({ code: 'conflict' });
    await world.populate('cy', 1);
    const again = await start.erase(officer, { userId: 'cy', legalBasis });
    expect(await world.finished(again.erasureId)).toMatchObject({ epoch: 4, verdict: 'clean' });
  });

  it('refuse under a hold, by its name, and keep nothing of the request', async () => {
    await world.populate('dee');
    await holds.set(officer, 'dee', 'case 7');
    const refused = start.erase(officer, { userId: 'dee', legalBasis });
    await expect(refused).rejects.toMatchObject({ code: 'legal-hold', message: expect.stringContaining('case 7') });
    expect(await erasures.unfinishedOf(await subjectRefOf('dee'))).toBeUndefined();
    expect(await world.ingest('dee', 'still here')).toBe(true);
    await holds.set(officer, 'dee', undefined);
    const begun = await start.erase(officer, { userId: 'dee', legalBasis });
    await world.finished(begun.erasureId);
    await expect(holds.set(officer, 'dee', 'too late')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('know nobody who was never seen', async () => {
    const userId = 'nobody';
    for (const call of [
      () => start.erase(officer, { userId, legalBasis }),
      () => enrolments.enrol(officer, userId),
      () => holds.set(officer, userId, 'case'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'not-found', detail: { field: 'userId' } });
    }
  });

  it.each([
    ['userId', '', legalBasis],
    ['userId', 'u'.repeat(257), legalBasis],
    ['userId', 'bad\uFFFD', legalBasis],
    ['legalBasis', 'ada', ''],
    ['legalBasis', 'ada', 'b'.repeat(129)],
    ['legalBasis', 'ada', 'two\nlines'],
  ])('refuse a %s that is not valid', async (field, userId, basis) => {
    const refused = start.erase(officer, { userId, legalBasis: basis });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-input', detail: { field } });
  });

  it('take the right that each of them needs', async () => {
    const admin = withRights('admin', 'on-behalf-of', 'recall');
    const eraser = withRights('erase');
    for (const call of [
      () => start.erase(admin, { userId: 'ada', legalBasis }),
      () => enrolments.enrol(admin, 'ada'),
      () => erasures.list(admin),
      () => erasures.get(admin, '00000000-0000-4000-8000-000000000000'),
      () => holds.set(eraser, 'ada', 'case'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it("show a tenant its own erasures, newest first, and nobody another's", async () => {
    const [newest] = await erasures.list(officer);
    if (newest === undefined) throw new Error('there are erasures by now');
    const own = await erasures.list(officer);
    expect(own.every(({ tenantId }) => tenantId === world.tenantId)).toBe(true);
    expect(own.map(({ requestedAt }) => requestedAt)).toEqual(
      own
        .map(({ requestedAt }) => requestedAt)
        .toSorted()
        .toReversed(),
    );
    const stranger = aPrincipal({ tenantId: randomTenantId(), rights: new Set<Right>(['erase']) });
    await expect(erasures.get(stranger, newest.erasureId)).rejects.toMatchObject({ code: 'not-found' });
    expect(await erasures.list(stranger)).toEqual([]);
    await expect(erasures.get(officer, 'x')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('hold a key that is bound to a user to that user', async () => {
    await world.populate('eve');
    const eve = aPrincipal({ tenantId: world.tenantId, rights: new Set<Right>(['erase']), boundUserId: 'eve' });
    await expect(start.erase(eve, { userId: 'ada', legalBasis })).rejects.toMatchObject({ code: 'forbidden' });
    const { erasureId } = await start.erase(eve, { userId: 'eve', legalBasis });
    expect((await erasures.list(eve)).map((erasure) => erasure.erasureId)).toEqual([erasureId]);
    const [other] = (await erasures.list(officer)).filter((erasure) => erasure.erasureId !== erasureId);
    await expect(erasures.get(eve, other?.erasureId ?? '')).rejects.toMatchObject({ code: 'not-found' });
    await world.finished(erasureId);
  });

  async function subjectRefOf(userId: string) {
    return subjectRef(world.tenantId, await world.subjectOf(userId));
  }
});
