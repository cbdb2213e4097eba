/** How far `erasures` was applied to this file's registry and journal: in the same file, so that a backup has both. */
export const APPLIED_ERASURES_STEP = `
  CREATE TABLE applied_erasures (partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL) STRICT;
`;
