import { describe, expect, it } from '@jest/globals';
import type { MemoryId, SubjectId, TenantId } from '@mneme/events';
import {
  type AuditFinding,
  Corrupt,
  DEFAULT_POLICY,
  type MemoryAudit,
  Unavailable,
  type WishedCommand,
} from '@mneme/domain';
import type { AuditJournal } from '@mneme/ports';
import { type Keyring, Logger, Metrics } from '@mneme/platform';
import type { GiveCommands } from '../give-commands.js';
import { DEFAULT_MAINTENANCE_CONFIG } from '../maintenance.config.js';
import type { AuditPage, AuditPages } from './audit-pages.js';
import { Audits } from './audits.js';
import { RunAudits } from './run-audits.js';

const TENANT = 'acme' as TenantId;
const CONFIG = { ...DEFAULT_MAINTENANCE_CONFIG, backoffMinMs: 1, backoffMaxMs: 5 };
const PAGES = 4;

const findingOf = (page: number): AuditFinding => ({
  memoryId: `m${page}` as MemoryId,
  version: 1,
  subjectId: 'ab'.repeat(32) as SubjectId,
  kind: 'episode',
  action: 'remove',
  reason: 'never-recalled',
});

/** Four pages with one finding each; `before` is asked before each of them. */
function world(
  before: (page: number) => Promise<void> = async () => undefined,
  room: (signal: AbortSignal) => Promise<void> = async () => undefined,
) {
  const audits = new Map<string, MemoryAudit>();
  const given: string[] = [];
  const journal = {
    beginAudit: async (audit: MemoryAudit) => void audits.set(audit.auditId, audit),
    recordAudit: async (audit: MemoryAudit) => void audits.set(audit.auditId, audit),
    findAudit: async (tenantId: TenantId, auditId: string) => {
      const audit = audits.get(auditId);
      return audit?.tenantId === tenantId ? audit : undefined;
    },
    unfinishedAudits: async () =>
      [...audits.values()].filter(({ state }) => state === 'looking' || state === 'running'),
    listAudits: async () => [...audits.values()],
  } as unknown as AuditJournal;
  const pages = {
    read: async (_audit: MemoryAudit, { after }: MemoryAudit['place']): Promise<AuditPage> => {
      const page = after?.at ?? 0;
      await before(page);
      const next = page + 1 < PAGES ? { next: { after: { at: page + 1, memoryId: 'm' as MemoryId } } } : {};
      return { memories: 10, findings: [findingOf(page)], leftOut: 0, ...next };
    },
  } as unknown as AuditPages;
  const give = {
    give: async (wished: readonly WishedCommand[], signal: AbortSignal) => {
      await room(signal);
      given.push(...wished.map(({ idempotencyKey }) => idempotencyKey));
      return { given: wished.length, refused: 0 };
    },
  } as unknown as GiveCommands;
  const clock = { nowMs: () => 0 };
  const open = () => {
    const runs = new RunAudits(
      { journal, pages, give, clock, logger: new Logger('silent'), metrics: new Metrics() },
      CONFIG,
    );
    const keyring = { tenant: async () => ({ tenant: { policy: DEFAULT_POLICY } }) } as unknown as Keyring;
    return { runs, audits: new Audits({ journal, pages, runs, keyring, clock }, CONFIG) };
  };
  const ended = async (auditId: string, state: MemoryAudit['state']) => {
    for (let tries = 0; audits.get(auditId)?.state !== state && tries < 2_000; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(audits.get(auditId)?.state).toBe(state);
    return audits.get(auditId) as MemoryAudit;
  };
  return { ...open(), open, ended, given, stored: audits };
}

describe('audits', () => {
  it('look first and give nothing, then run by their id, once', async () => {
    const { audits, runs, ended, given } = world();
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    await expect(audits.run(TENANT, auditId)).rejects.toMatchObject({ code: 'conflict' });
    const looked = await ended(auditId, 'ready');
    expect([looked.looked.memories, looked.looked.findings[0]?.count, given]).toEqual([40, 4, []]);
    await audits.run(TENANT, auditId);
    const done = await ended(auditId, 'done');
    expect(done.ran).toMatchObject({ memories: 40, given: 4 });
    expect(given).toEqual([0, 1, 2, 3].map((page) => `audit/${auditId}/m${page}/1`));
    await audits.run(TENANT, auditId);
    expect(given).toHaveLength(4);
    await runs.stop();
  });

  it('are stopped between two pages, and go on where they were', async () => {
    let reached = () => {};
    const inTheMiddle = new Promise<void>((resolve) => (reached = resolve));
    let isRunning = false;
    const { audits, runs, ended, given } = world(async (page) => {
      if (isRunning && page === 1) reached();
    });
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    await ended(auditId, 'ready');
    isRunning = true;
    await audits.run(TENANT, auditId);
    await inTheMiddle;
    expect((await audits.stop(TENANT, auditId)).state).toBe('stopped');
    const count = given.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(given).toHaveLength(count);
    expect(count).toBeLessThan(PAGES);
    await audits.run(TENANT, auditId);
    expect((await ended(auditId, 'done')).ran).toMatchObject({ memories: 40, given: 4 });
    expect(new Set(given).size).toBe(4);
    await runs.stop();
  });

  it('are stopped while they look, and go on looking', async () => {
    let holds = true;
    let reached = () => {};
    const inTheMiddle = new Promise<void>((resolve) => (reached = resolve));
    const { audits, runs, ended, given } = world(async (page) => {
      if (page !== 2 || !holds) return;
      reached();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    await inTheMiddle;
    expect(await audits.stop(TENANT, auditId)).toMatchObject({ state: 'stopped', stoppedIn: 'looking' });
    expect((await audits.stop(TENANT, auditId)).state).toBe('stopped');
    holds = false;
    expect((await audits.run(TENANT, auditId)).stoppedIn).toBeUndefined();
    expect((await ended(auditId, 'ready')).looked.memories).toBe(40);
    expect(given).toEqual([]);
    await audits.run(TENANT, auditId);
    expect((await ended(auditId, 'done')).ran.memories).toBe(40);
    await runs.stop();
  });

  it('are stopped while a page waits for room, which is taken again', async () => {
    let isFull = true;
    let reached = () => {};
    const isWaiting = new Promise<void>((resolve) => (reached = resolve));
    const { audits, runs, ended, given } = world(undefined, (signal) => {
      if (!isFull) return Promise.resolve();
      reached();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    await ended(auditId, 'ready');
    await audits.run(TENANT, auditId);
    await isWaiting;
    expect((await audits.stop(TENANT, auditId)).state).toBe('stopped');
    expect(given).toEqual([]);
    isFull = false;
    await audits.run(TENANT, auditId);
    expect((await ended(auditId, 'done')).ran).toMatchObject({ memories: 40, given: 4 });
    await runs.stop();
  });

  it('end after some attempts at what nobody has classified', async () => {
    let attempts = 0;
    const { audits, runs, ended } = world(async () => {
      attempts += 1;
      throw new Error('what is this');
    });
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    expect(await ended(auditId, 'failed')).toMatchObject({ failure: 'unknown' });
    expect(attempts).toBe(5);
    await runs.stop();
  });

  it('wait out what passes, and end with the code of what does not', async () => {
    let failures = 2;
    const passing = world(async () => {
      if ((failures -= 1) >= 0) throw new Unavailable('busy');
    });
    const one = await passing.audits.begin(TENANT, { requestedBy: 'k' });
    expect((await passing.ended(one.auditId, 'ready')).looked.memories).toBe(40);
    await passing.runs.stop();
    const broken = world(() => Promise.reject(new Corrupt('damaged')));
    const other = await broken.audits.begin(TENANT, { requestedBy: 'k' });
    expect(await broken.ended(other.auditId, 'failed')).toMatchObject({ failure: 'corrupt' });
    await expect(broken.audits.run(TENANT, other.auditId)).rejects.toMatchObject({ code: 'conflict' });
    await broken.runs.stop();
  });

  it('are gone on with by the next process', async () => {
    const { audits, runs, ended, open, stored } = world();
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    await ended(auditId, 'ready');
    await runs.stop();
    const ready = stored.get(auditId) as MemoryAudit;
    stored.set(auditId, { ...ready, state: 'running', place: { after: { at: 2, memoryId: 'm' as MemoryId } } });
    const next = open();
    next.runs.start();
    expect((await ended(auditId, 'done')).ran).toMatchObject({ memories: 20, given: 2 });
    await next.runs.stop();
  });

  it('have an aim that is known, and belong to their tenant', async () => {
    const { audits, runs } = world();
    await expect(audits.begin(TENANT, { aim: 'mood', requestedBy: 'k' })).rejects.toMatchObject({
      detail: { field: 'aim' },
    });
    const { auditId } = await audits.begin(TENANT, { requestedBy: 'k' });
    for (const look of [audits.get, audits.run, audits.stop]) {
      await expect(look.call(audits, 'other' as TenantId, auditId)).rejects.toMatchObject({ code: 'not-found' });
    }
    await runs.stop();
  });
});
