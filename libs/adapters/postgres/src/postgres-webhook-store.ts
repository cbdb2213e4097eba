import type { TenantId } from '@mneme/events';
import type { Webhook, WebhookStore } from '@mneme/ports';
import { noTenant } from './control-rows.js';
import type { Database } from './database.js';
import { KeySlots } from './key-slots.js';
import { statementsOf } from './statements.js';
import { changeTenant } from './tenant-lock.js';

/** Webhooks, their keys in slots that are overwritten. */
export class PostgresWebhookStore implements WebhookStore {
  private readonly slots: KeySlots;

  constructor(private readonly database: Database) {
    this.slots = new KeySlots(database);
  }

  async putWebhook({ tenantId, url, createdAt, keyNumber, wrappedKey }: Webhook): Promise<void> {
    await changeTenant(this.database, tenantId, async (queries, isThere) => {
      if (!isThere) throw noTenant();
      const changed = await queries.get<SlotRow>(SQL.change, tenantId, url, createdAt, keyNumber);
      if (changed !== undefined) await this.slots.replace(queries, changed.slot, wrappedKey);
      else await queries.run(SQL.add, tenantId, url, createdAt, keyNumber, await this.slots.put(queries, wrappedKey));
    });
  }

  async findWebhook(tenantId: TenantId): Promise<Webhook | undefined> {
    return this.database.get<Webhook>(SQL.find, tenantId);
  }

  async listWebhooks(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Webhook[]> {
    return this.database.all<Webhook>(SQL.list, page.afterTenantId ?? '', page.limit);
  }

  async removeWebhook(tenantId: TenantId): Promise<boolean> {
    let isThere = false;
    await this.slots.destroy(async (queries) => {
      const removed = await queries.all<SlotRow>(SQL.remove, tenantId);
      isThere = removed.length > 0;
      return removed.map(({ slot }) => slot);
    });
    return isThere;
  }
}

interface SlotRow {
  readonly slot: number;
}

const FIELDS = `tenant_id AS "tenantId", url, created_at AS "createdAt", key_number AS "keyNumber",
  (SELECT key FROM key_slots WHERE slot = key_slot) AS "wrappedKey"`;

const SQL = statementsOf('webhooks', {
  add: 'INSERT INTO webhooks (tenant_id, url, created_at, key_number, key_slot) VALUES ($1, $2, $3, $4, $5)',
  change: `UPDATE webhooks SET url = $2, created_at = $3, key_number = $4 WHERE tenant_id = $1
    RETURNING key_slot AS slot`,
  find: `SELECT ${FIELDS} FROM webhooks WHERE tenant_id = $1`,
  list: `SELECT ${FIELDS} FROM webhooks WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2`,
  remove: 'DELETE FROM webhooks WHERE tenant_id = $1 RETURNING key_slot AS slot',
});
