/** Audits of memories and webhooks in keys.db; the keys of webhooks are in slots like all others. */
export const MAINTENANCE_STEP = `
  CREATE TABLE audits (
    audit_id TEXT PRIMARY KEY, began INTEGER NOT NULL UNIQUE, tenant_id TEXT NOT NULL, aim TEXT NOT NULL,
    state TEXT NOT NULL, finished_at TEXT, record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audits_of_tenant ON audits (tenant_id, began);
  CREATE UNIQUE INDEX audits_open ON audits (tenant_id, aim) WHERE state IN ('looking', 'ready', 'running', 'stopped');
  CREATE TABLE webhooks (
    tenant_id TEXT PRIMARY KEY REFERENCES tenants, url TEXT NOT NULL, created_at TEXT NOT NULL,
    key_number INTEGER NOT NULL, key_slot INTEGER NOT NULL REFERENCES key_slots
  ) STRICT, WITHOUT ROWID;
`;
