import type { Database } from './database.js';
import { SqliteAuditJournal } from './sqlite-audit-journal.js';
import { SqliteControlStore } from './sqlite-control-store.js';
import { SqliteErasureJournal } from './sqlite-erasure-journal.js';
import { SqliteIssuerStore } from './sqlite-issuer-store.js';
import { SqliteOrganisationStore } from './sqlite-organisation-store.js';
import { SqliteUsageStore } from './sqlite-usage-store.js';
import { SqliteWebhookStore } from './sqlite-webhook-store.js';

/** What is administered and journaled, all of it in keys.db. */
export function controlOn(keysDb: Database) {
  return {
    controlStore: new SqliteControlStore(keysDb),
    organisationStore: new SqliteOrganisationStore(keysDb),
    issuerStore: new SqliteIssuerStore(keysDb),
    usageStore: new SqliteUsageStore(keysDb),
    erasureJournal: new SqliteErasureJournal(keysDb),
    auditJournal: new SqliteAuditJournal(keysDb),
    webhookStore: new SqliteWebhookStore(keysDb),
  };
}
