/**
 * Where the log has the newest record of each key of `memories`, and how far it was read. No value, tenant or subject is in
 * it: keys are hashes, and go with the tombstone that takes them off the log.
 */
export const VERSIONS_STEP = `
  CREATE TABLE memory_keys (
    partition integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    record_offset bigint NOT NULL,
    -- When the log took the tombstone; NULL while there is a value.
    tombstoned_at_ms bigint,
    PRIMARY KEY (partition, key)
  );
  CREATE INDEX memory_tombstones ON memory_keys (partition, tombstoned_at_ms) WHERE tombstoned_at_ms IS NOT NULL;
  CREATE TABLE memory_key_marks (
    partition integer PRIMARY KEY,
    next_offset bigint NOT NULL,
    -- When nothing was left to read.
    caught_up_at_ms bigint NOT NULL
  );
`;
