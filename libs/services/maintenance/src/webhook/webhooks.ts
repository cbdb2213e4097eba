import type { TenantId } from '@mneme/events';
import { NotFound, randomKey, shownWebhookKey } from '@mneme/domain';
import type { Clock, KeyVault, Webhook, WebhookCaller, WebhookStore } from '@mneme/ports';

export interface WebhooksPorts {
  readonly store: WebhookStore;
  readonly caller: Pick<WebhookCaller, 'checkUrl'>;
  readonly vault: KeyVault;
  readonly clock: Clock;
}

/** A webhook with its key, which is shown this once. */
export interface WebhookWithKey {
  readonly webhook: Webhook;
  readonly key: string;
}

/** Where each tenant has its critical memories verified, and the key that signs what is sent there. */
export class Webhooks {
  constructor(private readonly ports: WebhooksPorts) {}

  /** Replaces the one there was, with a new key. @throws InvalidInput or LimitExceeded for the url; NotFound. */
  async set(tenantId: TenantId, url: string): Promise<WebhookWithKey> {
    this.ports.caller.checkUrl(url);
    const before = await this.ports.store.findWebhook(tenantId);
    return this.put({ tenantId, url, keyNumber: (before?.keyNumber ?? 0) + 1 });
  }

  /** @throws NotFound. */
  async rotate(tenantId: TenantId): Promise<WebhookWithKey> {
    const { url, keyNumber } = await this.get(tenantId);
    return this.put({ tenantId, url, keyNumber: keyNumber + 1 });
  }

  /** As it is now; undefined when there is none any more. */
  find(tenantId: TenantId): Promise<Webhook | undefined> {
    return this.ports.store.findWebhook(tenantId);
  }

  /** @throws NotFound. */
  async get(tenantId: TenantId): Promise<Webhook> {
    const webhook = await this.find(tenantId);
    if (webhook === undefined) throw new NotFound('this tenant has no webhook: set one first', { field: 'tenantId' });
    return webhook;
  }

  remove(tenantId: TenantId): Promise<boolean> {
    return this.ports.store.removeWebhook(tenantId);
  }

  /** By tenant, at most `limit`. */
  list(limit: number, afterTenantId?: TenantId): Promise<readonly Webhook[]> {
    return this.ports.store.listWebhooks({ limit, ...(afterTenantId === undefined ? {} : { afterTenantId }) });
  }

  /** The characters that sign. @throws Corrupt. */
  async keyOf(webhook: Webhook): Promise<string> {
    return shownWebhookKey(await this.ports.vault.unwrap(webhook.wrappedKey, keyContext(webhook)));
  }

  private async put(named: Pick<Webhook, 'tenantId' | 'url' | 'keyNumber'>): Promise<WebhookWithKey> {
    const key = randomKey();
    const wrappedKey = await this.ports.vault.wrap(key, keyContext(named));
    const createdAt = new Date(this.ports.clock.nowMs()).toISOString();
    const webhook: Webhook = { ...named, createdAt, wrappedKey };
    await this.ports.store.putWebhook(webhook);
    return { webhook, key: shownWebhookKey(key) };
  }
}

/** What the key is wrapped for: no other tenant's, and no older one, opens in its place. */
function keyContext({ tenantId, keyNumber }: Pick<Webhook, 'tenantId' | 'keyNumber'>): string {
  return JSON.stringify(['webhook-key', tenantId, keyNumber]);
}
