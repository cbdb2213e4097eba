import type { SchemaArea } from './migrate.js';

/**
 * What is administered, journaled and reserved. Names are compared byte by byte, as everywhere else, whatever the
 * collation of the database. Key bytes live in `key_slots` alone: rows of one size that change nothing but the key, on
 * pages with room left, so that what overwrites a key takes the very bytes of it (`KeySlots`). Every reservation is
 * changed once, by its mark: with as much room left on its page, that touches no index.
 */
export const CONTROL_SCHEMA: SchemaArea = {
  area: 'control',
  migrations: [
    `CREATE TABLE key_slots (slot bigint PRIMARY KEY, key bytea NOT NULL) WITH (fillfactor = 80);
     ALTER TABLE key_slots ALTER COLUMN key SET STORAGE PLAIN;
     CREATE SEQUENCE key_slot_numbers OWNED BY key_slots.slot;

     CREATE TABLE tenants (
       tenant_id text COLLATE "C" PRIMARY KEY, purpose text NOT NULL, policy text NOT NULL, created_at text NOT NULL,
       index_key_slot bigint NOT NULL REFERENCES key_slots, tenant_key_slot bigint NOT NULL REFERENCES key_slots,
       key_generation integer NOT NULL
     );
     CREATE TABLE departments (
       tenant_id text COLLATE "C" NOT NULL REFERENCES tenants, department_id text COLLATE "C" NOT NULL,
       created_at text NOT NULL, PRIMARY KEY (tenant_id, department_id)
     );
     CREATE TABLE teams (
       tenant_id text COLLATE "C" NOT NULL REFERENCES tenants, team_id text COLLATE "C" NOT NULL,
       created_at text NOT NULL, PRIMARY KEY (tenant_id, team_id)
     );
     CREATE TABLE agents (
       tenant_id text COLLATE "C" NOT NULL REFERENCES tenants, agent_id text COLLATE "C" NOT NULL,
       department_id text COLLATE "C", team_ids text[] COLLATE "C" NOT NULL, PRIMARY KEY (tenant_id, agent_id),
       FOREIGN KEY (tenant_id, department_id) REFERENCES departments
     );
     CREATE INDEX agents_of_department ON agents (tenant_id, department_id) WHERE department_id IS NOT NULL;
     CREATE TABLE department_grants (
       tenant_id text COLLATE "C" NOT NULL, reader text COLLATE "C" NOT NULL, owner text COLLATE "C" NOT NULL,
       created_at text NOT NULL, PRIMARY KEY (tenant_id, reader, owner),
       FOREIGN KEY (tenant_id, reader) REFERENCES departments ON DELETE CASCADE,
       FOREIGN KEY (tenant_id, owner) REFERENCES departments ON DELETE CASCADE
     );
     CREATE TABLE api_keys (
       key_id text COLLATE "C" PRIMARY KEY, secret_hash text NOT NULL,
       tenant_id text COLLATE "C" REFERENCES tenants, agent_id text COLLATE "C", rights text[] NOT NULL,
       min_trust double precision NOT NULL, bound_user_id text, created_at text COLLATE "C" NOT NULL, expires_at text,
       revoked_at text
     );
     CREATE INDEX api_keys_of_tenant ON api_keys (tenant_id, created_at, key_id);
     CREATE TABLE allowed_issuers (
       tenant_id text COLLATE "C" NOT NULL REFERENCES tenants, issuer text COLLATE "C" NOT NULL, rights text[] NOT NULL,
       min_trust double precision NOT NULL, created_at text NOT NULL, PRIMARY KEY (tenant_id, issuer)
     );
     CREATE TABLE usage_days (
       tenant_id text COLLATE "C" NOT NULL, day text COLLATE "C" NOT NULL, turns bigint NOT NULL, tokens bigint NOT NULL,
       PRIMARY KEY (tenant_id, day)
     );
     CREATE INDEX usage_days_by_age ON usage_days (day);

     CREATE TABLE subjects (
       tenant_id text COLLATE "C" NOT NULL, subject_id text COLLATE "C" NOT NULL, epoch integer NOT NULL,
       state text NOT NULL, key_slot bigint NOT NULL REFERENCES key_slots, has_key boolean NOT NULL,
       key_generation integer NOT NULL, legal_hold text, PRIMARY KEY (tenant_id, subject_id)
     );

     CREATE TABLE erasures (
       erasure_id text COLLATE "C" PRIMARY KEY, began bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
       tenant_id text COLLATE "C" NOT NULL, subject_id text COLLATE "C" NOT NULL, is_verified boolean NOT NULL,
       record text NOT NULL
     );
     CREATE INDEX erasures_of_tenant ON erasures (tenant_id, began);
     CREATE UNIQUE INDEX erasures_unfinished ON erasures (tenant_id, subject_id) WHERE NOT is_verified;
     CREATE TABLE probe_keys (
       erasure_id text COLLATE "C" PRIMARY KEY, key_slot bigint NOT NULL REFERENCES key_slots
     );
     CREATE TABLE applied_erasures (
       is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), next_offsets bigint[] NOT NULL
     );

     CREATE TABLE audits (
       audit_id text COLLATE "C" PRIMARY KEY, began bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
       tenant_id text COLLATE "C" NOT NULL, aim text NOT NULL, state text NOT NULL, finished_at text COLLATE "C",
       record text NOT NULL
     );
     CREATE INDEX audits_of_tenant ON audits (tenant_id, began);
     CREATE INDEX audits_by_age ON audits (finished_at) WHERE finished_at IS NOT NULL;
     CREATE UNIQUE INDEX audits_open ON audits (tenant_id, aim)
       WHERE state IN ('looking', 'ready', 'running', 'stopped');
     CREATE TABLE webhooks (
       tenant_id text COLLATE "C" PRIMARY KEY REFERENCES tenants, url text NOT NULL, created_at text NOT NULL,
       key_number integer NOT NULL, key_slot bigint NOT NULL REFERENCES key_slots
     );

     CREATE TABLE accepted_turns (
       turn_id uuid PRIMARY KEY, tenant_id text COLLATE "C" NOT NULL, subject_id bytea NOT NULL,
       epoch integer NOT NULL, fingerprint text COLLATE "C" NOT NULL, recorded_at bigint NOT NULL, partition integer,
       log_offset bigint
     ) WITH (fillfactor = 50);
     CREATE INDEX accepted_turns_by_age ON accepted_turns (recorded_at);
     CREATE INDEX accepted_turns_of_subject ON accepted_turns (subject_id);`,
  ],
};
