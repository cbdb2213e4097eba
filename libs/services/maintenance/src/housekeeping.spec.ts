import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '@mneme/domain';
import { Logger } from '@mneme/platform';
import { Housekeeping, type HousekeepingPorts } from './housekeeping.js';
import type { TenantWork } from './reviews/tenant-rounds.js';

function rigOf(work: TenantWork) {
  const rig = { dropped: [] as string[], isAway: false };
  const drop = (name: string) => async () => {
    if (name === 'sessions' && rig.isAway) throw new Unavailable('away');
    rig.dropped.push(name);
    return 0;
  };
  const ports = {
    sessionStore: { expire: drop('sessions') },
    acceptedTurns: { expire: drop('turns') },
    usageStore: { expireUsage: drop('usage') },
    auditJournal: { expireAudits: drop('audits') },
    controlStore: { listTenants: async () => [{ tenantId: 'acme' }] },
    works: [work],
    clock: { nowMs: () => 0 },
    logger: new Logger('silent'),
  } as unknown as HousekeepingPorts;
  return Object.assign(rig, { housekeeping: new Housekeeping(ports, 1_000_000) });
}

describe('Housekeeping', () => {
  it('drops what is over in each round, also while commands of the last one still wait', async () => {
    let works = 0;
    let go = () => {};
    const waiting = new Promise<void>((resolve) => (go = resolve));
    const rig = rigOf(async () => {
      works += 1;
      await waiting;
    });
    const rounds = [rig.housekeeping.runOnce()];
    await new Promise((resolve) => setImmediate(resolve));
    rounds.push(rig.housekeeping.runOnce());
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.dropped.filter((name) => name === 'sessions')).toHaveLength(2);
    expect(works).toBe(1);
    go();
    await Promise.all(rounds);
    await rig.housekeeping.runOnce();
    expect(works).toBe(2);
  });

  it('drops the rest, and works, when one store is away', async () => {
    let works = 0;
    const rig = rigOf(async () => void (works += 1));
    rig.isAway = true;
    await rig.housekeeping.runOnce();
    expect([rig.dropped, works]).toEqual([['turns', 'usage', 'audits'], 1]);
  });
});
