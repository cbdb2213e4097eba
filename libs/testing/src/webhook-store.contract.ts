import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, randomKey } from '@mneme/domain';
import type { ControlStore, Webhook, WebhookStore } from '@mneme/ports';
import { randomTenantId } from './builders.js';

export interface WebhookFixture {
  readonly store: WebhookStore;
  readonly controlStore: Pick<ControlStore, 'createTenant'>;
}

/** What every store of webhooks must do. */
export function webhookStoreContract(make: () => Promise<WebhookFixture>): void {
  describe('webhook store', () => {
    let fixture: WebhookFixture;
    beforeAll(async () => {
      fixture = await make();
    });
    const aWebhook = async (): Promise<Webhook> => {
      const tenantId = randomTenantId();
      const keys = { wrappedIndexKey: randomKey(), wrappedTenantKey: randomKey(), keyGeneration: 1 };
      const createdAt = '2026-01-01T00:00:00.000Z';
      await fixture.controlStore.createTenant(
        { tenantId, purpose: 'standard', policy: DEFAULT_POLICY, createdAt },
        keys,
      );
      return { tenantId, url: 'https://truth.example/check', createdAt, keyNumber: 1, wrappedKey: randomKey() };
    };

    it('gives a webhook back as it was put last', async () => {
      const webhook = await aWebhook();
      expect(await fixture.store.findWebhook(webhook.tenantId)).toBeUndefined();
      await fixture.store.putWebhook(webhook);
      expect(await fixture.store.findWebhook(webhook.tenantId)).toEqual(webhook);
      const rotated = { ...webhook, keyNumber: 2, wrappedKey: randomKey(), url: 'https://other.example/' };
      await fixture.store.putWebhook(rotated);
      expect(await fixture.store.findWebhook(webhook.tenantId)).toEqual(rotated);
    });

    it('lists webhooks by tenant, page by page', async () => {
      const webhooks = [await aWebhook(), await aWebhook(), await aWebhook()];
      for (const webhook of webhooks) await fixture.store.putWebhook(webhook);
      const found: Webhook[] = [];
      for (;;) {
        const last = found.at(-1);
        const page = await fixture.store.listWebhooks({
          limit: 2,
          ...(last === undefined ? {} : { afterTenantId: last.tenantId }),
        });
        found.push(...page);
        if (page.length < 2) break;
      }
      const ids = found.map(({ tenantId }) => tenantId);
      expect(ids).toEqual([...ids].sort());
      expect(found).toEqual(expect.arrayContaining(webhooks));
    });

    it('removes a webhook once, and none of another tenant', async () => {
      const [webhook, other] = [await aWebhook(), await aWebhook()];
      await fixture.store.putWebhook(webhook);
      await fixture.store.putWebhook(other);
      expect(await fixture.store.removeWebhook(webhook.tenantId)).toBe(true);
      expect(await fixture.store.removeWebhook(webhook.tenantId)).toBe(false);
      expect(await fixture.store.findWebhook(webhook.tenantId)).toBeUndefined();
      expect(await fixture.store.findWebhook(other.tenantId)).toEqual(other);
    });

    it('refuses the webhook of a tenant that does not exist', async () => {
      const webhook = { ...(await aWebhook()), tenantId: randomTenantId() };
      await expect(fixture.store.putWebhook(webhook)).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
