import { ACCESSES_STEP } from './accesses-schema.js';
import { FACTS_STEP } from './facts-schema.js';
import { SURVEY_STEP } from './survey-schema.js';

/**
 * Schema of `store.db`, one step a version, only ever added to. Every index that serves reads begins with tenant and
 * audience, every index that serves sweeps with tenant and subject.
 */
export const storeMigrations: readonly string[] = [
  `
  CREATE TABLE catalogue (
    row_id INTEGER PRIMARY KEY,
    memory_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    contributors TEXT NOT NULL,
    department_id TEXT,
    agent_id TEXT,
    team_id TEXT,
    session_key TEXT NOT NULL,
    source_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    kind TEXT NOT NULL,
    flags TEXT NOT NULL,
    source_class TEXT NOT NULL,
    trust REAL NOT NULL,
    confidence REAL NOT NULL,
    importance TEXT NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    review_by_ms INTEGER,
    expires_at_ms INTEGER,
    derived_from TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    access_count INTEGER NOT NULL DEFAULT 0,
    last_access_ms INTEGER,
    sealed TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX catalogue_by_memory ON catalogue (memory_id, version);
  CREATE INDEX catalogue_by_audience ON catalogue (tenant_id, audience, occurred_at_ms, recorded_at, memory_id);
  CREATE INDEX catalogue_by_subject ON catalogue (tenant_id, subject_id, source_id, epoch);

  CREATE TABLE projection_watermarks (
    projection TEXT NOT NULL,
    partition INTEGER NOT NULL,
    turns_offset INTEGER NOT NULL,
    PRIMARY KEY (projection, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE failed_turns (
    noted INTEGER PRIMARY KEY AUTOINCREMENT,
    turn_id TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE vector_models (
    model TEXT PRIMARY KEY,
    dimensions INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE vector_entries (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    contributors TEXT NOT NULL,
    department_id TEXT,
    agent_id TEXT,
    team_id TEXT,
    session_key TEXT NOT NULL,
    source_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    kind TEXT NOT NULL,
    flags TEXT NOT NULL,
    source_class TEXT NOT NULL,
    trust REAL NOT NULL,
    confidence REAL NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    expires_at_ms INTEGER,
    epoch INTEGER NOT NULL,
    model TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    speaker_terms TEXT NOT NULL,
    posting_bytes INTEGER NOT NULL,
    packed BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX vector_entries_by_memory ON vector_entries (memory_id);
  CREATE INDEX vector_entries_by_audience ON vector_entries (tenant_id, audience, model);
  CREATE INDEX vector_entries_by_subject ON vector_entries (tenant_id, subject_id, source_id, epoch);

  CREATE TABLE sessions (
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    last_append_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, session_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_age ON sessions (last_append_ms);
  CREATE TABLE session_turns (
    row_id INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    audience TEXT NOT NULL,
    department_id TEXT,
    trust REAL NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    turn TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX session_turns_by_turn ON session_turns (tenant_id, turn_id);
  CREATE INDEX session_turns_by_audience
    ON session_turns (tenant_id, audience, session_key, occurred_at_ms, recorded_at, turn_id);
  CREATE INDEX session_turns_by_subject
    ON session_turns (tenant_id, subject_id, session_key, occurred_at_ms, recorded_at, turn_id);
  `,
  // Hot sessions have a file of their own.
  'DROP TABLE session_turns; DROP TABLE sessions;',
  FACTS_STEP,
  SURVEY_STEP,
  ACCESSES_STEP,
];
