import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, type MemoryAudit, NO_COUNTS } from '@mneme/domain';
import type { AuditJournal } from '@mneme/ports';
import { randomMemoryId, randomTenantId } from './builders.js';

/** An audit that has just begun; give what the test is about. */
export function anAudit(given: Partial<MemoryAudit> = {}): MemoryAudit {
  const { maintenance, confidenceMin } = DEFAULT_POLICY;
  return {
    auditId: randomUUID(),
    tenantId: randomTenantId(),
    aim: 'age',
    requestedBy: 'key-1',
    startedAt: '2026-01-01T00:00:00.000Z',
    state: 'looking',
    rules: { maintenance, confidenceMin },
    place: {},
    looked: NO_COUNTS,
    ran: NO_COUNTS,
    ...given,
  };
}

/** What every journal of audits must do. */
export function auditJournalContract(make: () => Promise<AuditJournal>): void {
  describe('audit journal', () => {
    let journal: AuditJournal;
    beforeAll(async () => {
      journal = await make();
    });
    const unfinishedOf = async (tenantId: MemoryAudit['tenantId']) =>
      (await journal.unfinishedAudits(1_000)).filter((audit) => audit.tenantId === tenantId);

    it('gives an audit back as it was recorded last, to its tenant alone', async () => {
      const audit = anAudit();
      await journal.beginAudit(audit);
      expect(await journal.findAudit(audit.tenantId, audit.auditId)).toEqual(audit);
      const place = { kind: 'fact', after: { at: 7, memoryId: randomMemoryId() } } as const;
      const counts = { ...NO_COUNTS, memories: 5, given: 2 };
      const later: MemoryAudit = { ...audit, state: 'running', place, ran: counts };
      await journal.recordAudit(later);
      expect(await journal.findAudit(audit.tenantId, audit.auditId)).toEqual(later);
      expect(await journal.findAudit(randomTenantId(), audit.auditId)).toBeUndefined();
      expect(await journal.findAudit(audit.tenantId, randomUUID())).toBeUndefined();
      await expect(journal.recordAudit({ ...later, tenantId: randomTenantId() })).rejects.toMatchObject({
        code: 'not-found',
      });
      await expect(journal.recordAudit(anAudit())).rejects.toMatchObject({ code: 'not-found' });
    });

    it.each(['looking', 'running', 'stopped'] as const)(
      'begins no second audit of an aim beside one that is %s',
      async (state) => {
        const first = anAudit({ state });
        await journal.beginAudit(first);
        const { tenantId } = first;
        await expect(journal.beginAudit(anAudit({ tenantId }))).rejects.toMatchObject({ code: 'conflict' });
        await journal.beginAudit(anAudit({ tenantId, aim: 'duplicates' }));
        await journal.recordAudit({ ...first, state: 'done' });
        await journal.beginAudit(anAudit({ tenantId }));
        await expect(journal.beginAudit(first)).rejects.toMatchObject({ code: 'conflict' });
        expect(await journal.listAudits(tenantId, 10)).toHaveLength(3);
      },
    );

    it('puts an audit in the place of one that was only looked at', async () => {
      const looked = anAudit({ state: 'ready' });
      await journal.beginAudit(looked);
      const next = anAudit({ tenantId: looked.tenantId });
      await journal.beginAudit(next);
      expect(await journal.listAudits(looked.tenantId, 10)).toEqual([next]);
    });

    it('lists what looks or runs, oldest first, and audits of a tenant newest first', async () => {
      const tenantId = randomTenantId();
      const done = anAudit({ tenantId, state: 'done' });
      const looking = anAudit({ tenantId });
      const running = anAudit({ tenantId, aim: 'duplicates', state: 'running' });
      for (const audit of [done, looking, running]) await journal.beginAudit(audit);
      expect(await unfinishedOf(tenantId)).toEqual([looking, running]);
      expect(await journal.listAudits(tenantId, 2)).toEqual([running, looking]);
      await journal.recordAudit({ ...looking, state: 'stopped' });
      expect(await unfinishedOf(tenantId)).toEqual([running]);
      expect(await journal.unfinishedAudits(1)).toHaveLength(1);
    });

    it('forgets what ended before an instant, in slices, and nothing else', async () => {
      const tenantId = randomTenantId();
      const ended = ['1999-01-01', '1999-01-02', '1999-01-03'].map((day) =>
        anAudit({ tenantId, state: 'done', finishedAt: `${day}T00:00:00.000Z` }),
      );
      for (const audit of [...ended, anAudit({ tenantId })]) await journal.beginAudit(audit);
      expect(await journal.expireAudits('1999-01-03T00:00:00.000Z', 1)).toBe(1);
      expect(await journal.expireAudits('1999-01-03T00:00:00.000Z', 5)).toBe(1);
      expect(await journal.listAudits(tenantId, 10)).toHaveLength(2);
    });
  });
}
