import type { SchemaArea } from './migrate.js';
import { VERSIONS_STEP } from './versions-schema.js';

/**
 * One row a version of a memory. Every index that serves reads begins with tenant and audience, every index that serves
 * sweeps with tenant and subject. Only what removes a version is told nothing but its id.
 *
 * A twelfth of each page is left free, so that counting an access rewrites a row where it stands and touches no index.
 */
const CATALOGUE_STEP = `
  CREATE TABLE catalogue (
    memory_id uuid NOT NULL,
    version bigint NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    contributors jsonb NOT NULL,
    department_id text COLLATE "C",
    agent_id text COLLATE "C",
    team_id text COLLATE "C",
    session_key text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    audience text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    flags jsonb NOT NULL,
    source_class text COLLATE "C" NOT NULL,
    trust double precision NOT NULL,
    confidence double precision NOT NULL,
    importance text COLLATE "C" NOT NULL,
    occurred_at_ms bigint NOT NULL,
    recorded_at bigint NOT NULL,
    review_by_ms bigint,
    expires_at_ms bigint,
    derived_from jsonb NOT NULL,
    epoch bigint NOT NULL,
    access_count bigint NOT NULL DEFAULT 0,
    last_access_ms bigint,
    sealed text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, memory_id, version)
  ) WITH (fillfactor = 92);
  -- Sealed text does not compress: no time is lost on trying.
  ALTER TABLE catalogue ALTER COLUMN sealed SET STORAGE EXTERNAL;
  CREATE INDEX catalogue_by_memory ON catalogue (memory_id, version);
  CREATE INDEX catalogue_by_audience ON catalogue (tenant_id, audience, occurred_at_ms, recorded_at, memory_id);
  CREATE INDEX catalogue_by_subject ON catalogue (tenant_id, subject_id, source_id, memory_id, version);

  CREATE INDEX catalogue_by_age ON catalogue (tenant_id, kind, version, memory_id);
  CREATE INDEX catalogue_by_expiry ON catalogue (tenant_id, expires_at_ms, memory_id) WHERE expires_at_ms IS NOT NULL;
  CREATE INDEX catalogue_by_review ON catalogue (tenant_id, review_by_ms, memory_id) WHERE review_by_ms IS NOT NULL;
  CREATE INDEX catalogue_critical ON catalogue (tenant_id, review_by_ms, memory_id)
    WHERE review_by_ms IS NOT NULL AND importance = 'critical';

  CREATE TABLE projection_watermarks (
    projection text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    turns_offset bigint NOT NULL,
    PRIMARY KEY (projection, partition)
  );
  CREATE TABLE failed_turns (
    turn_id text COLLATE "C" PRIMARY KEY,
    noted bigint GENERATED ALWAYS AS IDENTITY UNIQUE
  );
  CREATE TABLE access_marks (
    partition integer PRIMARY KEY,
    last_offset bigint NOT NULL
  );
`;

/** Memories, their access counts and watermarks, and the versions that the log has of them. */
export const CATALOGUE_SCHEMA: SchemaArea = { area: 'catalogue', migrations: [CATALOGUE_STEP, VERSIONS_STEP] };
