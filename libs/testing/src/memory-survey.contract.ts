import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MemoryDerived, MemoryId, SubjectId, TenantId } from '@mneme/events';
import { catalogueRowOf, subjectRef, type SurveyedMemory, tenantRef } from '@mneme/domain';
import type { Catalogue, MemorySurvey, SurveyPlace } from '@mneme/ports';
import fc from 'fast-check';
import { aMemory, ORGANISATION, randomMemoryId, randomSubjectId, randomTenantId } from './builders.js';

export interface SurveyFixture {
  readonly survey: MemorySurvey;
  readonly catalogue: Pick<Catalogue, 'upsert' | 'remove'>;
  /** Notes that a version was recalled, as whoever counts recalls does. */
  readonly recalled: (memory: MemoryDerived, accessCount: number, lastAccessMs: number) => void | Promise<void>;
}

const NOW_MS = Date.parse('2026-06-01T00:00:00.000Z');
const at = (ms: number) => new Date(ms).toISOString();
const idsOf = (memories: readonly { readonly memoryId: MemoryId }[]) => memories.map(({ memoryId }) => memoryId);
const byVersion = (a: MemoryDerived, b: MemoryDerived) => a.version - b.version || (a.memoryId < b.memoryId ? -1 : 1);

/** What every survey of memories must do. */
export function memorySurveyContract(make: () => Promise<SurveyFixture>): void {
  describe('memory survey', () => {
    let fixture: SurveyFixture;
    beforeAll(async () => {
      fixture = await make();
    });
    const write = (memories: readonly MemoryDerived[]) => fixture.catalogue.upsert(memories.map(catalogueRowOf));
    const all = async (tenantId: TenantId, limit: number, beforeVersion = Number.MAX_SAFE_INTEGER) =>
      inPages(
        limit,
        ({ version }) => version,
        (page) => fixture.survey.surveyKind(tenantRef(tenantId), 'episode', { ...page, beforeVersion }),
      );

    it('reads every memory of a kind once, oldest version first, whatever the page', async () => {
      const version = fc.integer({ min: 1, max: 6 });
      const property = fc.asyncProperty(
        fc.array(version, { maxLength: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async (versions, limit) => {
          const tenantId = randomTenantId();
          const memories = versions.map((recordedAt) => aMemory({ tenantId, recordedAt }));
          await write([...memories, aMemory({ tenantId, kind: 'fact', recordedAt: 1 })]);
          const expected = [...memories].sort(byVersion);
          expect(idsOf(await all(tenantId, limit))).toEqual(idsOf(expected));
          expect(idsOf(await all(tenantId, limit, 4))).toEqual(idsOf(expected.filter((one) => one.version < 4)));
        },
      );
      await fc.assert(property, { numRuns: 25 });
    });

    it('reads across subjects and audiences, and never the memories of another tenant', async () => {
      const [tenantId, other] = [randomTenantId(), randomTenantId()];
      const memoryId = randomMemoryId();
      const own = [
        aMemory({ tenantId, memoryId, recordedAt: 5, ...dated }),
        aMemory({ tenantId, recordedAt: 6, audience: ORGANISATION, ...dated }),
      ];
      // A higher version of the same id, at another tenant, hides nothing either.
      const theirs = [
        aMemory({ tenantId: other, memoryId, recordedAt: 9, ...dated }),
        aMemory({ tenantId: other, ...dated }),
      ];
      await write([...own, ...theirs]);
      await fixture.recalled(theirs[0] as MemoryDerived, 7, NOW_MS);
      const tenant = tenantRef(tenantId);
      const page = { limit: 10, nowMs: NOW_MS };
      const surveyed = await all(tenantId, 10);
      expect(idsOf(surveyed)).toEqual(idsOf(own));
      expect(surveyed.map(({ accessCount }) => accessCount)).toEqual([0, 0]);
      expect(idsOf(await fixture.survey.surveyExpired(tenant, { ...page, nowMs: NOW_MS + 2 })).sort()).toEqual(
        idsOf(own).sort(),
      );
      expect(idsOf(await fixture.survey.surveyDue(tenant, page)).sort()).toEqual(idsOf(own).sort());
      const subjects = own.map(({ subjectId }) => subjectId).sort();
      expect(await fixture.survey.surveySubjects(tenant, { limit: 10 })).toEqual(subjects);
      const stranger = subjectRef(tenantId, (theirs[1] as MemoryDerived).subjectId);
      expect(await fixture.survey.surveyText(stranger, memoryId)).toBeUndefined();
      expect(await fixture.survey.surveyTexts(stranger, { limit: 10 })).toEqual([]);
    });

    it('shows the newest version alone, with the accesses of any version and without text', async () => {
      const tenantId = randomTenantId();
      const old = aMemory({ tenantId, recordedAt: 10, flags: ['plan'], confidence: 0.8 });
      const newest = { ...old, version: 20, confidence: 0.4 };
      await write([newest, old]);
      await fixture.recalled(old, 3, 1_000);
      await fixture.recalled(newest, 2, 500);
      const {
        sealed: _sealed,
        contributors: _c,
        trust: _t,
        sessionKey: _s,
        derivedFrom: _d,
        ...row
      } = catalogueRowOf(newest);
      expect(await all(tenantId, 10)).toEqual([{ ...row, accessCount: 3, lastAccessMs: 1_000 }]);
      expect(await all(tenantId, 10, 20)).toEqual([]);
      await fixture.catalogue.remove([newest]);
      expect(await all(tenantId, 10)).toEqual([expect.objectContaining({ version: 10, accessCount: 3 })]);
    });

    it('has what has expired, soonest first, and nothing that lives for a millisecond more', async () => {
      const tenantId = randomTenantId();
      const expiring = [-2_000, -1_000, 0, 1].map((ms) => aMemory({ tenantId, expiresAt: at(NOW_MS + ms) }));
      await write([...expiring, aMemory({ tenantId })]);
      const found = await inPages(
        1,
        ({ expiresAtMs = 0 }) => expiresAtMs,
        (page) => fixture.survey.surveyExpired(tenantRef(tenantId), { ...page, nowMs: NOW_MS }),
      );
      expect(idsOf(found)).toEqual(idsOf(expiring.slice(0, 3)));
    });

    it('keeps out of the expired what was ended before its time, for as long as it would have been kept', async () => {
      const tenantId = randomTenantId();
      const aVersion = (version: number, of: MemoryDerived, expiresAt: string) => ({ ...of, version, expiresAt });
      const [kept, forEver, over] = [at(NOW_MS + 1), undefined, at(NOW_MS - 1)].map((expiresAt) =>
        aMemory({ tenantId, recordedAt: 10, ...(expiresAt === undefined ? {} : { expiresAt }) }),
      ) as [MemoryDerived, MemoryDerived, MemoryDerived];
      const ended = [kept, forEver, over].map((memory) => aVersion(20, memory, at(NOW_MS - 5)));
      await write([kept, forEver, over, ...ended]);
      const page = { limit: 10, nowMs: NOW_MS };
      expect(idsOf(await fixture.survey.surveyExpired(tenantRef(tenantId), page))).toEqual([over.memoryId]);
    });

    it('has what is due for review and lives, the longest due first', async () => {
      const tenantId = randomTenantId();
      const due = [-5_000, -1, 0].map((ms) => aMemory({ tenantId, reviewBy: at(NOW_MS + ms) }));
      const expired = aMemory({ tenantId, reviewBy: at(NOW_MS - 9_000), expiresAt: at(NOW_MS) });
      await write([...due, expired, aMemory({ tenantId, reviewBy: at(NOW_MS + 1) }), aMemory({ tenantId })]);
      const found = await inPages(
        2,
        ({ reviewByMs = 0 }) => reviewByMs,
        (page) => fixture.survey.surveyDue(tenantRef(tenantId), { ...page, nowMs: NOW_MS }),
      );
      expect(idsOf(found)).toEqual(idsOf(due));
    });

    it('has of critical memories those that were recalled since their review was due', async () => {
      const tenantId = randomTenantId();
      const dueMs = NOW_MS - 5_000;
      const critical = () => aMemory({ tenantId, reviewBy: at(dueMs), importance: 'critical' });
      const [recalled, before, never] = [critical(), critical(), critical()];
      const normal = aMemory({ tenantId, reviewBy: at(dueMs) });
      await write([recalled, before, never, normal]);
      await fixture.recalled(recalled, 1, dueMs);
      await fixture.recalled(before, 1, dueMs - 1);
      await fixture.recalled(normal, 1, NOW_MS);
      const found = await fixture.survey.surveyDue(tenantRef(tenantId), { limit: 10, nowMs: NOW_MS, isCritical: true });
      expect(idsOf(found)).toEqual([recalled.memoryId]);
    });

    it('has each subject once, and each memory of a subject with its sealed text', async () => {
      const tenantId = randomTenantId();
      const subjectIds = [randomSubjectId(), randomSubjectId(), randomSubjectId()].sort();
      const memories = subjectIds.flatMap((subjectId) => [1, 2, 3].map(() => aMemory({ tenantId, subjectId })));
      await write(memories);
      const found: SubjectId[] = [];
      for (;;) {
        const last = found.at(-1);
        const page = await fixture.survey.surveySubjects(tenantRef(tenantId), {
          limit: 2,
          ...(last === undefined ? {} : { after: last }),
        });
        found.push(...page);
        if (page.length < 2) break;
      }
      expect(found).toEqual(subjectIds);
      const [first] = subjectIds as [SubjectId];
      const own = memories.filter(({ subjectId }) => subjectId === first);
      const ref = subjectRef(tenantId, first);
      const one = await fixture.survey.surveyTexts(ref, { limit: 2 });
      const rest = await fixture.survey.surveyTexts(ref, { limit: 2, after: one.at(-1) as (typeof one)[number] });
      expect([...one, ...rest].map(({ sealed }) => sealed).sort()).toEqual(own.map(({ sealed }) => sealed).sort());
    });

    it('has one memory of a subject in its newest version', async () => {
      const old = aMemory();
      const newest = { ...old, version: old.version + 1 };
      await write([newest, old]);
      const subject = subjectRef(old.tenantId, old.subjectId);
      expect(await fixture.survey.surveyText(subject, old.memoryId)).toMatchObject({
        version: newest.version,
        sealed: newest.sealed,
        accessCount: 0,
      });
      expect(await fixture.survey.surveyText(subject, randomMemoryId())).toBeUndefined();
    });
  });
}

const dated = { reviewBy: at(NOW_MS - 1), expiresAt: at(NOW_MS + 1) };

async function inPages(
  limit: number,
  placeOf: (memory: SurveyedMemory) => number,
  read: (page: { limit: number; after?: SurveyPlace }) => Promise<readonly SurveyedMemory[]>,
): Promise<readonly SurveyedMemory[]> {
  const found: SurveyedMemory[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? {} : { after: { at: placeOf(last), memoryId: last.memoryId } };
    const page = await read({ limit, ...after });
    found.push(...page);
    if (page.length < limit) return found;
  }
}
