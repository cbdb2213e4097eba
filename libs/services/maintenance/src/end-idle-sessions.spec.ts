import { describe, expect, it } from '@jest/globals';
import { Conflict, DEFAULT_POLICY, NotFound } from '@mneme/domain';
import type { IdleSession, SessionEnds } from '@mneme/ports';
import { type Keyring, Logger } from '@mneme/platform';
import { EndIdleSessions, type EndIdleSessionsPorts } from './end-idle-sessions.js';

const NOW_MS = 100 * 60_000;
const LIMITS = { everyMs: 1_000_000, pageSessionsMax: 3, pagesMax: 10 };

describe('EndIdleSessions', () => {
  it('ends what has been idle as long as its tenant says, page by page, and notes it afterwards', async () => {
    const rig = rigOf([idle('acme', 30), idle('acme', 29), idle('slow', 59), idle('slow', 60), idle('acme', 90)]);
    await rig.sweep.runOnce();
    expect(rig.ended).toEqual([[name('acme', 30)], [name('slow', 60), name('acme', 90)]]);
    expect(rig.noted).toEqual(rig.ended.flat());
  });

  it('leaves tenants alone that end by word alone, and those that are gone', async () => {
    const rig = rigOf([idle('never', 1_000), idle('gone', 1_000)]);
    await rig.sweep.runOnce();
    expect(rig.ended).toEqual([]);
  });

  it('notes nothing that the log did not take, and does it again at the next round', async () => {
    const rig = rigOf([idle('acme', 30), idle('acme', 31)]);
    rig.failing = true;
    await rig.sweep.runOnce();
    expect(rig.noted).toEqual([]);
    rig.failing = false;
    await rig.sweep.runOnce();
    expect(rig.noted).toEqual([name('acme', 30), name('acme', 31)]);
  });

  it('passes over a session that cannot be ended, and ends those around it', async () => {
    const rig = rigOf([idle('acme', 30), idle('acme', 31), idle('acme', 32), idle('acme', 33)]);
    rig.broken = name('acme', 31);
    await rig.sweep.runOnce();
    expect(rig.noted).toEqual([name('acme', 30), name('acme', 32), name('acme', 33)]);
  });

  it('does so many pages a round, and goes on where it stopped', async () => {
    const sessions = Array.from({ length: 8 }, (_, i) => idle('acme', 40 + i));
    const rig = rigOf(sessions, { ...LIMITS, pagesMax: 1 });
    await rig.sweep.runOnce();
    expect(rig.noted).toHaveLength(3);
    await rig.sweep.runOnce();
    await rig.sweep.runOnce();
    expect(rig.noted).toEqual(sessions.map(({ tenantId, sessionKey }) => `${tenantId}/${sessionKey}`));
  });

  it('runs once at a time, and stops after the page in hand', async () => {
    const rig = rigOf(Array.from({ length: 9 }, (_, i) => idle('acme', 40 + i)));
    const rounds = [rig.sweep.runOnce(), rig.sweep.runOnce()];
    await rig.sweep.stop();
    await Promise.all(rounds);
    expect(rig.noted).toHaveLength(3);
  });
});

function idle(tenantId: string, minutes: number): IdleSession {
  const session = {
    tenantId,
    subjectId: '1'.repeat(64),
    sessionKey: `${minutes}`,
    lastAppendMs: NOW_MS - minutes * 60_000,
  };
  return session as unknown as IdleSession;
}

function name(tenantId: string, minutes: number): string {
  return `${tenantId}/${minutes}`;
}

function rigOf(sessions: readonly IdleSession[], limits = LIMITS) {
  const nameOf = ({ tenantId, sessionKey }: { tenantId: string; sessionKey: string }) => `${tenantId}/${sessionKey}`;
  const rig = { ended: [] as string[][], noted: [] as string[], failing: false, broken: '' };
  const sessionEnds: Pick<SessionEnds, 'idleSessions' | 'noteEnded'> = {
    idleSessions: async ({ sessionsMax, after }) => {
      const from = Number(after ?? 0);
      const next = from + sessionsMax;
      const page = sessions.slice(from, next).filter((session) => !rig.noted.includes(nameOf(session)));
      return { sessions: page, ...(next < sessions.length ? { next: String(next) } : {}) };
    },
    noteEnded: async (session) => void rig.noted.push(nameOf(session)),
  };
  const minutesOf: Readonly<Record<string, number | null>> = { acme: 30, slow: 60, never: null };
  const keyring = {
    tenant: async (tenantId: string) => {
      const idleMinutes = minutesOf[tenantId];
      if (idleMinutes === undefined) throw new NotFound('no tenant');
      return { tenant: { policy: { ...DEFAULT_POLICY, sessions: { idleMinutes } } } };
    },
  } as unknown as Keyring;
  const endSessions: EndIdleSessionsPorts['endSessions'] = {
    end: async (all) => {
      if (rig.failing) throw new Error('the log is full');
      if (all.map(nameOf).includes(rig.broken)) throw new Conflict('another cause');
      rig.ended.push(all.map(nameOf));
      return all.map(() => ({ state: 'empty' }));
    },
  };
  const ports = { sessionEnds: sessionEnds as SessionEnds, endSessions, keyring, clock: { nowMs: () => NOW_MS } };
  return Object.assign(rig, { sweep: new EndIdleSessions({ ...ports, logger: new Logger('silent') }, limits) });
}
