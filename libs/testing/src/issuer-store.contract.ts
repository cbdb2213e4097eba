import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantId } from '@mneme/events';
import type { AllowedIssuer, ControlStore, IssuerStore } from '@mneme/ports';
import { randomTenantId } from './builders.js';
import { aTenant, randomTenantKeys } from './control-store.contract.js';

const ISSUER = 'https://login.example';

/** What every store of trusted issuers must do. */
export function issuerStoreContract(make: () => Promise<{ issuers: IssuerStore; controlStore: ControlStore }>): void {
  describe('issuer store', () => {
    let stores: Awaited<ReturnType<typeof make>>;
    beforeAll(async () => {
      stores = await make();
    });

    async function anAllowed(given: Partial<AllowedIssuer> = {}): Promise<AllowedIssuer> {
      const tenant = aTenant();
      await stores.controlStore.createTenant(tenant, randomTenantKeys());
      const createdAt = '2026-01-01T00:00:00.000Z';
      const { tenantId } = tenant;
      const allowed: AllowedIssuer = {
        tenantId,
        issuer: ISSUER,
        rights: ['recall'],
        minTrust: 0.2,
        createdAt,
        ...given,
      };
      await stores.issuers.allowIssuer(allowed);
      return allowed;
    }

    it('gives back what was allowed, to its tenant alone', async () => {
      const allowed = await anAllowed();
      const stranger = await anAllowed({ issuer: 'https://other.example' });
      expect(await stores.issuers.findIssuer(allowed.tenantId, ISSUER)).toEqual(allowed);
      expect(await stores.issuers.findIssuer(stranger.tenantId, ISSUER)).toBeUndefined();
      expect(await stores.issuers.findIssuer(allowed.tenantId, `${ISSUER}/`)).toBeUndefined();
      expect(await stores.issuers.listIssuers(allowed.tenantId)).toEqual([allowed]);
    });

    it('replaces what an issuer may, and keeps when it came', async () => {
      const allowed = await anAllowed();
      await stores.issuers.allowIssuer({ ...allowed, rights: ['ingest'], minTrust: 0.5, createdAt: 'later' });
      const found = await stores.issuers.findIssuer(allowed.tenantId, ISSUER);
      expect(found).toEqual({ ...allowed, rights: ['ingest'], minTrust: 0.5 });
    });

    it('removes one of one tenant', async () => {
      const [one, other] = [await anAllowed(), await anAllowed()];
      await stores.issuers.removeIssuer(one.tenantId, ISSUER);
      await expect(stores.issuers.removeIssuer(one.tenantId, ISSUER)).rejects.toMatchObject({ code: 'not-found' });
      expect(await stores.issuers.findIssuer(one.tenantId, ISSUER)).toBeUndefined();
      expect(await stores.issuers.findIssuer(other.tenantId, ISSUER)).toEqual(other);
    });

    it('takes no issuer of a tenant that there is not, and no more than 64', async () => {
      const allowed = await anAllowed();
      const nowhere = stores.issuers.allowIssuer({ ...allowed, tenantId: randomTenantId() as TenantId });
      await expect(nowhere).rejects.toMatchObject({ code: 'not-found' });
      for (let n = 1; n < 64; n += 1) await stores.issuers.allowIssuer({ ...allowed, issuer: `${ISSUER}/${n}` });
      const tooMany = stores.issuers.allowIssuer({ ...allowed, issuer: `${ISSUER}/64` });
      await expect(tooMany).rejects.toMatchObject({ code: 'limit-exceeded', detail: { limit: 'issuersMax=64' } });
      await stores.issuers.allowIssuer(allowed);
    });
  });
}
