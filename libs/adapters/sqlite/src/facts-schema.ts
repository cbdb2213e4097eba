/**
 * The fact graph, one row a version of a fact. `fact_endings` has a row for each slot that a fact ends, and `fact_aliases`
 * one for each other name that it gives; both go with their fact. There is no table of entities: one exists for as long
 * as a fact names it. Columns that a query walks along are repeated in the tables that it walks.
 *
 * `retired_by` names a later fact that ends this one for everybody who sees it, for good: such rows are passed over by
 * queries about the present without being looked at. `until_ms` is the latest valid time from which one of them ended.
 */
export const FACTS_STEP = `
  CREATE TABLE facts (
    fact_id INTEGER PRIMARY KEY,
    memory_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    department_id TEXT,
    session_key TEXT NOT NULL,
    source_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    source_class TEXT NOT NULL,
    trust REAL NOT NULL,
    confidence REAL NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    expires_at_ms INTEGER,
    epoch INTEGER NOT NULL,
    subject_entity TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    predicate TEXT NOT NULL,
    object_entity TEXT,
    object_type TEXT,
    value_hash TEXT,
    qualifier_hash TEXT,
    is_negated INTEGER NOT NULL,
    is_correction INTEGER NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    valid_to_ms INTEGER,
    aliases TEXT NOT NULL,
    own_slot TEXT NOT NULL,
    wide_slot TEXT,
    ends TEXT NOT NULL,
    retired_by INTEGER REFERENCES facts (fact_id) ON DELETE SET NULL,
    is_retired INTEGER GENERATED ALWAYS AS (retired_by IS NOT NULL) VIRTUAL
  ) STRICT;
  CREATE UNIQUE INDEX facts_by_memory ON facts (memory_id, version);
  CREATE INDEX facts_by_subject ON facts (tenant_id, subject_id, source_id, epoch);
  CREATE INDEX facts_by_source ON facts (tenant_id, audience, source_id);
  CREATE INDEX facts_from_entity
    ON facts (tenant_id, audience, subject_entity, is_retired, valid_from_ms, recorded_at, memory_id);
  CREATE INDEX facts_by_predicate
    ON facts (tenant_id, audience, subject_entity, predicate, is_retired, valid_from_ms, recorded_at, memory_id);
  CREATE INDEX facts_to_entity
    ON facts (tenant_id, audience, object_entity, is_retired, valid_from_ms, recorded_at, memory_id)
    WHERE object_entity IS NOT NULL;
  CREATE INDEX facts_by_own_slot ON facts (tenant_id, audience, subject_id, own_slot) WHERE retired_by IS NULL;
  CREATE INDEX facts_by_wide_slot ON facts (tenant_id, audience, subject_id, wide_slot)
    WHERE retired_by IS NULL AND wide_slot IS NOT NULL;
  CREATE INDEX facts_by_retirer ON facts (retired_by) WHERE retired_by IS NOT NULL;
  CREATE TABLE fact_retirement (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    until_ms INTEGER NOT NULL
  ) STRICT;
  INSERT INTO fact_retirement VALUES (1, -9007199254740991);

  CREATE TABLE fact_endings (
    fact_id INTEGER NOT NULL REFERENCES facts (fact_id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    memory_id TEXT NOT NULL,
    takes_back INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, audience, subject_id, slot, valid_from_ms, recorded_at, memory_id, fact_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_endings_by_fact ON fact_endings (fact_id);
  CREATE INDEX fact_endings_taking_back
    ON fact_endings (tenant_id, audience, subject_id, slot, occurred_at_ms, recorded_at, memory_id)
    WHERE takes_back = 1;

  CREATE TABLE fact_aliases (
    fact_id INTEGER NOT NULL REFERENCES facts (fact_id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    alias TEXT NOT NULL,
    entity TEXT NOT NULL,
    PRIMARY KEY (tenant_id, audience, alias, entity, fact_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_aliases_by_fact ON fact_aliases (fact_id);
`;
