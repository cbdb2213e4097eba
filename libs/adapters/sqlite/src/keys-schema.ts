import { MAINTENANCE_STEP } from './maintenance-schema.js';
import { APPLIED_ERASURES_STEP } from './applied-erasures-schema.js';

/**
 * Schema of keys.db. Key bytes live in `key_slots` alone: rows of one size, added at the end, overwritten in place and
 * never moved or deleted, so that no copy of a destroyed key stays behind in a page.
 */
export const KEYS_MIGRATIONS: readonly string[] = [
  `CREATE TABLE key_slots (slot INTEGER PRIMARY KEY, key BLOB NOT NULL) STRICT;

   CREATE TABLE tenants (
     tenant_id TEXT PRIMARY KEY, purpose TEXT NOT NULL, policy TEXT NOT NULL, created_at TEXT NOT NULL,
     index_key_slot INTEGER NOT NULL REFERENCES key_slots, tenant_key_slot INTEGER NOT NULL REFERENCES key_slots,
     key_generation INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE agents (
     tenant_id TEXT NOT NULL REFERENCES tenants, agent_id TEXT NOT NULL, department_id TEXT, team_ids TEXT NOT NULL,
     PRIMARY KEY (tenant_id, agent_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE api_keys (
     key_id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, tenant_id TEXT REFERENCES tenants, agent_id TEXT,
     rights TEXT NOT NULL, min_trust REAL NOT NULL, bound_user_id TEXT, created_at TEXT NOT NULL, expires_at TEXT,
     revoked_at TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX api_keys_of_tenant ON api_keys (tenant_id, created_at, key_id);

   CREATE TABLE subjects (
     tenant_id TEXT NOT NULL, subject_id TEXT NOT NULL, epoch INTEGER NOT NULL, state TEXT NOT NULL,
     key_slot INTEGER NOT NULL REFERENCES key_slots, has_key INTEGER NOT NULL, key_generation INTEGER NOT NULL,
     legal_hold TEXT, PRIMARY KEY (tenant_id, subject_id)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE erasures (
     erasure_id TEXT PRIMARY KEY, began INTEGER NOT NULL UNIQUE, tenant_id TEXT NOT NULL, subject_id TEXT NOT NULL,
     is_verified INTEGER NOT NULL, record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX erasures_of_tenant ON erasures (tenant_id, began);
   CREATE UNIQUE INDEX erasures_unfinished ON erasures (tenant_id, subject_id) WHERE is_verified = 0;
   CREATE TABLE probe_keys (
     erasure_id TEXT PRIMARY KEY, key_slot INTEGER NOT NULL REFERENCES key_slots
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE accepted_turns (
     turn_id BLOB NOT NULL UNIQUE, tenant_id TEXT NOT NULL, subject_id BLOB NOT NULL, epoch INTEGER NOT NULL,
     fingerprint TEXT NOT NULL, recorded_at INTEGER NOT NULL, partition INTEGER, offset INTEGER
   ) STRICT;
   CREATE INDEX accepted_turns_by_age ON accepted_turns (recorded_at);
   CREATE INDEX accepted_turns_of_subject ON accepted_turns (subject_id);`,

  // Departments and teams were names on agents alone. A grant names one tenant, so that none can cross two.
  `CREATE TABLE departments (
     tenant_id TEXT NOT NULL REFERENCES tenants, department_id TEXT NOT NULL, created_at TEXT NOT NULL,
     PRIMARY KEY (tenant_id, department_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE teams (
     tenant_id TEXT NOT NULL REFERENCES tenants, team_id TEXT NOT NULL, created_at TEXT NOT NULL,
     PRIMARY KEY (tenant_id, team_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE department_grants (
     tenant_id TEXT NOT NULL, reader TEXT NOT NULL, owner TEXT NOT NULL, created_at TEXT NOT NULL,
     PRIMARY KEY (tenant_id, reader, owner),
     FOREIGN KEY (tenant_id, reader) REFERENCES departments ON DELETE CASCADE,
     FOREIGN KEY (tenant_id, owner) REFERENCES departments ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   INSERT INTO departments SELECT DISTINCT tenant_id, department_id, strftime('%Y-%m-%dT%H:%M:%fZ') FROM agents
     WHERE department_id IS NOT NULL;
   INSERT INTO teams SELECT DISTINCT tenant_id, value, strftime('%Y-%m-%dT%H:%M:%fZ')
     FROM agents, json_each(agents.team_ids);`,

  `CREATE TABLE allowed_issuers (
     tenant_id TEXT NOT NULL REFERENCES tenants, issuer TEXT NOT NULL, rights TEXT NOT NULL, min_trust REAL NOT NULL,
     created_at TEXT NOT NULL, PRIMARY KEY (tenant_id, issuer)
   ) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE usage_days (
     tenant_id TEXT NOT NULL, day TEXT NOT NULL, turns INTEGER NOT NULL, tokens INTEGER NOT NULL,
     PRIMARY KEY (tenant_id, day)
   ) STRICT, WITHOUT ROWID;`,
  MAINTENANCE_STEP,

  APPLIED_ERASURES_STEP,
];
