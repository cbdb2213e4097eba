import { describe, expect, it } from '@jest/globals';
import type { TenantId } from '@mneme/events';
import { DEFAULT_POLICY } from '@mneme/domain';
import { DEFAULT_MAINTENANCE_CONFIG } from './maintenance.config.js';
import { ReadJunk, type ReadJunkPorts } from './read-junk.js';

describe('junk figures', () => {
  it('are counted once for all who ask at the same time, and anew for who asks later', async () => {
    let pages = 0;
    const ports = {
      survey: { surveyKind: async () => ((pages += 1), []) },
      log: { partitionCount: 1, endOffsets: async () => [0], read: async () => [] },
      journal: { listAudits: async () => [] },
      keyring: { tenant: async () => ({ tenant: { policy: DEFAULT_POLICY } }) },
      clock: { nowMs: () => 0 },
    } as unknown as ReadJunkPorts;
    const junk = new ReadJunk(ports, DEFAULT_MAINTENANCE_CONFIG);
    const ask = (tenantId: string) => junk.read(tenantId as TenantId);
    await ask('acme');
    const once = pages;
    await Promise.all([ask('acme'), ask('acme'), ask('acme')]);
    expect(pages).toBe(2 * once);
    await Promise.all([ask('acme'), ask('other')]);
    expect(pages).toBe(4 * once);
  });
});
