import type { TenantId } from '@mneme/events';
import { NotFound } from '@mneme/domain';
import type { Webhook, WebhookStore } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { KeySlots } from './key-slots.js';
import { Statements } from './statements.js';

/** Webhooks in keys.db, their keys in slots that are overwritten in place. */
export class SqliteWebhookStore implements WebhookStore {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly slots: KeySlots;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
    this.slots = new KeySlots(db);
  }

  async putWebhook({ tenantId, url, createdAt, keyNumber, wrappedKey }: Webhook): Promise<void> {
    inTransaction(this.db, () => {
      if (this.statements.of('hasTenant').get(tenantId) === undefined) {
        throw new NotFound('there is no such tenant', { field: 'tenantId' });
      }
      const slot = this.slotOf(tenantId);
      if (slot === undefined) {
        this.statements.of('add').run(tenantId, url, createdAt, keyNumber, this.slots.put(wrappedKey));
      } else {
        this.slots.replace(slot, wrappedKey);
        this.statements.of('change').run(url, createdAt, keyNumber, tenantId);
      }
    });
  }

  async findWebhook(tenantId: TenantId): Promise<Webhook | undefined> {
    const row = guard(() => this.statements.of('find').get(tenantId) as Webhook | undefined);
    return row === undefined ? undefined : { ...row };
  }

  async listWebhooks(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Webhook[]> {
    const rows = guard(() => this.statements.of('list').all(page.afterTenantId ?? '', page.limit));
    return (rows as readonly Webhook[]).map((row) => ({ ...row }));
  }

  async removeWebhook(tenantId: TenantId): Promise<boolean> {
    let isThere = false;
    this.slots.destroy(() => {
      const slot = this.slotOf(tenantId);
      isThere = slot !== undefined;
      this.statements.of('remove').run(tenantId);
      return slot === undefined ? [] : [slot];
    });
    return isThere;
  }

  private slotOf(tenantId: TenantId): number | undefined {
    return (this.statements.of('slot').get(tenantId) as { readonly slot: number } | undefined)?.slot;
  }
}

const FIELDS = `tenant_id AS tenantId, url, created_at AS createdAt, key_number AS keyNumber,
  (SELECT key FROM key_slots WHERE slot = key_slot) AS wrappedKey`;

const SQL = {
  hasTenant: 'SELECT 1 FROM tenants WHERE tenant_id = ?',
  slot: 'SELECT key_slot AS slot FROM webhooks WHERE tenant_id = ?',
  add: 'INSERT INTO webhooks (tenant_id, url, created_at, key_number, key_slot) VALUES (?, ?, ?, ?, ?)',
  change: 'UPDATE webhooks SET url = ?, created_at = ?, key_number = ? WHERE tenant_id = ?',
  find: `SELECT ${FIELDS} FROM webhooks WHERE tenant_id = ?`,
  list: `SELECT ${FIELDS} FROM webhooks WHERE tenant_id > ? ORDER BY tenant_id LIMIT ? + 0`,
  remove: 'DELETE FROM webhooks WHERE tenant_id = ?',
} as const;
