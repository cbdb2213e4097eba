import type { Database } from './database.js';
import { PostgresAcceptedTurns } from './postgres-accepted-turns.js';
import { PostgresAuditJournal } from './postgres-audit-journal.js';
import { PostgresControlStore } from './postgres-control-store.js';
import { PostgresErasureJournal } from './postgres-erasure-journal.js';
import { PostgresIssuerStore } from './postgres-issuer-store.js';
import { PostgresOrganisationStore } from './postgres-organisation-store.js';
import { PostgresSubjectRegistry } from './postgres-subject-registry.js';
import { PostgresUsageStore } from './postgres-usage-store.js';
import { PostgresWebhookStore } from './postgres-webhook-store.js';

/** What is administered, journaled and reserved. */
export function controlOn(database: Database) {
  return {
    acceptedTurns: new PostgresAcceptedTurns(database),
    subjectRegistry: new PostgresSubjectRegistry(database),
    controlStore: new PostgresControlStore(database),
    organisationStore: new PostgresOrganisationStore(database),
    issuerStore: new PostgresIssuerStore(database),
    usageStore: new PostgresUsageStore(database),
    erasureJournal: new PostgresErasureJournal(database),
    auditJournal: new PostgresAuditJournal(database),
    webhookStore: new PostgresWebhookStore(database),
  };
}
