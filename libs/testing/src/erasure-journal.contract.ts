import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Erasure, randomKey } from '@mneme/domain';
import type { ErasureJournal } from '@mneme/ports';
import { randomSubjectId, randomTenantId } from './builders.js';

/** What every erasure journal must do. */
export function erasureJournalContract(make: () => Promise<ErasureJournal>): void {
  describe('erasure journal', () => {
    let journal: ErasureJournal;
    beforeAll(async () => {
      journal = await make();
    });
    describe('erasures', () => erasuresContract(() => journal));
    it('knows how far `erasures` was applied, as it was noted last', async () => {
      expect(await journal.appliedOffsets()).toEqual([]);
      await journal.noteApplied([3, 0, 7]);
      expect(await journal.appliedOffsets()).toEqual([3, 0, 7]);
      await journal.noteApplied([1, 2]);
      expect(await journal.appliedOffsets()).toEqual([1, 2]);
    });
    describe('probe keys', () => probeKeysContract(() => journal));
  });
}

/** An erasure that has just been requested; give what the test is about. */
export function anErasure(given: Partial<Erasure> = {}): Erasure {
  return {
    erasureId: randomUUID(),
    tenantId: randomTenantId(),
    subjectId: randomSubjectId(),
    epoch: 2,
    legalBasis: 'request of the person',
    requestedBy: 'key-1',
    requestedAt: '2026-01-01T00:00:00.000Z',
    dueAt: '2026-01-31T00:00:00.000Z',
    step: 'requested',
    steps: [],
    ...given,
  };
}

function erasuresContract(journal: () => ErasureJournal): void {
  it('gives an erasure back as it was recorded last, to its tenant alone', async () => {
    const erasure = anErasure();
    await journal().begin(erasure);
    expect(await journal().find(erasure.tenantId, erasure.erasureId)).toEqual(erasure);
    const swept: Erasure = {
      ...erasure,
      step: 'swept',
      steps: [
        {
          step: 'swept',
          takenAt: '2026-01-02T00:00:00.000Z',
          counts: [{ place: 'catalogue', count: 3 }],
          barrier: { 'mneme.turns.v1/0': 7 },
        },
      ],
      probes: 'sealed',
    };
    await journal().record(swept);
    expect(await journal().find(erasure.tenantId, erasure.erasureId)).toEqual(swept);
    expect(await journal().find(randomTenantId(), erasure.erasureId)).toBeUndefined();
    expect(await journal().find(erasure.tenantId, randomUUID())).toBeUndefined();
  });

  it('records nothing that has not begun', async () => {
    await expect(journal().record(anErasure())).rejects.toMatchObject({ code: 'not-found', retry: 'never' });
  });

  it('refuses a record of less than it has, of a process that was overtaken, and keeps what it has', async () => {
    const note = (step: Erasure['step']) => ({ step, takenAt: '2026-01-02T00:00:00.000Z', counts: [] });
    const noted = [note('requested'), note('fenced'), note('enumerated'), note('shredded'), note('barrier-passed')];
    const before = anErasure({ step: 'barrier-passed', steps: noted });
    const swept: Erasure = { ...before, steps: [...noted, note('swept')] };
    const through: Erasure = { ...swept, step: 'swept' };
    const verified: Erasure = {
      ...through,
      step: 'verified',
      steps: [...swept.steps, note('swept-again'), note('verified')],
    };
    await journal().begin(before);
    for (const [further, less] of [
      [swept, before],
      [through, swept],
      [verified, through],
    ] as const) {
      await journal().record(further);
      await expect(journal().record(less)).rejects.toMatchObject({ code: 'conflict' });
      expect(await journal().find(before.tenantId, before.erasureId)).toEqual(further);
      await journal().record(further);
    }
    expect((await journal().unfinished(1_000)).map(({ erasureId }) => erasureId)).not.toContain(before.erasureId);
  });

  it('begins an id once, and one erasure of a subject at a time', async () => {
    const erasure = anErasure();
    await journal().begin(erasure);
    const sameId = anErasure({ erasureId: erasure.erasureId });
    const sameSubject = anErasure({ tenantId: erasure.tenantId, subjectId: erasure.subjectId });
    await expect(journal().begin(sameId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(journal().begin(sameSubject)).rejects.toMatchObject({ code: 'conflict' });
    await journal().begin(anErasure({ subjectId: erasure.subjectId }));
    await journal().record({ ...erasure, step: 'verified', verdict: 'clean' });
    await journal().begin(sameSubject);
    expect(await journal().find(erasure.tenantId, erasure.erasureId)).toMatchObject({ verdict: 'clean' });
  });

  it('takes back what was begun, once or twice, and nothing else', async () => {
    const erasure = anErasure();
    const { tenantId, subjectId, erasureId } = erasure;
    await journal().begin(erasure);
    await journal().withdraw(randomTenantId(), erasureId);
    expect(await journal().find(tenantId, erasureId)).toEqual(erasure);
    await journal().withdraw(tenantId, erasureId);
    await journal().withdraw(tenantId, erasureId);
    expect(await journal().find(tenantId, erasureId)).toBeUndefined();
    const verified = anErasure({ tenantId, subjectId });
    await journal().begin(verified);
    await journal().record({ ...verified, step: 'verified' });
    await journal().withdraw(tenantId, verified.erasureId);
    expect(await journal().find(tenantId, verified.erasureId)).toMatchObject({ step: 'verified' });
  });

  it('lists what is not verified, oldest first', async () => {
    const erasures = [anErasure(), anErasure(), anErasure()] as const;
    for (const erasure of erasures) await journal().begin(erasure);
    await journal().record({ ...erasures[1], step: 'verified' });
    const ids = (await journal().unfinished(10_000)).map(({ erasureId }) => erasureId);
    const ours = ids.filter((id) => erasures.some(({ erasureId }) => erasureId === id));
    expect(ours).toEqual([erasures[0].erasureId, erasures[2].erasureId]);
    expect(await journal().unfinished(1)).toHaveLength(1);
  });

  it("lists a tenant's erasures, newest first, verified ones too", async () => {
    const tenantId = randomTenantId();
    const erasures = [anErasure({ tenantId }), anErasure({ tenantId }), anErasure({ tenantId })] as const;
    for (const erasure of [...erasures, anErasure()]) await journal().begin(erasure);
    const verified: Erasure = { ...erasures[0], step: 'verified' };
    await journal().record(verified);
    expect(await journal().list(tenantId, 10)).toEqual([erasures[2], erasures[1], verified]);
    expect(await journal().list(tenantId, 1)).toEqual([erasures[2]]);
    expect(await journal().list(randomTenantId(), 10)).toEqual([]);
  });
}

function probeKeysContract(journal: () => ErasureJournal): void {
  it('keeps a probe key until it is destroyed, as often as it is told', async () => {
    const [erasureId, key] = [randomUUID(), randomKey()];
    expect(await journal().findProbeKey(erasureId)).toBeUndefined();
    await journal().putProbeKey(erasureId, key);
    expect(Buffer.from((await journal().findProbeKey(erasureId)) ?? [])).toEqual(key);
    await journal().destroyProbeKey(erasureId);
    await journal().destroyProbeKey(erasureId);
    expect(await journal().findProbeKey(erasureId)).toBeUndefined();
  });

  it('puts the later of two keys, and leaves those of other erasures alone', async () => {
    const [erasureId, neighbour, key, later] = [randomUUID(), randomUUID(), randomKey(), randomKey()];
    await journal().putProbeKey(erasureId, randomKey());
    await journal().putProbeKey(neighbour, key);
    await journal().putProbeKey(erasureId, later);
    expect(Buffer.from((await journal().findProbeKey(erasureId)) ?? [])).toEqual(later);
    await journal().destroyProbeKey(erasureId);
    expect(Buffer.from((await journal().findProbeKey(neighbour)) ?? [])).toEqual(key);
  });
}
