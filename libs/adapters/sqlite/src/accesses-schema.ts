/**
 * How far the accesses of each partition are counted, and what carries a memory's count on to its next version: the columns
 * themselves are in the catalogue from its beginning.
 */
export const ACCESSES_STEP = `
  CREATE TABLE access_marks (
    partition INTEGER PRIMARY KEY,
    last_offset INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER catalogue_carries_accesses AFTER INSERT ON catalogue
  WHEN EXISTS (SELECT 1 FROM catalogue AS other
    WHERE other.memory_id = NEW.memory_id AND other.row_id <> NEW.row_id AND other.tenant_id = NEW.tenant_id
      AND other.access_count > 0)
  BEGIN
    UPDATE catalogue SET (access_count, last_access_ms) = (
      SELECT max(access_count), max(last_access_ms) FROM catalogue AS other
      WHERE other.memory_id = NEW.memory_id AND other.tenant_id = NEW.tenant_id)
    WHERE row_id = NEW.row_id;
  END;
`;
